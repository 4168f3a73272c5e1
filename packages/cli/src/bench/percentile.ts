/** Percentiles of latencies, by nearest rank: a value that was measured, never one between two. */

/** `rank` in percent, e.g. 99.9; zero of nothing. */
export function percentile(values: readonly number[], rank: number): number {
	const ordered = values.toSorted((a, b) => a - b);
	return ordered[Math.max(0, Math.ceil((rank / 100) * ordered.length) - 1)] ?? 0;
}
