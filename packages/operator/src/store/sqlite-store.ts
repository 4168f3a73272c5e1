/**
 * The store over SQLite: one writer.
 *
 * Jobs that wait together commit together (one sync for all of them); they run one after another, so each
 * sees what the ones before it wrote. A job may run again when a neighbour fails. Readers stand in the same
 * queue: nobody reads what may still be rolled back.
 */
import type { DatabaseSync } from "node:sqlite";
import { CompiledQuery, Kysely } from "kysely";
import type { Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite.ts";
import type { FailPoint, Job, Store, StoreOptions } from "./store.ts";

type Waiting = {
	readonly job: Job<unknown>;
	readonly resolve: (value: unknown) => void;
	readonly reject: (reason: unknown) => void;
};

const jobsTogether = 64;

/** Over a file, `:memory:`, or a database that is open already. */
export function openSqliteStore(database: string | DatabaseSync, options: StoreOptions): Store {
	return new SqliteStore(new Kysely<Schema>({ dialect: sqliteDialect(database) }), options);
}

/** One file or memory, one queue. */
export class SqliteStore implements Store {
	readonly abreast = 1;
	readonly #database: Kysely<Schema>;
	readonly #onCommit: (point: FailPoint) => Promise<void> | void;
	#queue: Waiting[] = [];
	#draining: Promise<void> | null = null;

	constructor(database: Kysely<Schema>, options: StoreOptions) {
		this.#database = database;
		this.#onCommit = options.onCommit ?? (() => {});
	}

	run<T>(job: Job<T>): Promise<T> {
		const done = new Promise<T>((resolve, reject) => {
			this.#queue.push({ job, resolve: resolve as (value: unknown) => void, reject });
		});
		this.#draining ??= this.#drain();
		return done;
	}

	read<T>(job: Job<T>): Promise<T> {
		return this.run(job);
	}

	async close(): Promise<void> {
		await this.#draining;
		await this.#database.destroy();
	}

	async #drain(): Promise<void> {
		// Lets whoever asks in the same turn commit together.
		await Promise.resolve();
		while (this.#queue.length > 0) {
			const batch = this.#queue.splice(0, jobsTogether);
			if (await this.#commit(batch)) continue;
			for (const waiting of batch) await this.#commit([waiting]);
		}
		this.#draining = null;
	}

	/** Whether the batch was answered: where one of its jobs fails, all of them are to be run one by one. */
	async #commit(batch: readonly Waiting[]): Promise<boolean> {
		const results: unknown[] = [];
		try {
			await this.#execute("begin immediate");
			for (const { job } of batch) results.push(await job(this.#database));
		} catch (error) {
			await this.#execute("rollback").catch(() => {});
			if (batch.length > 1) return false;
			batch[0]?.reject(error);
			return true;
		}
		try {
			await this.#onCommit("beforeCommit");
			await this.#execute("commit");
			await this.#onCommit("afterCommit");
			for (const [position, { resolve }] of batch.entries()) resolve(results[position]);
		} catch (error) {
			// Durable or not: whoever asked must ask again, with the same content.
			await this.#execute("rollback").catch(() => {});
			for (const { reject } of batch) reject(error);
		}
		return true;
	}

	async #execute(statement: string): Promise<void> {
		await this.#database.executeQuery(CompiledQuery.raw(statement));
	}
}
