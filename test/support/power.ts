/**
 * Power that fails at a write of one store, and stays away until somebody switches it on again; of an operator's store at
 * what `crossing/tokens.ts` writes alone, since the steps of a crossing are cut off elsewhere.
 */
import type { FailPoint } from "../../packages/operator/src/index.ts";
import { SqliteStore } from "../../packages/operator/src/store/sqlite-store.ts";
import type { Job } from "../../packages/operator/src/store/store.ts";

export class PowerCut extends Error {}

/** Whether the commit under way has a job that tokens of a payment across operators ask for: no other is cut off. */
let isTheirs = false;
const { run } = SqliteStore.prototype;
SqliteStore.prototype.run = function <T>(this: SqliteStore, job: Job<T>): Promise<T> {
	const isOfTokens = new Error().stack?.includes("crossing/tokens.ts") === true;
	return run.call(this, (transaction) => {
		isTheirs ||= isOfTokens;
		return job(transaction);
	}) as Promise<T>;
};
// It reads as it writes, by a job of its own, and what reads alone is not cut off.
SqliteStore.prototype.read = function <T>(this: SqliteStore, job: Job<T>): Promise<T> {
	return run.call(this, job) as Promise<T>;
};
// Between a job's place and the store lie the frames of its span.
Error.stackTraceLimit = 40;

export class Power {
	#left = Number.POSITIVE_INFINITY;
	#point: FailPoint = "beforeCommit";
	/** writes since it was armed first */
	passed = 0;
	isOff = false;

	/** Lets so many writes pass, and fails at this side of the next. */
	arm(point: FailPoint, left: number): void {
		[this.#point, this.#left] = [point, left];
	}

	/** Until it is armed again, nothing fails. How many writes it would have let pass still. */
	disarm(): number {
		const left = this.#left;
		this.#left = Number.POSITIVE_INFINITY;
		return left;
	}

	on(): void {
		this.disarm();
		this.isOff = false;
	}

	/** To be asked before and after each write. */
	write(at: FailPoint): void {
		if (this.isOff) throw new PowerCut();
		if (at !== this.#point || this.#left === Number.POSITIVE_INFINITY) return;
		this.passed++;
		if (this.#left-- > 0) return;
		this.isOff = true;
		throw new PowerCut();
	}

	/** Of an operator's store: `StoreOptions.onCommit`. */
	onCommit = (at: FailPoint): void => {
		if (!isTheirs && !this.isOff) return;
		if (at === "afterCommit") isTheirs = false;
		this.write(at);
	};
}
