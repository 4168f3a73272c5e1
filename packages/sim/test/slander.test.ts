/** Lies against honest keys: made of all that was overheard, each is refused, and none moves value. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { runSeed } from "../src/index.ts";
import { Slander } from "../src/slander.ts";
import { quietWorld } from "./support/quiet.ts";

test("nobody honest is accused, and no false ruling ends anything, in worlds where somebody lies", async (t) => {
	let told = 0;
	for (const seed of [1, 2, 8]) {
		const { violation, counts } = await runSeed({ seed, suite: "toy", steps: 1_000 });
		assert.equal(violation, undefined);
		const all = Object.values(counts.all("slander"));
		told += all.reduce((sum, count) => sum + count, 0) - counts.of("slander", "was true");
	}
	assert.ok(told > 20, `${told} lies`);
	ran(t, "simulation", { lies: told });
});

test("who does not lie does not listen", async () => {
	const { world } = await quietWorld();
	const listening = Array.from({ length: 20 }, (_, seed) => {
		world.listener = undefined;
		void new Slander(world, seed);
		return world.listener !== undefined;
	});
	assert.ok(listening.includes(true) && listening.includes(false));
});
