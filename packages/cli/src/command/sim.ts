/**
 * `tenten sim`: seeded worlds of real wallets and operators under faults, each judged by an independent checker.
 *
 * Kept seeds run first. What breaks is printed with the command that plays it again; `--keep` adds its seed to
 * those that are kept. With `--seed` one world is run, twice, and `--trace` prints every event of it.
 */
import {
	type FoundViolation,
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
import { type Outcome, subcommand } from "../subcommand.ts";

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
			],
		},
		(output, options) => run(output, options),
	);
}

async function run(output: Output, options: Options): Promise<Outcome> {
	const suite = suites.find((name) => name === (options.suite ?? "toy"));
	if (suite === undefined) throw new BadInput(`--suite is one of ${suites.join(", ")}`);
	const steps = countOf(options.steps, "--steps", defaultSteps[suite]);
	const without = traitsOf(options.without);
	if (options.seed !== undefined && options.trace === true)
		await runSeed({
			seed: countOf(options.seed, "--seed", 0),
			suite,
			steps,
			without,
			say: (line) => output.say(line),
		});
	const until = deadline(options.minutes);
	const reports: SimulationReport[] = [];
	const kept = options.seed === undefined ? keptSeeds().filter((each) => each.suite === suite) : [];
	for (const { seed, steps: keptSteps, without: lacks = [] } of kept)
		reports.push(
			await simulate({
				suite,
				seeds: [seed],
				steps: keptSteps,
				without: lacks,
				broken: (found) => sayViolation(output, found, suite, keptSteps, lacks),
			}),
		);
	const seeds = seedsOf(options);
	const progress = output.progress("seeds", seeds.length);
	let count = 0;
	const report = await simulate({
		suite,
		seeds,
		steps,
		without,
		rerunEvery,
		isOver: () => Date.now() >= until,
		done: () => progress.reach(++count),
		broken: (found) => sayViolation(output, found, suite, steps, without),
	});
	progress.end();
	const all = [...reports, report];
	const violations = all.flatMap((each) => each.violations);
	if (options.keep === true)
		for (const { seed, kind, detail } of report.violations)
			keepSeed({ suite, seed, steps, without, found: `${kind}: ${detail}` });
	sayReport(output, report, kept.length);
	return { ok: violations.length === 0, result: resultOf(report, kept.length, violations, steps) };
}

function seedsOf({ seed, seeds, first }: Options): readonly number[] {
	if (seed !== undefined) return [countOf(seed, "--seed", 0)];
	const from = countOf(first, "--first", 1);
	return Array.from({ length: countOf(seeds, "--seeds", 20) }, (_, i) => from + i);
}

function traitsOf(text: string | undefined): readonly Trait[] {
	return (text?.split(",") ?? []).map((name) => {
		const trait = traits.find((known) => known === name);
		if (trait === undefined) throw new BadInput(`--without is some of ${traits.join(",")}`);
		return trait;
	});
}

function countOf(text: string | undefined, flag: string, otherwise: number): number {
	if (text === undefined) return otherwise;
	if (!/^[0-9]{1,9}$/.test(text)) throw new BadInput(`${flag} is a whole number`);
	return Number(text);
}

/** Milliseconds since the epoch. */
function deadline(minutes: string | undefined): number {
	if (minutes === undefined) return Number.POSITIVE_INFINITY;
	if (!/^[0-9]{1,5}(\.[0-9]+)?$/.test(minutes)) throw new BadInput("--minutes is a number");
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
		`${kept} kept seeds; ${seeds} ${suite} seeds (${rerun} run twice): ${steps} steps, ${payments} payments`,
	);
	for (const kind of ["faults", "forks", "slander", "terms", "actions", "messages", "refusals"])
		output.say(`${kind}: ${inWords(counts.all(kind)) || "none"}`);
	output.say(`${violations.length} violations; trace ${traceHash}`);
}

function resultOf(
	{ suite, seeds, rerun, steps, payments, counts, traceHash }: SimulationReport,
	kept: number,
	violations: readonly FoundViolation[],
	stepsEach: number,
) {
	return {
		suite,
		seeds,
		kept,
		rerun,
		stepsEach,
		steps,
		payments,
		violations,
		traceHash,
		faults: counts.all("faults"),
		forks: counts.all("forks"),
		slander: counts.all("slander"),
		terms: counts.all("terms"),
		actions: counts.all("actions"),
		refusals: counts.all("refusals"),
	};
}
