/** What a process has in memory over time: whether it grows, in one line that fits its samples best. */

import type { Weight } from "./weigher.ts";

/** `at_s`: of a process's life */
export type MemorySample = { readonly at_s: number; readonly bytes: number };
/** At the end of a quarter of it. */
export type QuarterSample = Weight & { readonly at_s: number };

export type QuarterFigures = {
	/** after a full collection, on the heap and in buffers */
	readonly held_MiB: number;
	/** that the system has in memory for it, right after, and at most since the quarter before */
	readonly resident_MiB: number;
	readonly peak_MiB: number;
};

export type MemoryFigures = {
	readonly samples: number;
	readonly first_MiB: number;
	readonly last_MiB: number;
	readonly max_MiB: number;
	/**
	 * from the most of the first quarter of the samples to the most of the last: how low a process falls between is its
	 * collector's affair, and what is never let go of raises the peaks as well
	 */
	readonly grown_MiB: number;
	/** about ten of the samples, evenly spread */
	readonly some_MiB: readonly number[];
	/** of the line of least squares through all samples */
	readonly slope_MiBPerMinute: number;
};

const mebibyte = 2 ** 20;

const inMiB = (bytes: number): number => Math.round((10 * bytes) / mebibyte) / 10;

/** `samples`: of the same life */
function quarterFigures(
	quarters: readonly QuarterSample[],
	samples: readonly MemorySample[],
): readonly QuarterFigures[] {
	return quarters.map(({ at_s, held, resident }, at) => {
		const from_s = quarters[at - 1]?.at_s ?? 0;
		const within = samples.filter((sample) => sample.at_s > from_s && sample.at_s <= at_s);
		const peak = Math.max(resident, ...within.map(({ bytes }) => bytes));
		return { held_MiB: inMiB(held), resident_MiB: inMiB(resident), peak_MiB: inMiB(peak) };
	});
}

/** What else changes between two collections: code that is compiled or dropped again, statements of SQLite. */
const anyway_MiB = 4;
/** One letter of a device under way, with a token that has been paid to and fro, sealed for its room. */
const letter_KiB = 8;

/**
 * How much more a gateway may hold, after a full collection, at the end of a life than at its half. What it must hold are
 * its connections and their sessions, which are the same devices' all the time, and what is under way at that moment, at
 * most a letter each; records, approvals and lists are in its file. So nothing of this grows with time or with payments.
 */
function heldMoreMost_MiB(devices: number): number {
	return anyway_MiB + (devices * letter_KiB) / 1_024;
}

/** What a process had in memory in its life, and whether that was flat. */
export type WatchedMemory = {
	/** after a warm-up; null where too little was seen */
	readonly resident: MemoryFigures | null;
	readonly quarters: readonly QuarterFigures[];
	/** held at the end of the last quarter beyond that of the second; null where they were not weighed */
	readonly heldMore_MiB: number | null;
	/** see `heldMoreMost_MiB` */
	readonly heldMoreMost_MiB: number;
};

/** Samples of one life of the gateway of so many devices. */
export function watchedMemory(
	samples: readonly MemorySample[],
	quarters: readonly QuarterSample[],
	devices: number,
): WatchedMemory {
	const [, second, , last] = quarters;
	return {
		resident: memoryFigures(samples),
		quarters: quarterFigures(quarters, samples),
		heldMore_MiB: second === undefined || last === undefined ? null : inMiB(last.held - second.held),
		heldMoreMost_MiB: heldMoreMost_MiB(devices),
	};
}

/** Growth of the peaks from the first quarter of what was sampled to the last that is not flat. */
const residentMoreMost_MiB = 32;

/** Where memory was not flat, in words. */
export function notFlat({ resident, heldMore_MiB, heldMoreMost_MiB }: WatchedMemory): readonly string[] {
	const wrong: string[] = [];
	if (heldMore_MiB === null) wrong.push("the gateway was not weighed at the end of each quarter");
	else if (heldMore_MiB > heldMoreMost_MiB)
		wrong.push(
			`after a collection the gateway held ${heldMore_MiB} MiB more at the end of the last quarter than of the second; at most ${heldMoreMost_MiB}`,
		);
	if (resident !== null && resident.grown_MiB > residentMoreMost_MiB)
		wrong.push(`what the system has in memory for the gateway grew by ${resident.grown_MiB} MiB`);
	return wrong;
}

/** Null where there are fewer than two. */
export function memoryFigures(samples: readonly MemorySample[]): MemoryFigures | null {
	const [first, last] = [samples[0], samples.at(-1)];
	if (first === undefined || last === undefined || samples.length < 2) return null;
	const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
	const [times, sizes] = [samples.map(({ at_s }) => at_s), samples.map(({ bytes }) => bytes)];
	const [time, size] = [mean(times), mean(sizes)];
	const together = samples.reduce((sum, { at_s, bytes }) => sum + (at_s - time) * (bytes - size), 0);
	const spread = samples.reduce((sum, { at_s }) => sum + (at_s - time) ** 2, 0);
	const quarter = Math.ceil(sizes.length / 4);
	return {
		samples: samples.length,
		first_MiB: inMiB(first.bytes),
		last_MiB: inMiB(last.bytes),
		max_MiB: inMiB(Math.max(...sizes)),
		grown_MiB: inMiB(Math.max(...sizes.slice(-quarter)) - Math.max(...sizes.slice(0, quarter))),
		some_MiB: sizes.filter((_, at) => at % Math.ceil(sizes.length / 10) === 0).map(inMiB),
		slope_MiBPerMinute: spread === 0 ? 0 : Math.round((6_000 * together) / spread / mebibyte) / 100,
	};
}
