/** Results: one line of a benchmark, its target, and how it reads. */
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import type { Output } from "../output.ts";

/** `ratio` is ours divided by the limit (or by the peer where there is no limit); bounds are on `bounded`. */
export type BenchResult = {
	readonly name: string;
	readonly metric: string;
	readonly unit: string;
	readonly ours: number;
	/** the raw work that cannot be done without, measured in the same run */
	readonly limit: number | null;
	/** what others need for the same, measured or as they published it */
	readonly peer: number | null;
	readonly ratio: number | null;
	/** share of the median within which half the rounds lie */
	readonly spread: number | null;
	/** how many rounds, or operations where they are not rounds, the figures are of */
	readonly rounds?: number;
	readonly target: Target | null;
	/** how it went over time, for a chart */
	readonly series?: Series;
};

/** Lines over one axis: `lines[name][i]` belongs to `x[i]`. */
type Series = {
	/** what is on the axis, with its unit */
	readonly axis: string;
	readonly x: readonly number[];
	readonly lines: Readonly<Record<string, readonly number[]>>;
};

/** What the design asks for, of `ours` or of `ratio`. */
type Target = {
	readonly of: "ours" | "ratio";
	readonly atMost?: number;
	readonly atLeast?: number;
};

/** What a caller may decide; each benchmark looks at what concerns it. */
export type BenchOptions = {
	/** how long a load is kept up */
	readonly minutes?: number;
	/** a recording of payments */
	readonly recording?: string;
	/** what a server sheds is sent again when it says so */
	readonly retryShed?: boolean;
	/** the address of a PostgreSQL database; SQLite where left out */
	readonly database?: string;
};

/** One benchmark: its module says what it measures. */
export type Benchmark = (output: Output, options: BenchOptions) => Promise<readonly BenchResult[]>;

export function meetsTarget(result: BenchResult): boolean {
	if (result.target === null) return true;
	const { of, atMost, atLeast } = result.target;
	const bounded = result[of];
	if (bounded === null) return false;
	return bounded <= (atMost ?? Number.POSITIVE_INFINITY) && bounded >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

export type Machine = {
	readonly processors: number;
	readonly model: string;
	readonly memory_GiB: number;
	readonly node: string;
	/** processes that wanted to run in the minute before */
	readonly load: number;
};

export function thisMachine(): Machine {
	return {
		processors: availableParallelism(),
		model: cpus()[0]?.model ?? "unknown",
		memory_GiB: Math.round(totalmem() / 2 ** 30),
		node: process.version,
		load: Math.round(100 * (loadavg()[0] ?? 0)) / 100,
	};
}

export function sayMachine(output: Output, { processors, model, memory_GiB, node, load }: Machine): void {
	output.say(
		`${processors} × ${model}, ${memory_GiB} GiB, Node ${node}, load ${load.toFixed(2)} at the start`,
	);
}

export function sayResults(output: Output, results: readonly BenchResult[]): void {
	const rows = results.map((result) => [
		`${result.name} ${result.metric}`,
		figure(result.ours),
		figure(result.limit),
		figure(result.peer),
		figure(result.ratio),
		result.spread === null ? "" : `±${(100 * result.spread).toFixed(1)} %`,
		result.unit,
		verdict(result),
	]);
	const table = [["", "ours", "limit", "peer", "ratio", "spread", "unit", "target"], ...rows];
	const widths =
		table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
	for (const row of table)
		output.say(
			row
				.map((cell, i) => pad(cell, widths[i] ?? 0, i))
				.join("  ")
				.trimEnd(),
		);
}

function pad(cell: string, width: number, column: number): string {
	const isNumber = column > 0 && column < 6;
	return isNumber ? cell.padStart(width) : cell.padEnd(width);
}

function figure(number: number | null): string {
	if (number === null) return "";
	return number >= 1000
		? Math.round(number).toLocaleString("en")
		: number.toPrecision(4).replace(/\.?0+$/, "");
}

function verdict(result: BenchResult): string {
	if (result.target === null) return "";
	const { of, atMost, atLeast } = result.target;
	const bound = atMost === undefined ? `≥ ${atLeast}` : `≤ ${atMost}`;
	return `${of} ${bound}: ${meetsTarget(result) ? "met" : "MISSED"}`;
}
