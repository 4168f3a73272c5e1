/**
 * The store: one writer, and every job in a transaction that is durable before anybody hears of it.
 *
 * Jobs that wait together commit together (one sync for all of them); they run one after another, so each
 * sees what the ones before it wrote. A job may run again when a neighbour fails, so it has no effect but
 * through its transaction. Readers stand in the same queue: nobody reads what may still be rolled back.
 */
import type { DatabaseSync } from "node:sqlite";
import { CompiledQuery, Kysely } from "kysely";
import { createTables, type Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite.ts";

export type Transaction = Kysely<Schema>;

type Job<T> = (transaction: Transaction) => Promise<T>;

/** Where power may fail: after the writes, before or after they are durable. */
export type FailPoint = "beforeCommit" | "afterCommit";

/** `onCommit` is awaited: what it holds up is not yet durable, or not yet told. */
export type StoreOptions = { readonly onCommit?: (point: FailPoint) => Promise<void> | void };

type Waiting = {
	readonly job: Job<unknown>;
	readonly resolve: (value: unknown) => void;
	readonly reject: (reason: unknown) => void;
};

const jobsTogether = 64;

export class Store {
	readonly #database: Kysely<Schema>;
	readonly #onCommit: (point: FailPoint) => Promise<void> | void;
	#queue: Waiting[] = [];
	#draining: Promise<void> | null = null;

	private constructor(database: Kysely<Schema>, options: StoreOptions) {
		this.#database = database;
		this.#onCommit = options.onCommit ?? (() => {});
	}

	/** `database` is a file, `:memory:`, or one that is open already. */
	static async open(database: string | DatabaseSync, options: StoreOptions = {}): Promise<Store> {
		const tables = new Kysely<Schema>({ dialect: sqliteDialect(database) });
		await createTables(tables, "blob");
		return new Store(tables, options);
	}

	/** Runs `job` in a transaction, and answers when it is durable. A throw leaves nothing behind. */
	run<T>(job: Job<T>): Promise<T> {
		const done = new Promise<T>((resolve, reject) => {
			this.#queue.push({ job, resolve: resolve as (value: unknown) => void, reject });
		});
		this.#draining ??= this.#drain();
		return done;
	}

	/** Waits for what is queued, then lets go of the file. */
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
