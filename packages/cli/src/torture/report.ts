/** What a torture came to: kills by what they met, what was acknowledged, how doubts ended, and what was lost. */
import { inWords } from "../counts.ts";
import type { Output } from "../output.ts";
import type { Tortured } from "./torture.ts";

export type TortureReport = {
	readonly seed: number;
	readonly elapsed_s: number;
	readonly kills: number;
	/** by role and by what the process was doing */
	readonly killsByPoint: Readonly<Record<string, number>>;
	/** how many kills met an operation of each kind under way */
	readonly killsByWork: Readonly<Record<string, number>>;
	readonly operations: number;
	readonly acknowledged: Readonly<Record<string, number>>;
	/** how operations ended; all but `answered` were in doubt */
	readonly resolutions: Readonly<Record<string, number>>;
	readonly rounds: number;
	readonly rests: number;
	/** milliseconds from the start of a fresh process until it serves, by role */
	readonly restarts: Readonly<Record<string, { readonly p50_ms: number; readonly p99_ms: number }>>;
	readonly losses: readonly string[];
	/** kept where something was lost: the files, and the ledger */
	readonly folder?: string;
};

export function reportOf(
	{ kills, town, rounds, rests }: Tortured,
	{ seed, elapsed_s }: { readonly seed: number; readonly elapsed_s: number },
): TortureReport {
	const { ledger, restarts } = town;
	return {
		seed,
		elapsed_s: Math.round(elapsed_s * 10) / 10,
		kills: kills.total,
		killsByPoint: sorted(kills.byPoint),
		killsByWork: sorted(kills.byWork),
		operations: ledger.operations,
		acknowledged: sorted(ledger.acknowledged),
		resolutions: sorted(ledger.resolutions),
		rounds,
		rests,
		restarts: Object.fromEntries(
			[...restarts].map(([role, times]) => [
				role,
				{ p50_ms: percentile(times, 50), p99_ms: percentile(times, 99) },
			]),
		),
		losses: ledger.losses,
	};
}

export function sayReport(output: Output, report: TortureReport): void {
	const { kills, elapsed_s, operations, rounds, rests, seed, losses, folder } = report;
	output.say(`${kills} kills in ${elapsed_s} s, seed ${seed}; what the process was doing:`);
	for (const [point, times] of Object.entries(report.killsByPoint)) output.say(`  ${times} × ${point}`);
	output.say(`Its users had asked for: ${inWords(report.killsByWork)}.`);
	output.say(`${operations} operations. Acknowledged: ${inWords(report.acknowledged)}.`);
	output.say(`How they ended: ${inWords(report.resolutions)}.`);
	for (const [role, { p50_ms, p99_ms }] of Object.entries(report.restarts))
		output.say(`Serving again (${role}): ${p50_ms} ms in the median, ${p99_ms} ms at the 99th percentile.`);
	output.say(
		`Counted to the minor unit ${rests} times at rest; redeemed to nothing outstanding ${rounds} times.`,
	);
	output.say(`${losses.length} losses`);
	for (const loss of losses.slice(0, 20)) output.say(`LOST: ${loss}`);
	if (folder !== undefined) output.say(`The files and the ledger are kept in ${folder}`);
}

/** Most often first. */
function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
	return Object.fromEntries([...counts].sort(([, a], [, b]) => b - a));
}

/** Nearest rank, whole milliseconds. */
function percentile(values: readonly number[], rank: number): number {
	const ordered = values.toSorted((a, b) => a - b);
	return Math.round(ordered[Math.max(0, Math.ceil((rank / 100) * ordered.length) - 1)] ?? 0);
}
