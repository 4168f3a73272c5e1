/**
 * The store: jobs run in transactions, and each is durable before anybody hears of it.
 *
 * What can go wrong is that two jobs decide the same thing. Under SQLite they follow one another; under
 * PostgreSQL they run at once, in several processes. So every decision is guarded by a row that all who could
 * take it write (`mustWrite`): whoever comes second is `Overtaken`, and its whole job is run again and sees
 * what was decided. A job may run several times, so it has no effect but through its transaction.
 */
import type { Kysely } from "kysely";
import type { Schema } from "./schema.ts";

export type Transaction = Kysely<Schema>;

export type Job<T> = (transaction: Transaction) => Promise<T>;

export type Store = {
	/** transactions that are worth having under way at once */
	readonly abreast: number;
	/** Runs `job` in a transaction, and answers when it is durable. A throw leaves nothing behind. */
	run<T>(job: Job<T>): Promise<T>;
	/** As `run`, of a job that writes nothing and must see one moment of everything. */
	read<T>(job: Job<T>): Promise<T>;
	/** Waits for what was begun, then lets go. */
	close(): Promise<void>;
};

/** Where power may fail: after the writes, before or after they are durable. */
export type FailPoint = "beforeCommit" | "afterCommit";

export type StoreOptions = {
	/** awaited: what it holds up is not yet durable, or not yet told */
	readonly onCommit?: (point: FailPoint) => Promise<void> | void;
	/** PostgreSQL: how many transactions run at once; 8 if left out */
	readonly connections?: number;
};

/** Another writer took a row that this job was to write: nothing of it stands, and it is run again. */
export class Overtaken extends Error {
	constructor() {
		super("another writer took a row: run this again");
	}
}

/** The database cannot be reached, or fell silent at the commit: ask again with the same content. */
export class StoreUnavailable extends Error {
	/** `unknown`: the commit was sent, and its answer never came */
	readonly outcome: "nothing" | "unknown";

	constructor(outcome: "nothing" | "unknown", cause: unknown) {
		super(`the database is out of reach; written: ${outcome}`, { cause });
		this.outcome = outcome;
	}
}

/** Throws `Overtaken` unless as many rows were written as were meant. */
export function mustWrite(written: number | bigint, meant: number): void {
	if (BigInt(written) !== BigInt(meant)) throw new Overtaken();
}

/** Whether a failure may be that of one job among several: of a database out of reach it is nobody's. */
export function isWorthSplitting(error: unknown): boolean {
	return !(error instanceof StoreUnavailable) || error.cause instanceof Overtaken;
}
