/** Worlds in which people also pay by meter: nothing is made and nothing lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "../src/index.ts";

const seeds = [1, 3, 5];

test("meters among crashes, losses, repetitions and wrong clocks make no unit and lose none", async () => {
	const { violations, counts } = await simulate({ suite: "toy", seeds, steps: 900 });
	assert.deepEqual(violations, []);
	for (const said of ["tick", "meter open", "meter release", "meter count", "meter close", "meter closed"])
		assert.ok(counts.of("messages", said) > 0, `nobody said ${said}`);
});
