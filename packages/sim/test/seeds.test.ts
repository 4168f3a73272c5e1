/** Worlds of real wallets and operators under faults: nothing is broken in them, and each comes out the same twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { keptSeeds, runSeed, simulate } from "../src/index.ts";

const settings = [
	{ suite: "toy", seeds: 12, steps: 1_000 },
	{ suite: "real", seeds: 3, steps: 400 },
] as const;

for (const { suite, seeds, steps } of settings)
	test(`nothing is created or lost, and all comes to rest: ${suite}`, async (t) => {
		const numbers = Array.from({ length: seeds }, (_, i) => 1_000 + i);
		const report = await simulate({ suite, seeds: numbers, steps });
		assert.deepEqual(report.violations, []);
		const { begun, completed } = report.payments;
		ran(t, "simulation", {
			[`${suite} worlds`]: report.seeds,
			[`${suite} steps`]: report.steps,
			"payments begun": begun,
			"payments completed": completed,
		});
	});

test("what was found once is found no more", async (t) => {
	const kept = keptSeeds();
	for (const { suite, seed, steps, without = [] } of kept)
		assert.equal((await runSeed({ suite, seed, steps, without })).violation, undefined, `${suite} ${seed}`);
	ran(t, "simulation", { "kept seeds": kept.length });
});

test("one seed, one run", async () => {
	for (const suite of ["toy", "real"] as const) {
		const first = await runSeed({ seed: 7, suite, steps: 300 });
		const second = await runSeed({ seed: 7, suite, steps: 300 });
		const other = await runSeed({ seed: 8, suite, steps: 300 });
		assert.equal(first.traceHash, second.traceHash);
		assert.notEqual(first.traceHash, other.traceHash);
	}
});
