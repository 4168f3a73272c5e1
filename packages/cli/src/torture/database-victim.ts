/**
 * The database as a victim: its server is killed by SIGKILL while it works, and started again at once on the
 * same files.
 */
import type { PostgresServer } from "../server/postgres-server.ts";

export class DatabaseVictim {
	readonly name = "database";
	readonly #server: PostgresServer;
	readonly #failed: (what: string) => void;
	#isServing = true;
	#restarting: Promise<void> = Promise.resolve();

	constructor(server: PostgresServer, failed: (what: string) => void) {
		this.#server = server;
		this.#failed = failed;
	}

	get isServing(): boolean {
		return this.#isServing;
	}

	/** Resolves when it is gone; it comes back by itself. */
	async kill(): Promise<void> {
		if (!this.#isServing) return;
		this.#isServing = false;
		await this.#server.kill();
		this.#restarting = this.#server.restart().then(
			() => {
				this.#isServing = true;
			},
			(error: unknown) => this.#failed(`the database does not start again: ${error}`),
		);
	}

	/** When it serves again. */
	up(): Promise<void> {
		return this.#restarting;
	}
}
