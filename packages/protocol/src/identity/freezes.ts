/**
 * What freeze lists say of a token's states: the outputs on its path, from its issue to the present one.
 *
 *   issue ── O frozen ── x ── y ── C cleared ── z       O, x and y are frozen; C and z are not
 *
 * The last on the path of what a list names decides. So one entry holds up everything that descends from it, in
 * however many hands, and a good-faith owner can be cleared without freeing what others hold of the same fraud.
 *
 * Values of this type are never changed: a list that is taken makes another.
 */
import { type Bytes, type Refusal, refuse, toHex } from "../codec/index.ts";
import type { FreezeEntry, FreezeListBody } from "./freeze-list.ts";

/** A list made ready for look-ups; null where one was held and counts no more. */
type Held = {
	readonly list: FreezeListBody;
	readonly entries: ReadonlyMap<string, FreezeEntry>;
	readonly cleared: ReadonlySet<string>;
} | null;

export class Freezes {
	readonly #held: ReadonlyMap<string, Held>;

	private constructor(held: ReadonlyMap<string, Held>) {
		this.#held = held;
	}

	/** Of whoever has never held a freeze list. */
	static readonly none: Freezes = new Freezes(new Map());

	/** With this operator's list, which must come from `verifyFreezeList`, in place of the one before. */
	with(list: FreezeListBody): Freezes {
		const entries = new Map(list.entries.map((entry) => [toHex(entry.output), entry]));
		const held = { list, entries, cleared: new Set(list.cleared.map(toHex)) };
		return new Freezes(new Map(this.#held).set(toHex(list.operator), held));
	}

	/** With a list of this operator that was held and counts no more: the key that signed it is not listed now. */
	without(operator: Bytes): Freezes {
		return new Freezes(new Map(this.#held).set(toHex(operator), null));
	}

	/** The list of this operator that counts, null where none does. */
	list(operator: Bytes): FreezeListBody | null {
		return this.#held.get(toHex(operator))?.list ?? null;
	}

	/** Whether anything of this operator is frozen at all. */
	holdsAny(operator: Bytes): boolean {
		return (this.list(operator)?.entries.length ?? 0) > 0;
	}

	/** What freezes the last of these states: outputs on a token's path, in order. */
	entryOn(operator: Bytes, states: readonly Bytes[]): FreezeEntry | undefined {
		const held = this.#held.get(toHex(operator)) ?? null;
		if (held === null || held.entries.size === 0) return undefined;
		let frozen: FreezeEntry | undefined;
		for (const state of states) {
			const id = toHex(state);
			frozen = held.entries.get(id) ?? (held.cleared.has(id) ? undefined : frozen);
		}
		return frozen;
	}

	/** `frozen` where a list that is held freezes the last of these states, however old the list is. */
	refuseFrozen(operator: Bytes, states: readonly Bytes[]): Refusal | undefined {
		const entry = this.entryOn(operator, states);
		return entry && refuse("frozen", `${entry.reason} since ${entry.since}, case ${toHex(entry.case)}`);
	}

	/**
	 * Why nothing of this operator is taken now: a list of it was held, and has expired or counts no more. Who never
	 * held one takes it: that there is one at all is learnt from its operator.
	 */
	refuseStale(operator: Bytes, now: number): Refusal | undefined {
		const held = this.#held.get(toHex(operator));
		if (held === undefined) return undefined;
		const isCurrent = held !== null && now < held.list.expiresAt;
		return isCurrent ? undefined : refuse("freeze-list-expired");
	}
}
