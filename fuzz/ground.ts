/**
 * Ground that was covered: which characters of our sources ran, told by V8's counters.
 *
 * A block alone says little: V8 reports no block that ran as often as what it stands in. So blocks are painted, the
 * inner over the outer, and what counts is whether a character ran that had not.
 */
import type { Taken } from "./coverage.ts";

export class Ground {
	readonly #files = new Map<string, Uint8Array>();

	/** How many characters ran that had not; they count as known from then on where that is wanted. */
	newIn(taken: Taken, isNoted: boolean): number {
		let added = 0;
		for (const [file, ranges] of taken) {
			const length = ranges.reduce((most, { to }) => Math.max(most, to), 0);
			const painted = new Uint8Array(length);
			for (const { from, to, count } of ranges) painted.fill(count > 0 ? 1 : 0, from, to);
			const known = this.#knownOf(file, length);
			for (const [at, ran] of painted.entries()) {
				if (ran === 0 || known[at] === 1) continue;
				if (isNoted) known[at] = 1;
				added++;
			}
		}
		return added;
	}

	#knownOf(file: string, length: number): Uint8Array {
		const known = this.#files.get(file) ?? new Uint8Array();
		if (known.length >= length) return known;
		const longer = new Uint8Array(length);
		longer.set(known);
		this.#files.set(file, longer);
		return longer;
	}

	/** characters that ran */
	get size(): number {
		let size = 0;
		for (const known of this.#files.values()) for (const ran of known) size += ran;
		return size;
	}
}
