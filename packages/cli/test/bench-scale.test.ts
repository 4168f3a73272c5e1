/** `bench scale`, run tiny: every row is there, and the rail's side is heavier in every figure. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchScale } from "../src/bench/scale.ts";
import { makeOutput } from "../src/output.ts";

test("a small town and the rail's intermediaries, each figure of tokens beside the rail's", async () => {
	const silent = { ...makeOutput(true), say: () => {}, progress: () => ({ reach: () => {}, end: () => {} }) };
	const results = await benchScale(silent, { minutes: 10, devices: 200, rate_per_s: 10 });
	const late = results.filter(({ metric }) =>
		metric.startsWith("orders to the operator in the last quarter"),
	);
	assert.equal(late.length, 2);
	assert.ok(late.every(({ ours, peer }) => ours > 0 && peer !== null && ours < peer));
	const compared = results.filter(({ series }) => series);
	assert.equal(compared.length, 6);
	for (const { metric, series } of compared) {
		assert.deepEqual(series?.x, [2, 10, 100, 1_000]);
		const lines = series.lines as Readonly<Record<string, readonly number[]>>;
		assert.deepEqual(Object.keys(lines), [
			"tokens",
			"flow 18",
			"flow 18 through a hub",
			"flow 25",
			"flow 25 through a hub",
		]);
		if (metric.startsWith("load of the hub")) continue;
		for (const [place, tokens] of (lines["tokens"] ?? []).entries())
			assert.ok(tokens < (lines["flow 25"]?.[place] ?? 0), `${metric}: ${tokens}`);
	}
});
