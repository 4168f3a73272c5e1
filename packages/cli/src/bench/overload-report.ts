/** What an overload came to, as rows: goodput, latencies, what was shed, memory, and processor time of each side. */
import type { Second } from "./open-loop.ts";
import type { Phase } from "./overload.ts";
import { percentile } from "./percentile.ts";
import { median } from "./race.ts";
import type { BenchResult } from "./result.ts";

const common = {
	name: "overload",
	limit: null,
	peer: null,
	ratio: null,
	spread: null,
	target: null,
} as const;

type Capacity = { readonly rate: number; readonly width: number; readonly accepted: number };

export function capacityRow({ rate, width, accepted }: Capacity): BenchResult {
	const metric = `capacity, ${width} claims under way`;
	return { ...common, metric, unit: "claims/s", ours: rate, rounds: accepted };
}

export function phaseRows(name: string, phase: Phase, capacity: number): readonly BenchResult[] {
	const { loaded, usages } = phase;
	const { latencies_ms, elapsed_s, offered, accepted, shed, failed } = loaded;
	const during = loaded.seconds.slice(0, Math.floor(elapsed_s));
	const goodput = sum(during.map((second) => second.accepted)) / Math.max(1, during.length);
	const row = (metric: string, unit: string, ours: number, more: Partial<BenchResult> = {}): BenchResult => ({
		...common,
		metric: `${metric}, accounts ${name}`,
		unit,
		ours,
		rounds: offered,
		...more,
	});
	const latency = (rank: number): BenchResult =>
		row(`p${rank} of accepted, from when due`, "ms", percentile(latencies_ms, rank), {
			rounds: accepted,
			target: rank === 99 ? { of: "ours", atMost: 1000 } : null,
		});
	return [
		row("goodput", "claims/s", goodput, {
			limit: capacity,
			ratio: goodput / capacity,
			target: { of: "ratio", atLeast: 0.9 },
			series: seriesOf(during, usages),
		}),
		row("offered", "claims/s", offered / elapsed_s),
		...[50, 95, 99, 99.9, 100].map(latency),
		row("shed", "of offered", shed / Math.max(1, offered)),
		row("failed or unanswered", "of offered", failed / Math.max(1, offered), {
			target: { of: "ours", atMost: 0 },
		}),
		row("the operator's memory, last fifth beside second fifth", "ratio", growth(usages), {
			target: { of: "ours", atMost: 1.15 },
		}),
		row("the operator's processor time", "ms an accepted claim", (1000 * phase.operatorCpu_s) / accepted),
		row("the generator's processor time", "ms a claim offered", (1000 * phase.generatorCpu_s) / offered),
	];
}

export function lastRows(accepted: number, doubtful: number): readonly BenchResult[] {
	const conserved = { ...common, metric: "claims accepted, all of them paid and no other", unit: "claims" };
	const doubt = { ...common, metric: "claims without an answer, paid or not", unit: "claims" };
	return [
		{ ...conserved, ours: accepted },
		{ ...doubt, ours: doubtful },
	];
}

/** Resident memory in the last fifth of the load, beside the second fifth, when it has warmed up. */
function growth(usages: readonly { readonly resident_MiB: number }[]): number {
	const fifth = (n: number): number => {
		const [from, until] = [(n * usages.length) / 5, ((n + 1) * usages.length) / 5];
		return median(usages.slice(Math.floor(from), Math.max(1, Math.ceil(until))).map((u) => u.resident_MiB));
	};
	return fifth(4) / fifth(1);
}

const mostPoints = 120;

function seriesOf(
	seconds: readonly Second[],
	usages: readonly { readonly resident_MiB: number; readonly heap_MiB: number }[],
): NonNullable<BenchResult["series"]> {
	const step = Math.max(1, Math.ceil(seconds.length / mostPoints));
	const starts = seconds.map((_, i) => i).filter((i) => i % step === 0);
	const over = (of: (second: Second) => number) =>
		starts.map((from) => {
			const part = seconds.slice(from, from + step);
			return round(sum(part.map(of)) / part.length);
		});
	const at = (of: "resident_MiB" | "heap_MiB") =>
		starts.map((from) => round(usages[Math.min(from, usages.length - 1)]?.[of] ?? 0));
	return {
		axis: "seconds",
		x: starts,
		lines: {
			"offered a second": over(({ offered }) => offered),
			"accepted a second": over(({ accepted }) => accepted),
			"shed a second": over(({ shed }) => shed),
			"p99 of accepted, ms": starts.map((from) =>
				round(
					percentile(
						seconds.slice(from, from + step).flatMap(({ latencies_ms }) => latencies_ms),
						99,
					),
				),
			),
			"resident memory, MiB": at("resident_MiB"),
			"heap, MiB": at("heap_MiB"),
		},
	};
}

function round(value: number): number {
	return Math.round(10 * value) / 10;
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
