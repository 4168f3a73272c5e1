/**
 * `npm run charts`: the tables and charts of docs/performance.md, made of the recorded runs beside it.
 *
 * Of each figure the newest run that has it counts, so a benchmark may be recorded alone. With `--check` nothing is
 * written, and it fails where a page or a chart is not what the recorded runs say.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EChartsType, init } from "echarts";
import type { RecordedRun } from "../packages/cli/src/bench/record.ts";
import type { BenchResult } from "../packages/cli/src/bench/result.ts";

const docs = join(import.meta.dirname, "../docs");
const page = join(docs, "performance.md");
const folder = join(docs, "performance");
const [begin, end] = ["<!-- recorded: npm run charts -->", "<!-- end of recorded -->"];

const lines = readFileSync(join(folder, "runs.jsonl"), "utf8").trimEnd().split("\n");
const runs = lines.map((line) => JSON.parse(line) as RecordedRun);
const names = [...new Set(runs.flatMap(({ results }) => results.map(({ name }) => name)))];
const newest = new Map(names.map((name) => [name, lastWith(name)] as const));

const files = new Map([
	[page, withTables(readFileSync(page, "utf8"))],
	[join(folder, "targets.svg"), targetsChart()],
	...[...newest.values()].flatMap(({ results }) => results.filter(({ series }) => series).map(seriesFile)),
]);
const stale = [...files].filter(([file, content]) => contentOf(file) !== content).map(([file]) => file);
if (process.argv.includes("--check")) {
	for (const file of stale) console.error(`${file} is not what the recorded runs say: npm run charts`);
	process.exitCode = stale.length === 0 ? 0 : 1;
} else for (const [file, content] of files) writeFileSync(file, content);

function contentOf(file: string): string | undefined {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return undefined;
	}
}

/** The newest run that has results of this benchmark, and those results alone. */
function lastWith(name: string): RecordedRun {
	const run = runs.findLast(({ results }) => results.some((result) => result.name === name)) as RecordedRun;
	return { ...run, results: run.results.filter((result) => result.name === name) };
}

function withTables(text: string): string {
	const [before = "", after = ""] = [text.split(begin)[0], text.split(end)[1]];
	return `${before}${begin}\n\n${[...newest].map(([name, run]) => tableOf(name, run)).join("\n\n")}\n\n${end}${after}`;
}

function tableOf(name: string, { at, commit, machine, note, results }: RecordedRun): string {
	const { processors, model, memory_GiB, node, load } = machine;
	const where = `${processors} × ${model}, ${memory_GiB} GiB, Node ${node}, load ${load}`;
	const rows = results.map((result) => {
		const { metric, unit, ours, limit, peer, ratio, spread, rounds } = result;
		const cells = [figure(ours), figure(limit), figure(peer), figure(ratio)];
		const within = spread === null ? "" : `±${Math.round(100 * spread)} %`;
		return `| ${[metric, ...cells, unit, within, rounds ?? "", verdict(result)].join(" | ")} |`;
	});
	return [
		`### Recorded: \`${name}\``,
		"",
		`${at.slice(0, 16).replace("T", " ")} UTC, commit ${commit ?? "unknown"}, ${where}.${note === "" ? "" : ` ${note}`}`,
		"",
		"| | ours | limit | peer | ratio | unit | spread | of | target |",
		"|---|---|---|---|---|---|---|---|---|",
		...rows,
	].join("\n");
}

function figure(value: number | null): string {
	if (value === null) return "";
	return value >= 1000
		? Math.round(value).toLocaleString("en")
		: value
				.toPrecision(3)
				.replace(/(\.\d*?)0+$/, "$1")
				.replace(/\.$/, "");
}

function isMet(
	{ of, atMost = Infinity, atLeast = -Infinity }: NonNullable<BenchResult["target"]>,
	result: BenchResult,
): boolean {
	const value = result[of];
	return value !== null && value <= atMost && value >= atLeast;
}

function verdict(result: BenchResult): string {
	const { target } = result;
	if (target === null) return "";
	const bound = target.atMost === undefined ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
	return `${target.of} ${bound}: ${isMet(target, result) ? "met" : "**missed**"}`;
}

/** How far each figure is from its target, as a factor: right of one it is met. */
function targetsChart(): string {
	const bounded = [...newest.values()].flatMap(({ results }) =>
		results.filter(({ target }) => target !== null),
	);
	const bars = bounded.flatMap((result) => {
		const { target } = result;
		const value = target && result[target.of];
		if (!target || value === null || value === undefined) return [];
		const bound = target.atMost ?? target.atLeast ?? 1;
		const factor = target.atMost === undefined ? value / bound : bound / value;
		if (!Number.isFinite(factor) || factor <= 0) return [];
		return [{ name: `${result.name}: ${result.metric}`, factor, isMet: isMet(target, result) }];
	});
	const chart = init(null, null, { renderer: "svg", ssr: true, width: 980, height: 90 + 24 * bars.length });
	chart.setOption({
		animation: false,
		title: { text: "Figure beside its target: right of 1 it is met", textStyle: { fontSize: 15 } },
		grid: { left: 520, right: 60, top: 50, bottom: 30 },
		xAxis: { type: "log", name: "×", min: 0.1 },
		yAxis: {
			type: "category",
			inverse: true,
			data: bars.map(({ name }) => name),
			axisLabel: { width: 500, overflow: "truncate" },
		},
		series: [
			{
				type: "bar",
				data: bars.map((bar) => ({
					value: Number(bar.factor.toPrecision(3)),
					itemStyle: { color: bar.isMet ? "#2f8f5b" : "#c0493d" },
				})),
				label: { show: true, position: "right" },
				markLine: { symbol: "none", data: [{ xAxis: 1 }], label: { show: false } },
			},
		],
	});
	return drawn(chart);
}

/** A chart holds the process until it is disposed of. */
function drawn(chart: EChartsType): string {
	const svg = chart.renderToSVGString();
	chart.dispose();
	return `${svg}\n`;
}

/** One chart of what went on over time, each kind of line with an axis of its own below the others. */
function seriesFile({
	name,
	metric,
	unit: usual,
	series,
}: BenchResult): readonly [file: string, svg: string] {
	if (series === undefined) throw new Error("a result with a series was asked for");
	/** Lines with the same unit share an axis: what stands after the comma, else that of the result. */
	const unitOf = (line: string): string => line.split(", ")[1] ?? usual;
	const groups = [...new Set(Object.keys(series.lines).map(unitOf))];
	const height = 150;
	const chart = init(null, null, {
		renderer: "svg",
		ssr: true,
		width: 900,
		height: 80 + groups.length * (height + 60),
	});
	const { axis, x, lines: named } = series;
	// A few points far apart: their order of size is what counts, and each is shown.
	const isFew = x.length < 10 && (x.at(-1) ?? 0) >= 100 * (x[0] ?? 0);
	const right = Math.max(80, 9 * axis.length);
	chart.setOption({
		animation: false,
		title: { text: `${name}: ${metric}`, textStyle: { fontSize: 15 } },
		legend: { top: 30, itemGap: 28 },
		grid: groups.map((_, i) => ({ left: 70, right, top: 90 + i * (height + 60), height })),
		xAxis: groups.map((_, i) => ({
			type: isFew ? "log" : "value",
			gridIndex: i,
			name: axis,
			max: "dataMax",
		})),
		yAxis: groups.map((unit, i) => ({ type: "value", gridIndex: i, name: unit })),
		series: Object.entries(named).map(([line, values]) => ({
			type: "line",
			name: line,
			showSymbol: isFew,
			xAxisIndex: groups.indexOf(unitOf(line)),
			yAxisIndex: groups.indexOf(unitOf(line)),
			data: values.map((value, i) => [x[i], value]),
		})),
	});
	const slug = `${name}-${metric}`.toLowerCase().replace(/[^a-z0-9]+/g, "-");
	return [join(folder, `${slug}.svg`), drawn(chart)];
}
