/**
 * Token buckets, one a client, in a table that does not grow beyond a bound.
 *
 * A bucket is one number: when it will be full again (the generic cell rate algorithm, ITU-T I.371). Taking moves
 * that moment on by the time that one request takes to come back; what would move it further away than a whole
 * bucket is refused and takes nothing. So whoever is refused waits no longer for having asked.
 *
 * Past the bound the bucket that was asked for longest ago goes, and its client begins with a full one: whoever
 * can send from more addresses than that gains no more than those addresses give anyway.
 */

/** How often a client may ask: in the long run, and at once after it has rested. */
export type Rate = { readonly perSecond: number; readonly burst: number };

/** What is left after a request, or how long until there is room for it. */
export type Taken = {
	readonly isAllowed: boolean;
	/** requests that there is room for at once */
	readonly left: number;
	/** milliseconds until the next one is let in; 0 where it is at once */
	readonly wait_ms: number;
	/** milliseconds until the bucket is full */
	readonly full_ms: number;
};

/** Below every step that counts, above what adding fractions loses. */
const slack_ms = 1e-3;

export class Buckets {
	readonly #most: number;
	/** when each bucket is full again, in milliseconds of the clock; oldest asked first */
	readonly #fullAt_ms = new Map<string, number>();

	constructor(most: number) {
		this.#most = most;
	}

	get size(): number {
		return this.#fullAt_ms.size;
	}

	/** Takes one request out of a client's bucket, where there is room. */
	take(client: string, rate: Rate, now_ms: number): Taken {
		return this.#use(client, rate, now_ms, 1);
	}

	/** As `take`, and takes nothing. */
	look(client: string, rate: Rate, now_ms: number): Taken {
		return this.#use(client, rate, now_ms, 0);
	}

	#use(client: string, { perSecond, burst }: Rate, now_ms: number, taken: 0 | 1): Taken {
		const step_ms = 1_000 / perSecond;
		const whole_ms = step_ms * burst;
		const before_ms = Math.max(now_ms, this.#fullAt_ms.get(client) ?? now_ms);
		const isAllowed = before_ms + step_ms - now_ms <= whole_ms + slack_ms;
		const after_ms = isAllowed ? before_ms + taken * step_ms : before_ms;
		if (after_ms > now_ms) this.#keep(client, after_ms);
		const room_ms = whole_ms - (after_ms - now_ms);
		return {
			isAllowed,
			left: Math.floor((room_ms + slack_ms) / step_ms),
			wait_ms: Math.max(0, step_ms - room_ms),
			full_ms: after_ms - now_ms,
		};
	}

	#keep(client: string, fullAt_ms: number): void {
		this.#fullAt_ms.delete(client);
		this.#fullAt_ms.set(client, fullAt_ms);
		if (this.#fullAt_ms.size <= this.#most) return;
		const [oldest] = this.#fullAt_ms.keys();
		if (oldest !== undefined) this.#fullAt_ms.delete(oldest);
	}
}
