/**
 * The faults of one seed: each seed draws rates of its own, so that a few faults are often and most are absent.
 */
import type { Chance } from "./chance.ts";

/** Rates are shares of one; of crashes and the like, a step. */
export type Faults = {
	/** a message, or its answer, is lost */
	readonly loss: number;
	/** a message arrives once more */
	readonly repeats: number;
	/** a message that was sent long ago arrives again, at its payee or at somebody else */
	readonly replays: number;
	/** the same with something changed in it */
	readonly forgeries: number;
	/** a message waits for up to `longestDelay` steps */
	readonly delays: number;
	readonly longestDelay: number;
	readonly partitions: number;
	readonly walletCrashes: number;
	readonly operatorCrashes: number;
	/** a write is refused, and nothing of it written */
	readonly refusedWrites: number;
	/** a write fails, and perhaps it is written */
	readonly doubtfulWrites: number;
	/** after a crash the disk shows a part of the last write, until it is repaired */
	readonly tornWrites: number;
	/** a device's clock is wrong */
	readonly wrongClocks: number;
	/** a clock jumps */
	readonly clockJumps: number;
};

export const noFaults: Faults = {
	loss: 0,
	repeats: 0,
	replays: 0,
	forgeries: 0,
	delays: 0,
	longestDelay: 0,
	partitions: 0,
	walletCrashes: 0,
	operatorCrashes: 0,
	refusedWrites: 0,
	doubtfulWrites: 0,
	tornWrites: 0,
	wrongClocks: 0,
	clockJumps: 0,
};

/** Swarm testing (Groce et al. 2012): what is absent in one seed lets others run deep. */
export function drawFaults(chance: Chance): Faults {
	const rate = (present: number, most: number): number =>
		chance.happens(present) ? (most * (1 + chance.below(100))) / 100 : 0;
	return {
		loss: rate(0.6, 0.3),
		repeats: rate(0.6, 0.5),
		replays: rate(0.5, 0.05),
		forgeries: rate(0.4, 0.05),
		delays: rate(0.5, 0.3),
		longestDelay: 1 + chance.below(200),
		partitions: rate(0.3, 0.004),
		walletCrashes: rate(0.6, 0.02),
		operatorCrashes: rate(0.5, 0.01),
		refusedWrites: rate(0.3, 0.01),
		doubtfulWrites: rate(0.3, 0.01),
		tornWrites: rate(0.3, 0.5),
		wrongClocks: rate(0.3, 0.5),
		clockJumps: rate(0.2, 0.002),
	};
}
