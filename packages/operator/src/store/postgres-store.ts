/**
 * The store over PostgreSQL: transactions at once, in as many processes as there are.
 *
 *   taken ─▶ begin ─▶ job ─▶ commit ─▶ durable, told
 *              │       │       └─ no answer: written or not; whoever asked asks again (`StoreUnavailable`)
 *              └───────┴─ overtaken, deadlock, line lost: nothing stands, run again after a moment, some times
 *
 * READ COMMITTED: what a job reads may be older than what it meets when it writes. The rows that it must write
 * decide, not what it read (`mustWrite`).
 */
import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { type Connection, Connections } from "./postgres.ts";
import {
	type FailPoint,
	type Job,
	Overtaken,
	type Store,
	type StoreOptions,
	StoreUnavailable,
} from "./store.ts";

const usualConnections = 8;
const mostTries = 12;
const longestPause_ms = 1_000;

const writing = "begin isolation level read committed";
const reading = "begin isolation level repeatable read read only";

export function openPostgresStore(url: string, { connections, onCommit }: StoreOptions): Store {
	return new PostgresStore(new Connections(url, connections ?? usualConnections), onCommit ?? (() => {}));
}

type Client = Connection["client"];

/** How one try ended. */
type Ended<T> =
	| { readonly kind: "done"; readonly result: T }
	/** nothing stands; another try may go better */
	| { readonly kind: "undone"; readonly why: unknown };

class PostgresStore implements Store {
	readonly abreast = 2;
	readonly #connections: Connections;
	readonly #onCommit: (point: FailPoint) => Promise<void> | void;
	readonly #running = new Set<Promise<unknown>>();

	constructor(connections: Connections, onCommit: (point: FailPoint) => Promise<void> | void) {
		this.#connections = connections;
		this.#onCommit = onCommit;
	}

	run<T>(job: Job<T>): Promise<T> {
		return this.#count(this.#tryAgain(job, writing));
	}

	read<T>(job: Job<T>): Promise<T> {
		return this.#count(this.#tryAgain(job, reading));
	}

	async close(): Promise<void> {
		await Promise.allSettled(this.#running);
		await this.#connections.end();
	}

	#count<T>(running: Promise<T>): Promise<T> {
		const counted = running.finally(() => this.#running.delete(counted));
		this.#running.add(counted);
		return counted;
	}

	async #tryAgain<T>(job: Job<T>, begin: string): Promise<T> {
		for (let tries = 1; ; tries++) {
			const ended = await this.#once(job, begin);
			if (ended.kind === "done") return ended.result;
			if (tries === mostTries) throw new StoreUnavailable("nothing", ended.why);
			await pause(randomInt(1, Math.min(longestPause_ms, 4 * 2 ** tries)));
		}
	}

	async #once<T>(job: Job<T>, begin: string): Promise<Ended<T>> {
		let connection: Connection;
		try {
			connection = await this.#connections.take();
		} catch (error) {
			return undone(error);
		}
		const { client, database } = connection;
		let isFit = false;
		try {
			await client.query(begin);
			const result = await job(database);
			await this.#onCommit("beforeCommit");
			await commit(client);
			await this.#onCommit("afterCommit");
			isFit = true;
			return { kind: "done", result };
		} catch (error) {
			isFit = await isRolledBack(client);
			return undone(error);
		} finally {
			client.release(!isFit);
		}
	}
}

/** Whether the connection is fit for another transaction. */
async function isRolledBack(client: Client): Promise<boolean> {
	try {
		await client.query("rollback");
		return true;
	} catch {
		return false;
	}
}

/** Answers when the server says that it is durable. */
async function commit(client: Client): Promise<void> {
	let command: string;
	try {
		({ command } = await client.query("commit"));
	} catch (error) {
		throw isRetryable(codeOf(error)) ? error : new StoreUnavailable("unknown", error);
	}
	if (command !== "COMMIT") throw new Error("a failure that a job kept to itself: nothing was written");
}

/** Thrown on, if another try would meet the same. */
function undone(why: unknown): { readonly kind: "undone"; readonly why: unknown } {
	if (isCrowded(why)) throw new StoreUnavailable("nothing", why);
	if (why instanceof Overtaken || isRetryable(codeOf(why)) || isLineLost(why)) return { kind: "undone", why };
	throw why;
}

/** A serialization failure or a deadlock: the server has undone the whole transaction. */
function isRetryable(code: string): boolean {
	return code === "40001" || code === "40P01";
}

/** Every connection is in use, and was for as long as anybody should wait for one. */
function isCrowded(error: unknown): boolean {
	return error instanceof Error && error.message.startsWith("timeout exceeded when trying to connect");
}

/** A line that failed, or a server that stops, starts or is full. */
function isLineLost(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const code = codeOf(error);
	if (/^(08...|57P0[1-3]|53300|ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ETIMEDOUT)$/.test(code))
		return true;
	return /^(Connection terminated|Client has encountered a connection error)/.test(error.message);
}

function codeOf(error: unknown): string {
	return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "";
}
