/**
 * `tenten faults`: every flow × step × party × fault, run, judged by what the parties' stores hold, and told.
 *
 * By default on virtual time in this process: the same seed, the same trace. With `--processes` each party is a process
 * that is killed, its messages are HTTP, and what it comes to must be what the virtual world came to.
 */
import { appendFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { type Cell, type Fault, type Flow, faults, flows } from "@tenten/sim";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { currentCommit } from "../bench/record.ts";
import { thisMachine } from "../bench/result.ts";
import { Cast } from "../faults/member.ts";
import { pageOf } from "../faults/page.ts";
import { partyProgram } from "../faults/party-process.ts";
import { problemsOf, resultOf } from "../faults/result.ts";
import { type MatrixRun, runMatrix } from "../faults/run.ts";
import { summaryOf } from "../faults/summary.ts";
import { tableOf } from "../faults/table.ts";
import { numberIn } from "../number-flag.ts";
import { jsonLine, type Output } from "../output.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { subcommand } from "../subcommand.ts";

type Options = {
	readonly flow?: string;
	readonly step?: string;
	readonly party?: string;
	readonly fault?: string;
	readonly seed?: string;
	readonly processes?: true;
	readonly html?: string;
	readonly record?: string;
};

/** A lane in processes mostly waits for time-outs. */
const lanesOfProcessor = 4;
const mostProblems = 20;

export function faultsCommand(): Command {
	return subcommand<[], Options>(
		{
			usage: "faults",
			summary: "run every fault at every step and party of every flow, and tell where the money is",
			example: "tenten faults --flow 18,25 --html faults.html",
			options: [
				["--flow <names>", `these alone, with commas (${flows.map(({ name }) => name).join(",")})`],
				["--step <number>", "this step alone"],
				["--party <name>", "this party alone"],
				["--fault <name>", `this fault alone (${faults.join(", ")})`],
				["--seed <number>", "of keys, ids and latencies (default: 1)"],
				["--processes", "each party a process of its own, killed for real, over HTTP"],
				["--html <file>", "also as one page that replays each cell"],
				["--record <file>", "append what it came to, with machine and commit"],
			],
		},
		async (output, options) => {
			const commit = currentCommit();
			const run = await runSelected(output, options);
			const problems = problemsOf(run);
			const world = options.processes === true ? "processes" : "virtual";
			tell(output, run, problems);
			if (options.html !== undefined) writeFileSync(options.html, await pageOf(run, world));
			const result = resultOf(run, world);
			if (options.record !== undefined) {
				const { cells: _, ...rest } = result as { readonly cells: unknown };
				const summary = summaryOf(run).map(({ en }) => en);
				const at = new Date().toISOString();
				const line = { at, commit, machine: thisMachine(), cells: run.cells.length, summary, ...rest };
				appendFileSync(options.record, `${jsonLine(line)}\n`);
			}
			return { ok: problems.length === 0, result };
		},
	);
}

async function runSelected(output: Output, options: Options): Promise<MatrixRun> {
	const chosen = options.flow === undefined ? flows : options.flow.split(",").map(flowNamed);
	const seed = options.seed === undefined ? 1 : numberIn("--seed", options.seed, 0);
	const stop = stopSignal();
	let isStopped = false;
	void stop.stopped.then(() => (isStopped = true));
	const cast = options.processes === true ? new Cast(partyProgram) : undefined;
	let bar: ReturnType<Output["progress"]> | undefined;
	try {
		return await runMatrix({
			flows: chosen,
			seed,
			isWanted: wantedBy(options),
			...(cast && { cast }),
			lanes: cast === undefined ? 1 : lanesOfProcessor * availableParallelism(),
			progress: (done, of) => {
				bar ??= output.progress("cells", of);
				bar.reach(done);
			},
			isStopped: () => isStopped,
		});
	} finally {
		bar?.end();
		stop.release();
		await cast?.end();
	}
}

/** Everything where nothing is said. */
function wantedBy(options: Options): (cell: Cell) => boolean {
	const step = options.step === undefined ? undefined : numberIn("--step", options.step, 0);
	const fault = options.fault === undefined ? undefined : faultNamed(options.fault);
	return (cell) =>
		(step === undefined || cell.step === step) &&
		(options.party === undefined || cell.party === options.party) &&
		(fault === undefined || cell.fault === fault);
}

function flowNamed(name: string): Flow {
	const flow = flows.find((each) => each.name === name);
	if (flow === undefined)
		throw new BadInput(`--flow is some of ${flows.map((each) => each.name).join(", ")}`);
	return flow;
}

function faultNamed(name: string): Fault {
	const fault = faults.find((each) => each === name);
	if (fault === undefined) throw new BadInput(`--fault is one of ${faults.join(", ")}`);
	return fault;
}

function tell(output: Output, run: MatrixRun, problems: readonly string[]): void {
	for (const line of tableOf(run)) output.say(line);
	output.say("");
	for (const { en } of summaryOf(run)) output.say(`${en}\n`);
	for (const problem of problems.slice(0, mostProblems)) output.say(`PROBLEM ${problem}`);
	if (problems.length > mostProblems) output.say(`… and ${problems.length - mostProblems} more`);
}
