/**
 * Many seeds, one after another: kept ones first, then those that are asked for; what they went through, in sum.
 *
 * A seed that failed once is kept (`seeds.jsonl`) and run before any other, for ever. Of a sample every seed is
 * run twice: the same seed must give the same trace hash, or nothing that is found could be found again.
 */
import { createHash } from "node:crypto";
import { Counts } from "./counts.ts";
import type { Suite } from "./cryptography.ts";
import { type FoundViolation, type Payments, runSeed, type SeedResult } from "./run.ts";
import type { Trait } from "./trait.ts";

export type SimulationOptions = {
	readonly suite: Suite;
	readonly seeds: Iterable<number>;
	/** effects of each seed before it heals */
	readonly steps: number;
	/** what these worlds have not */
	readonly without?: readonly Trait[];
	/** every so many seeds one is run twice; none without */
	readonly rerunEvery?: number;
	/** ends before the next seed, and keeps what it has, once this says so */
	readonly isOver?: () => boolean;
	/** ends where it is: the world that is under way is not counted, unless it is broken already */
	readonly isStopped?: () => boolean;
	readonly done?: () => void;
	/** told of what is found broken, at once */
	readonly broken?: (found: FoundViolation) => void;
};

export type SimulationReport = {
	readonly suite: Suite;
	/** how many were run */
	readonly seeds: number;
	/** of them, how many were run twice */
	readonly rerun: number;
	readonly steps: number;
	readonly payments: Payments;
	readonly counts: Counts;
	readonly violations: readonly FoundViolation[];
	/** of the trace hashes of all seeds, in their order */
	readonly traceHash: string;
};

export async function simulate(options: SimulationOptions): Promise<SimulationReport> {
	const { suite, seeds, steps, without = [], rerunEvery, done, broken } = options;
	const { isStopped = () => false, isOver = () => false } = options;
	const hash = createHash("sha256");
	const counts = new Counts();
	const violations: FoundViolation[] = [];
	const found = (violation: FoundViolation): void => {
		violations.push(violation);
		broken?.(violation);
	};
	const sums = { seeds: 0, rerun: 0, steps: 0 };
	let payments: Payments = noPayments;
	for (const seed of seeds) {
		if (isOver() || isStopped()) break;
		const run = { seed, suite, steps, without, isStopped };
		const result = await runSeed(run);
		if (isStopped() && result.violation === undefined) break;
		sums.seeds++;
		sums.steps += result.steps;
		payments = sumOf(payments, result.payments);
		counts.merge(result.counts);
		hash.update(`${seed} ${result.traceHash}\n`);
		if (result.violation !== undefined) found(result.violation);
		if (rerunEvery !== undefined && sums.seeds % rerunEvery === 1 % rerunEvery) {
			const second = await runSeed(run);
			if (isStopped()) break;
			sums.rerun++;
			if (second.traceHash !== result.traceHash) found(differs(result, second));
		}
		done?.();
	}
	return { suite, ...sums, payments, counts, violations, traceHash: hash.digest("hex") };
}

const noPayments: Payments = { begun: 0, completed: 0, cancelled: 0, refunded: 0 };

function sumOf(a: Payments, b: Payments): Payments {
	return {
		begun: a.begun + b.begun,
		completed: a.completed + b.completed,
		cancelled: a.cancelled + b.cancelled,
		refunded: a.refunded + b.refunded,
	};
}

function differs(first: SeedResult, second: SeedResult): FoundViolation {
	const detail = `trace ${first.traceHash.slice(0, 12)}, then ${second.traceHash.slice(0, 12)}`;
	return { seed: first.seed, step: first.steps, kind: "not deterministic", detail };
}
