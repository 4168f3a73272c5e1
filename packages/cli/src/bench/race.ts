/**
 * Races: contestants measured in one run, in turns, so that a busy machine slows all of them alike.
 *
 * Each round gives every contestant one slice of time, starting with another one each round. What counts is
 * the ratio within a round; the median over rounds is what is shown, with half the rounds' distance from it.
 */
import { performance } from "node:perf_hooks";

/** One operation. Its cost is measured, its result is not looked at. */
export type Contestant = () => unknown;

export type Timing = {
	/** median, seconds an operation */
	readonly each_s: number;
	/** half of all rounds lie within this share of the median */
	readonly spread: number;
	/** seconds an operation in each round */
	readonly rounds: readonly number[];
};

export type RaceOptions = { readonly rounds?: number; readonly slice_ms?: number };

export async function race<K extends string>(
	contestants: Readonly<Record<K, Contestant>>,
	{ rounds = 15, slice_ms = 40 }: RaceOptions = {},
): Promise<Readonly<Record<K, Timing>>> {
	const names = Object.keys(contestants) as K[];
	const times = new Map<K, number[]>(names.map((name) => [name, []]));
	const operations = new Map<K, number>();
	for (const name of names) operations.set(name, await fitting(contestants[name], slice_ms));
	for (let round = 0; round < rounds; round++)
		for (let i = 0; i < names.length; i++) {
			const name = names[(i + round) % names.length] as K;
			const count = operations.get(name) as number;
			times.get(name)?.push((await lap(contestants[name], count)) / count);
		}
	const entries = names.map((name) => [name, timing(times.get(name) ?? [])] as const);
	return Object.fromEntries(entries) as Record<K, Timing>;
}

/** How often it runs in one slice; finding out warms it up. */
async function fitting(contestant: Contestant, slice_ms: number): Promise<number> {
	for (let count = 1; ; count *= 2) {
		const elapsed_s = await lap(contestant, count);
		if (1000 * elapsed_s >= slice_ms) return Math.max(1, Math.round((count * slice_ms) / (1000 * elapsed_s)));
	}
}

/** Seconds for `count` operations, each awaited where it is asynchronous. */
async function lap(contestant: Contestant, count: number): Promise<number> {
	const from_ms = performance.now();
	for (let i = 0; i < count; i++) {
		const result = contestant();
		if (result instanceof Promise) await result;
	}
	return (performance.now() - from_ms) / 1000;
}

/** `rounds`: seconds an operation in each. */
export function timing(rounds: readonly number[]): Timing {
	const each_s = median(rounds);
	return { each_s, spread: median(rounds.map((time) => Math.abs(time - each_s))) / each_s, rounds };
}

/** The median over rounds of `ours` divided by `reference`, both of the same round. */
export function ratioOf(ours: Timing, reference: Timing): number {
	return median(ours.rounds.map((time, round) => time / (reference.rounds[round] ?? time)));
}

export function median(values: readonly number[]): number {
	const sorted = values.toSorted((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const upper = sorted[middle] ?? 0;
	return sorted.length % 2 === 0 ? ((sorted[middle - 1] ?? 0) + upper) / 2 : upper;
}
