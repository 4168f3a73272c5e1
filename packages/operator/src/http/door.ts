/**
 * The door before everything that moves value or certifies for anyone, or takes what strangers signed: past what the
 * operator can do, it turns away at once, before a body is read, so that what it lets in is answered in time.
 *
 *   enter ─▶ let in ─▶ leave: in time, more may be in at once; too late, a tenth fewer
 *      └─▶ turned away: nothing was done, come again in some seconds
 *
 * Without it every request waits behind all others, until its sender gives up and asks again while the work for
 * the first goes on: then all capacity goes into answers that nobody waits for.
 */
import type { MiddlewareHandler } from "hono";
import { problem, problemResponse } from "./problem.ts";
import { note } from "./serving.ts";

export type DoorOptions = {
	/** requests that are in at once, at most: bounds memory, whatever their size is allowed to be */
	readonly most: number;
	/** and at least, however slow the store is */
	readonly least: number;
	/** before it is known how fast that is */
	readonly first: number;
	/** milliseconds: an answer that took longer came too late */
	readonly patience_ms: number;
	/** milliseconds, from anywhere */
	readonly clock: () => number;
};

export const usualDoor: DoorOptions = {
	most: 512,
	least: 8,
	first: 64,
	patience_ms: 400,
	clock: () => performance.now(),
};

/** Lets all in that may ever come: where capacity is measured, or crowds race. */
export const openDoor: DoorOptions = {
	most: 4_096,
	least: 4_096,
	first: 4_096,
	patience_ms: 60_000,
	clock: usualDoor.clock,
};

/** Seconds after which whoever is turned away may come again: by then what is in is answered. */
const comeAgain_s = 1;

/** Lets requests of a route in through the door, before anything of them is read. */
export function throughDoor(door: Door, route: string): MiddlewareHandler {
	return async (context, next) => {
		const leave = door.enter();
		if (leave === null) {
			note(context, { route, code: "overloaded" });
			const answer = problemResponse(problem("overloaded"));
			answer.headers.set("retry-after", `${comeAgain_s}`);
			return answer;
		}
		try {
			await next();
		} finally {
			leave();
		}
		return undefined;
	};
}

export class Door {
	readonly #options: DoorOptions;
	#allowed: number;
	#inside = 0;
	#loweredAt_ms = Number.NEGATIVE_INFINITY;

	constructor(options: DoorOptions) {
		this.#options = options;
		this.#allowed = Math.min(options.first, options.most);
	}

	/** What to call when the request is answered; null where it is turned away. */
	enter(): (() => void) | null {
		if (this.#inside >= this.#allowed) return null;
		this.#inside++;
		const from_ms = this.#options.clock();
		let isInside = true;
		return () => {
			if (!isInside) return;
			isInside = false;
			this.#leave(from_ms);
		};
	}

	#leave(from_ms: number): void {
		const { most, least, patience_ms, clock } = this.#options;
		const now_ms = clock();
		const wasFull = this.#inside >= this.#allowed / 2;
		this.#inside--;
		if (now_ms - from_ms <= patience_ms) {
			// One more for all that were in; until the first is late, one for each.
			const isUntried = this.#loweredAt_ms === Number.NEGATIVE_INFINITY;
			if (wasFull) this.#allowed = Math.min(most, this.#allowed + (isUntried ? 1 : 1 / this.#allowed));
			return;
		}
		// Once for all that were in then: they were late for one reason.
		if (from_ms < this.#loweredAt_ms) return;
		this.#loweredAt_ms = now_ms;
		this.#allowed = Math.max(least, 0.9 * Math.min(this.#allowed, this.#inside + 1));
	}
}
