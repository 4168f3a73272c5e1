/** Measurements: medians and ratios by hand, targets, and sizes, which are the same on every machine. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { median, race, ratioOf } from "../src/bench/race.ts";
import { type BenchResult, meetsTarget } from "../src/bench/result.ts";
import { benchSize } from "../src/bench/size.ts";
import { makeOutput } from "../src/output.ts";

const result: BenchResult = {
	name: "verify",
	metric: "10 hops",
	unit: "µs",
	ours: 23,
	limit: 20,
	peer: null,
	ratio: 1.15,
	spread: null,
	target: null,
};

test("the median of an even number of rounds is between the middle two", () => {
	assert.equal(median([9, 1, 2]), 2);
	assert.equal(median([4, 1, 2, 9]), 3);
});

test("a ratio is taken within each round, so that a slow round slows both", () => {
	const timing = (rounds: readonly number[]) => ({ each_s: 0, spread: 0, rounds });
	assert.equal(ratioOf(timing([2, 20, 2]), timing([1, 10, 1])), 2);
});

test("contestants run in turns, asynchronous ones too", async () => {
	const order: string[] = [];
	const note = (name: string) => () => {
		if (order.at(-1) !== name) order.push(name);
	};
	const asynchronous = async () => {
		note("b")();
		await Promise.resolve();
	};
	const { a, b } = await race({ a: note("a"), b: asynchronous }, { rounds: 4, slice_ms: 1 });
	assert.deepEqual([a.rounds.length, b.rounds.length], [4, 4]);
	assert.ok(order.length > 6, order.join());
});

test("a target holds at its bound, and only what is bounded can miss", () => {
	assert.ok(meetsTarget(result));
	assert.ok(meetsTarget({ ...result, target: { of: "ratio", atMost: 1.15 } }));
	assert.ok(!meetsTarget({ ...result, target: { of: "ratio", atMost: 1.14 } }));
	assert.ok(!meetsTarget({ ...result, target: { of: "ours", atLeast: 24 } }));
	assert.ok(!meetsTarget({ ...result, ratio: null, target: { of: "ratio", atMost: 2 } }));
});

test("a hop, its change and its data are as small as the design asks", async () => {
	const results = await benchSize({ ...makeOutput(true), say: () => {} });
	assert.deepEqual(
		results.filter((each) => !meetsTarget(each)).map(({ metric, ours }) => [metric, ours]),
		[],
	);
});
