/** What a process has in memory over time: whether it grows, in one line that fits its samples best. */

export type MemorySample = { readonly at_s: number; readonly bytes: number };

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
	const inMiB = (bytes: number): number => Math.round((10 * bytes) / mebibyte) / 10;
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
