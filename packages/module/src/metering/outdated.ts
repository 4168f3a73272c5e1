/**
 * Meters of before ADR 0080: their chains were hashed otherwise, so that what their payees keep proves nothing any more.
 *
 * A payee's row that this module opened with is proved once, when it is asked after: a hash for each tick of its chain
 * under way. What came in since was hashed as it came.
 */
import { type Bytes, limits, placeOf, provesTicks, toHex } from "@tenten/protocol";
import type { PayeeMeterRow } from "./rows.ts";

/** Hashes that looking at all meters may cost while a module is open: half a second. Who acts on a meter waits for its own. */
const mostLooked = 16 * limits.ticks;

type Unproved = {
	/** hashes that it takes */
	readonly cost: number;
	readonly isProved: () => boolean;
};

export class Outdated {
	/** by hex id, as the two that follow */
	readonly #unproved = new Map<string, Unproved>();
	readonly #found = new Set<string>();
	#left: number;

	/** `rows`: the payee's, as they were kept. `most`: hashes for looking. */
	constructor(rows: Iterable<readonly [id: string, row: PayeeMeterRow]>, most = mostLooked) {
		this.#left = most;
		for (const [id, row] of rows) {
			const unproved = row.isOver ? undefined : unprovedIn(row);
			if (unproved !== undefined) this.#unproved.set(id, unproved);
		}
	}

	/** Whether what is kept of a meter proves nothing, as far as looking may cost. */
	looks(meter: Bytes): boolean {
		const id = toHex(meter);
		const cost = this.#unproved.get(id)?.cost ?? 0;
		if (cost > this.#left) return false;
		this.#left -= cost;
		return this.#isFound(id);
	}

	/** Whether it proves nothing. */
	has(meter: Bytes): boolean {
		return this.#unproved.size + this.#found.size > 0 && this.#isFound(toHex(meter));
	}

	#isFound(id: string): boolean {
		const unproved = this.#unproved.get(id);
		this.#unproved.delete(id);
		if (unproved?.isProved() === false) this.#found.add(id);
		return this.#found.has(id);
	}
}

function unprovedIn({ state }: PayeeMeterRow): Unproved | undefined {
	if (state.kind !== "open" && state.kind !== "counted" && state.kind !== "claimed") return undefined;
	const { meter, token, ticks, preimage } = state;
	// The terms stand in the opening of the metered output, which is the last that was made.
	const terms = token.hops.at(-1)?.opening.meter;
	if (preimage === null || terms === null || terms === undefined) return undefined;
	return { cost: placeOf(ticks).position, isProved: () => provesTicks(meter, terms, ticks, preimage) };
}
