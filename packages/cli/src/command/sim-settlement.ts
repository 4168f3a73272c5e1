/** `tenten sim --settlement`: seeded worlds of settlement, each judged by its own checker, one in so many run twice. */
import { isDeepStrictEqual } from "node:util";
import { Counts, type FoundViolation, runSettlementWorld } from "@tenten/sim";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import type { Outcome } from "../subcommand.ts";

/** Rounds of each world, where nobody says how many. */
export const settlementRounds = 150;

export type SettlementPlan = {
	readonly seeds: Iterable<number>;
	/** how many `seeds` are */
	readonly count: number;
	/** of each world */
	readonly rounds: number;
	readonly rerunEvery: number;
	/** begins no other world, once it says so */
	readonly isOver: () => boolean;
};

/** Options that speak of the other worlds. */
const others = ["suite", "without", "trace", "keep", "kept"] as const;

export function refuseOthers(options: Readonly<Record<string, unknown>>): void {
	const other = others.find((name) => options[name] !== undefined);
	if (other !== undefined) throw new BadInput(`--${other} is not of worlds of settlement`);
}

export async function runSettlement(output: Output, plan: SettlementPlan): Promise<Outcome> {
	const { rounds, rerunEvery } = plan;
	const counts = new Counts();
	const violations: FoundViolation[] = [];
	const progress = output.progress("seeds", plan.count);
	let [seeds, rerun] = [0, 0];
	for (const seed of plan.seeds) {
		if (plan.isOver()) break;
		const report = await runSettlementWorld(seed, rounds);
		const found = report.violation;
		if (found !== undefined) violations.push(found);
		if (seeds % rerunEvery === 0) {
			rerun++;
			if (!isDeepStrictEqual(await runSettlementWorld(seed, rounds), report))
				violations.push({ seed, step: rounds, kind: "not deterministic", detail: "another report" });
		}
		counts.merge(report.counts);
		progress.reach(++seeds);
	}
	progress.end();
	for (const { seed, step, kind, detail } of violations) {
		output.say(`BROKEN ${kind}: ${detail} (seed ${seed}, round ${step})`);
		output.say(`  tenten sim --settlement --seed ${seed} --steps ${rounds}`);
	}
	const met = { settlement: counts.all("settlement"), refusals: counts.all("settlement refusals") };
	for (const [what, all] of Object.entries(met))
		output.say(
			`${what}: ${Object.entries(all)
				.map(([name, count]) => `${count} ${name}`)
				.join(", ")}`,
		);
	output.say(
		`${seeds} worlds of settlement (${rerun} run twice), ${rounds} rounds each: ${violations.length} violations`,
	);
	return {
		ok: violations.length === 0 && seeds > 0,
		result: { seeds, rerun, roundsEach: rounds, violations, ...met },
	};
}
