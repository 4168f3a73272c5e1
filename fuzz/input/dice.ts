/**
 * Dice: where every choice of a mutation comes from, so that an input is made again from its numbers.
 *
 * A seed makes endless numbers for the long job. A tape is a list of them: what fast-check makes and shrinks; off
 * its end every choice is the first.
 */

/** A whole number from 0 to below `below`. */
export type Dice = (below: number) => number;

/** Endless numbers from a seed (mulberry32). */
export function seededDice(seed: number): Dice {
	let state = seed | 0;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}

/** The numbers of a tape, then zeros. */
export function tapeDice(tape: readonly number[]): Dice {
	let next = 0;
	return (below) => (tape[next++] ?? 0) % below;
}

export function pick<T>(dice: Dice, list: readonly T[]): T {
	return list[dice(list.length)] as T;
}
