/**
 * Time, as a gateway has it: signed by its operator, and counted on by a clock that never goes back.
 *
 *   operator ──signed time──▶ verified, later than the one before? ──▶ held ──asked──▶ not too long ago? ──▶ device
 *
 * The gateway's own date and time of day are in no answer: a device is given what the operator signed, and how many
 * seconds have passed here since. After a restart those begin anew, and so say too little, never too much.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type Refusal,
	refuse,
	type Trust,
	verifyTime,
} from "@tenten/protocol";
import type { FogStore } from "./store.ts";

export type HeldTimeOptions = {
	readonly store: FogStore;
	/** key id of the operator's root */
	readonly operator: Bytes;
	/** under the lists that are kept */
	readonly trust: () => Trust | Refusal;
	/** the operator's word as of now, or why not */
	readonly fetch: () => Promise<Bytes | Refusal>;
	/** seconds; an older one is handed to nobody */
	readonly ageMost_s: number;
	/** unix seconds */
	readonly now: () => number;
	/** milliseconds that never go back; the process's own if left out */
	readonly elapsed_ms?: () => number;
};

export type AgedTime = { readonly time: Bytes; readonly since: number };

/** as often it is asked for, and kept for a restart */
const [askEvery_ms, keepEvery_ms] = [60_000, 600_000] as const;

/** Its name among the lists of the store. */
const name = "time";

export class HeldTime {
	readonly #options: HeldTimeOptions;
	readonly #elapsed_ms: () => number;
	#held: { readonly encoded: Bytes; readonly at: number; readonly from_ms: number } | undefined;
	#askedAt_ms = Number.NEGATIVE_INFINITY;
	#keptAt_ms = Number.NEGATIVE_INFINITY;

	constructor(options: HeldTimeOptions) {
		this.#options = options;
		this.#elapsed_ms = options.elapsed_ms ?? (() => performance.now());
		const kept = options.store.list(name);
		if (kept !== undefined) this.#take(kept.encoded);
	}

	/** Asks the operator, if it was not asked lately. What does not come now comes later, and is nobody's concern. */
	async refresh(): Promise<void> {
		const now_ms = this.#elapsed_ms();
		if (now_ms - this.#askedAt_ms < askEvery_ms) return;
		const encoded = await this.#options.fetch();
		if (isRefusal(encoded) || !this.#take(encoded as Bytes)) return;
		this.#askedAt_ms = now_ms;
		if (now_ms - this.#keptAt_ms < keepEvery_ms) return;
		const { store, now } = this.#options;
		const full = await store.keepList(name, { encoded: encoded as Bytes, at: now() });
		if (full === undefined) this.#keptAt_ms = now_ms;
	}

	/** As devices are given it; `list-stale`. */
	aged(): AgedTime | Refusal {
		const held = this.#held;
		if (held === undefined) return refuse("list-stale", "the operator has signed no time");
		const since = Math.floor((this.#elapsed_ms() - held.from_ms) / 1_000);
		// Where it was kept over a restart, the seconds before are known only to a clock that may be wrong.
		const age = Math.max(since, this.#options.now() - held.at);
		if (age > this.#options.ageMost_s) return refuse("list-stale", `${age} seconds`);
		return { time: held.encoded, since };
	}

	/** Unix seconds by the machine's clock, and where that is behind the operator, as that signed and was counted since. */
	now(): number {
		const [held, now] = [this.#held, this.#options.now()];
		if (held === undefined) return now;
		return Math.max(now, held.at + Math.floor((this.#elapsed_ms() - held.from_ms) / 1_000));
	}

	/** Whether it holds, and says no less than the one before. */
	#take(encoded: Bytes): boolean {
		const { trust, operator } = this.#options;
		const under = trust();
		const time = isRefusal(under) ? under : verifyTime(encoded, under as Trust);
		if (isRefusal(time) || !equalBytes(time.operator, operator)) return false;
		if (this.#held === undefined || time.at > this.#held.at)
			this.#held = { encoded, at: time.at, from_ms: this.#elapsed_ms() };
		return true;
	}
}
