/** Steps side by side: those of one wallet keep their order, and a failed one ends the run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Lanes } from "../src/replay/lanes.ts";

test("steps that share a wallet run in order, others beside them, never more than the width", async () => {
	const lanes = new Lanes(3);
	const done: string[] = [];
	let running = 0;
	let most = 0;
	const step = (name: string, wait_ms: number) => async () => {
		most = Math.max(most, ++running);
		await setTimeout(wait_ms);
		running--;
		done.push(name);
	};
	await lanes.start(["ann", "till 1"], step("slow", 60));
	await lanes.start(["bob", "till 2"], step("quick", 5));
	await lanes.start(["cy", "till 1"], step("after slow", 1));
	await lanes.start(["dan", "till 3"], step("beside", 5));
	await lanes.start(["ann", "till 2"], step("last", 1));
	await lanes.finish();
	assert.ok(done.indexOf("quick") < done.indexOf("slow"));
	assert.ok(done.indexOf("beside") < done.indexOf("slow"));
	assert.ok(done.indexOf("slow") < done.indexOf("after slow"));
	assert.ok(done.indexOf("slow") < done.indexOf("last"));
	assert.ok(most > 1 && most <= 3);
});

test("what failed is thrown once all is quiet, and nothing starts after it", async () => {
	const lanes = new Lanes(2);
	await lanes.start(["ann"], async () => {
		throw new Error("refused");
	});
	let started = false;
	await lanes.start(["ann"], async () => {
		started = true;
	});
	await assert.rejects(lanes.finish(), /refused/);
	assert.equal(started, false);
	await assert.rejects(
		lanes.start(["bob"], async () => undefined),
		/refused/,
	);
});
