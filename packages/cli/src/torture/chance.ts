/** Chance that comes out the same every time: whole numbers from a seed (mulberry32). */
import type { Chance } from "./actor.ts";

export function seededChance(seed: number): Chance {
	let state = seed | 0;
	return (below) => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
	};
}
