/**
 * `npm run fuzz`: hostile inputs for every target, for as long as it is given.
 *
 *   npm run fuzz -- --inputs 100000                    every target
 *   npm run fuzz -- --target verify/token --minutes 10
 *   npm run fuzz -- --target verify/token --seed 7 --number 1234     one input again
 *   npm run fuzz -- --target verify/token --replay failing.hex
 *   npm run fuzz -- --grow --minutes 30                grows and minimises the corpus of every target, by coverage
 *
 * `--target` takes a name or the beginning of several. Exits with 1 where a promise did not hold or an
 * input was too dear or too hungry, and writes it to `fuzz-failure-TARGET.hex`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { keepFound, keptInputs } from "../fuzz/corpus.ts";
import { Coverage } from "../fuzz/coverage.ts";
import { growCorpus } from "../fuzz/guided.ts";
import { stockOf } from "../fuzz/input/mutate.ts";
import { inputOf, type Report, runTarget } from "../fuzz/run.ts";
import type { Target } from "../fuzz/target.ts";

const { values } = parseArgs({
	options: {
		target: { type: "string", default: "" },
		inputs: { type: "string" },
		minutes: { type: "string" },
		seed: { type: "string" },
		number: { type: "string" },
		replay: { type: "string" },
		json: { type: "boolean", default: false },
		list: { type: "boolean", default: false },
		grow: { type: "boolean", default: false },
	},
});

const coverage = new Coverage();
if (values.grow) await coverage.start();
// Loaded from here on, so that V8 counts it block by block.
const { targets } = await import("../fuzz/catalogue.ts");

const seed = Number(values.seed ?? Date.now() % 1_000_000);
const chosen = targets.filter(({ name }) => name.startsWith(values.target));
if (chosen.length === 0) throw new Error(`no target ${values.target}: --list names them`);
const exact = chosen.find(({ name }) => name === values.target);

if (values.list) for (const { name } of chosen) console.log(name);
else if (values.replay !== undefined || values.number !== undefined)
	await again(exact ?? (chosen[0] as Target));
else if (values.grow) await grow(exact === undefined ? chosen : [exact]);
else await runAll(exact === undefined ? chosen : [exact]);

async function again(target: Target): Promise<void> {
	const open = await target.open();
	const input =
		values.replay === undefined
			? inputOf(stockOf(open.seeds, open.form), seed, Number(values.number))
			: Uint8Array.from(Buffer.from(readFileSync(values.replay, "utf8").trim(), "hex"));
	console.log(`${target.name}, ${input.length} bytes: ${Buffer.from(input).toString("hex").slice(0, 4000)}`);
	try {
		console.log(await open.run(input));
	} finally {
		await open.close?.();
	}
}

/** A share of the time for each target; what failed belongs into its corpus by hand, with a word about it. */
async function grow(list: readonly Target[]): Promise<void> {
	const time_ms = (60_000 * Number(values.minutes ?? 10)) / list.length;
	const most = Number(values.inputs ?? Number.POSITIVE_INFINITY);
	const sum = { inputs: 0, kept: 0, bytes: 0 };
	for (const target of list) {
		const grown = await growCorpus(target, coverage, seed, most, time_ms);
		const { inputs, before, kept, groundBefore, ground, failure } = grown;
		if (failure === null) keepFound(target.name, kept);
		const bytes = kept.reduce((total, { length }) => total + length, 0);
		console.log(
			`${target.name}: ${inputs} inputs; ${groundBefore} characters of our sources by valid inputs, ${ground} in the end; ${before} kept before, ${kept.length} now, ${bytes} bytes`,
		);
		sum.inputs += inputs;
		sum.kept += keptInputs(target.name).length;
		sum.bytes += bytes;
		if (failure === null) continue;
		console.log(failure.reason);
		writeFileSync(fileOf(target), `${Buffer.from(failure.input).toString("hex")}\n`);
		process.exitCode = 1;
	}
	await coverage.stop();
	console.log(
		`${sum.inputs} inputs on ${list.length} targets, seed ${seed}; kept: ${sum.kept}, ${sum.bytes} bytes`,
	);
}

async function runAll(list: readonly Target[]): Promise<void> {
	const time_ms =
		values.minutes === undefined ? Number.POSITIVE_INFINITY : (60_000 * Number(values.minutes)) / list.length;
	const inputs =
		values.inputs === undefined
			? values.minutes === undefined
				? 10_000
				: Number.POSITIVE_INFINITY
			: Number(values.inputs);
	const reports: Report[] = [];
	for (const target of list) {
		const report = await runTarget(target, { seed, inputs, time_ms });
		reports.push(report);
		if (!values.json) console.log(inWords(report));
		const bad = report.failure?.input ?? report.tooDear ?? report.tooHungry;
		if (bad !== null) writeFileSync(fileOf(target), `${bad}\n`);
	}
	const total = reports.reduce((sum, report) => sum + report.inputs, 0);
	const failed = reports.filter((report) => report.failure !== null);
	const slow = reports.filter((report) => report.tooDear !== null);
	const hungry = reports.filter((report) => report.tooHungry !== null);
	if (values.json) console.log(JSON.stringify({ seed, total, targets: reports }));
	else {
		console.log(
			`${total} inputs on ${reports.length} targets, seed ${seed}: ${failed.length} failed, ${slow.length} too dear, ${hungry.length} too hungry`,
		);
		for (const { failure } of failed)
			console.log(`\n${failure?.target}, input ${failure?.number}: ${failure?.reason}`);
	}
	if (failed.length + slow.length + hungry.length > 0) process.exitCode = 1;
}

function fileOf({ name }: Target): string {
	return `fuzz-failure-${name.replaceAll("/", ".").replaceAll(" ", "-")}.hex`;
}

function inWords({ target, inputs, accepted, refused, perSecond, ...rest }: Report): string {
	const codes = Object.entries(refused)
		.sort(([, a], [, b]) => b - a)
		.map(([code, count]) => `${code} ${count}`)
		.join(", ");
	const allocated = `${Math.round(rest.allocated / 1024)} of ${Math.round(rest.allocatedLimit / 1024)} KiB (${rest.hungriestBytes} bytes)`;
	const cost = `${perSecond}/s, dearest ${rest.dearest_us} µs (${rest.dearestBytes} bytes), allocated ${allocated}`;
	const verdict = rest.failure === null ? "" : "  FAILED";
	return `${target}: ${inputs} inputs, ${accepted} accepted, ${codes}; ${cost}${verdict}`;
}
