/**
 * `tenten sim`: seeded worlds of real wallets and operators under faults, each judged by an independent checker.
 *
 * Kept seeds run first, each twice. What breaks is printed with the command that plays it again; `--keep` adds its
 * seed to those that are kept, at once. With `--seed` one world is run, twice, and `--trace` prints every event of
 * it. Ctrl-C ends it with its report so far.
 */
import {
	type FoundViolation,
	type KeptSeed,
	keepSeed,
	keptSeeds,
	runSeed,
	type SimulationReport,
	type Suite,
	simulate,
	suites,
	type Trait,
	traits,
} from "@tenten/sim";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { refuseOthers, runSettlement, settlementRounds } from "./sim-settlement.ts";

type Options = {
	readonly seeds?: string;
	readonly first?: string;
	readonly seed?: string;
	readonly suite?: string;
	readonly steps?: string;
	readonly minutes?: string;
	readonly without?: string;
	readonly trace?: true;
	readonly keep?: true;
	readonly kept?: string;
	readonly settlement?: true;
};

const defaultSteps: Readonly<Record<Suite, number>> = { toy: 2_000, real: 600 };
/** One seed in so many is run twice. */
const rerunEvery = 20;

export function simCommand(): Command {
	return subcommand<[], Options>(
		{
			usage: "sim",
			summary: "run simulated worlds of real wallets and operators, and check every unit in them",
			example: "tenten sim --seeds 100 --suite toy --json",
			options: [
				["--seeds <count>", "how many worlds (default: 20)"],
				["--first <seed>", "the first seed (default: 1)"],
				["--seed <seed>", "this one alone"],
				[
					"--suite <name>",
					"toy: fast signatures that only the simulator can check; real: real ones (default: toy)",
				],
				["--steps <count>", "effects of each world before it heals (default: 2000 toy, 600 real)"],
				["--minutes <time>", "begin no world after this time"],
				["--without <traits>", `worlds as before they had these (${traits.join(",")})`],
				["--trace", "with --seed: print every event"],
				["--keep", "keep the seeds that break something, to be run first from now on"],
				[
					"--settlement",
					`worlds of settlement instead: records, claims, files and banks; --steps are their rounds (default: ${settlementRounds})`,
				],
				["--kept <file>", "where seeds are kept (default: with the simulator's sources)"],
			],
		},
		(output, options) => run(output, options),
	);
}

async function run(output: Output, options: Options): Promise<Outcome> {
	const isSettlement = options.settlement === true;
	if (isSettlement) refuseOthers(options);
	const plan = planOf(options);
	const stop = stopSignal();
	let isStopped = false;
	void stop.stopped.then(() => {
		isStopped = true;
		output.say("ends here, with what was run so far");
	});
	try {
		if (isSettlement) {
			const isOver = (): boolean => isStopped || Date.now() >= plan.until;
			return await runSettlement(output, { ...plan, rounds: plan.steps, rerunEvery, isOver });
		}
		if (options.trace === true)
			for (const seed of plan.seeds)
				await runSeed({ ...plan, seed, say: output.say, isStopped: () => isStopped });
		return await runAll(output, plan, () => isStopped);
	} finally {
		stop.release();
	}
}

type Plan = {
	readonly suite: Suite;
	readonly steps: number;
	readonly without: readonly Trait[];
	readonly seeds: Iterable<number>;
	/** how many `seeds` are */
	readonly count: number;
	readonly kept: readonly KeptSeed[];
	/** milliseconds since the epoch */
	readonly until: number;
	readonly keeps: boolean;
	readonly file: string | undefined;
};

function planOf(options: Options): Plan {
	const suite = suites.find((name) => name === (options.suite ?? "toy"));
	if (suite === undefined) throw new BadInput(`--suite is one of ${suites.join(", ")}`);
	const isOne = options.seed !== undefined;
	if (isOne && (options.seeds !== undefined || options.first !== undefined))
		throw new BadInput("--seed is one world alone: --seeds and --first have no place beside it");
	if (!isOne && options.trace === true) throw new BadInput("--trace goes with --seed");
	const count = isOne ? 1 : countOf(options.seeds, "--seeds", 20, 1);
	const first = isOne ? countOf(options.seed, "--seed", 0, 0) : countOf(options.first, "--first", 1, 0);
	return {
		suite,
		steps: countOf(
			options.steps,
			"--steps",
			options.settlement === true ? settlementRounds : defaultSteps[suite],
			1,
		),
		without: traitsOf(options.without),
		seeds: { [Symbol.iterator]: () => numbersFrom(first, count) },
		count,
		kept: isOne ? [] : keptIn(options.kept).filter((each) => each.suite === suite),
		until: deadline(options.minutes),
		keeps: options.keep === true,
		file: options.kept,
	};
}

function keptIn(file: string | undefined): readonly KeptSeed[] {
	try {
		return keptSeeds(file);
	} catch (error) {
		throw new BadInput(`the kept seeds cannot be read: ${error instanceof Error ? error.message : error}`);
	}
}

function* numbersFrom(first: number, count: number): Generator<number, undefined> {
	for (let i = 0; i < count; i++) yield first + i;
}

/** Kept seeds first, each twice; then those that are asked for. What breaks is said, and kept, at once. */
async function runAll(output: Output, plan: Plan, isStopped: () => boolean): Promise<Outcome> {
	const { suite, steps, without, keeps } = plan;
	const isOver = (): boolean => Date.now() >= plan.until;
	const unkept: number[] = [];
	const kept: SimulationReport[] = [];
	for (const { seed, steps: itsSteps, without: lacks = [] } of plan.kept)
		kept.push(
			await simulate({
				suite,
				seeds: [seed],
				steps: itsSteps,
				without: lacks,
				rerunEvery: 1,
				isOver,
				isStopped,
				broken: (found) => sayViolation(output, found, suite, itsSteps, lacks),
			}),
		);
	const progress = output.progress("seeds", plan.count);
	let count = 0;
	const report = await simulate({
		...plan,
		rerunEvery,
		isOver,
		isStopped,
		done: () => progress.reach(++count),
		broken: (found) => {
			sayViolation(output, found, suite, steps, without);
			const { seed, kind, detail } = found;
			const isKept =
				!keeps || keep(output, plan.file, { suite, seed, steps, without, found: `${kind}: ${detail}` });
			if (!isKept) unkept.push(seed);
		},
	});
	progress.end();
	const violations = [...kept, report].flatMap((each) => each.violations);
	const ran = { kept: kept.reduce((sum, { seeds }) => sum + seeds, 0), violations, stepsEach: steps };
	sayReport(output, report, ran.kept);
	if (report.seeds === 0) output.say("nothing that was asked for was run");
	const result = { ...resultOf(report, ran), stopped: isStopped(), unkept };
	return { ok: violations.length === 0 && report.seeds > 0, result };
}

/** False where it cannot be written down: that takes nothing from what was found. */
function keep(output: Output, file: string | undefined, seed: KeptSeed): boolean {
	try {
		keepSeed(seed, file);
		return true;
	} catch (error) {
		output.say(`  seed ${seed.seed} is not kept: ${error instanceof Error ? error.message : String(error)}`);
		return false;
	}
}

function traitsOf(text: string | undefined): readonly Trait[] {
	return (text?.split(",") ?? []).map((name) => {
		const trait = traits.find((known) => known === name);
		if (trait === undefined) throw new BadInput(`--without is some of ${traits.join(",")}`);
		return trait;
	});
}

const mostDigits = 9;

function countOf(text: string | undefined, flag: string, otherwise: number, least: number): number {
	if (text === undefined) return otherwise;
	if (!/^[0-9]+$/.test(text) || text.length > mostDigits || Number(text) < least)
		throw new BadInput(`${flag} is a whole number from ${least} to ${10 ** mostDigits - 1}`);
	return Number(text);
}

/** Milliseconds since the epoch. */
function deadline(minutes: string | undefined): number {
	if (minutes === undefined) return Number.POSITIVE_INFINITY;
	if (!/^[0-9]{1,5}(\.[0-9]+)?$/.test(minutes) || Number(minutes) === 0)
		throw new BadInput("--minutes is a number above 0, of at most five digits before its point");
	return Date.now() + Number(minutes) * 60_000;
}

function sayViolation(
	output: Output,
	found: FoundViolation,
	suite: Suite,
	steps: number,
	without: readonly Trait[],
): void {
	const lacks = without.length === 0 ? "" : ` --without ${without.join(",")}`;
	output.say(`BROKEN ${found.kind}: ${found.detail} (seed ${found.seed}, step ${found.step})`);
	output.say(`  tenten sim --seed ${found.seed} --suite ${suite} --steps ${steps}${lacks} --trace`);
}

function inWords(counts: Readonly<Record<string, number>>): string {
	return Object.entries(counts)
		.map(([name, count]) => `${count} ${name}`)
		.join(", ");
}

function sayReport(output: Output, report: SimulationReport, kept: number): void {
	const { seeds, rerun, steps, payments, counts, violations, traceHash, suite } = report;
	output.say(
		`${kept} kept seeds; ${seeds} ${suite} seeds (${rerun} run twice): ${steps} steps, ${payments.completed} payments completed of ${payments.begun} begun (${payments.cancelled} cancelled, ${payments.refunded} refunded)`,
	);
	for (const kind of ["faults", "forks", "slander", "terms", "actions", "messages", "refusals"])
		output.say(`${kind}: ${inWords(counts.all(kind)) || "none"}`);
	output.say(`${violations.length} violations; trace ${traceHash}`);
}

function resultOf(
	{ suite, seeds, rerun, steps, payments, counts, traceHash }: SimulationReport,
	ran: {
		readonly kept: number;
		readonly violations: readonly FoundViolation[];
		readonly stepsEach: number;
	},
) {
	return {
		suite,
		seeds,
		rerun,
		...ran,
		steps,
		payments: payments.completed,
		begun: payments.begun,
		cancelled: payments.cancelled,
		refunded: payments.refunded,
		traceHash,
		faults: counts.all("faults"),
		forks: counts.all("forks"),
		slander: counts.all("slander"),
		terms: counts.all("terms"),
		actions: counts.all("actions"),
		refusals: counts.all("refusals"),
	};
}
