/** The models of `formal/`: the sound rules hold exhaustively, and every broken variant fails as it must. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { rowsOf } from "../formal/check.ts";
import { models } from "../formal/expectations.ts";
import { missingTool } from "../formal/spin.ts";

const skip = (await missingTool()) ?? false;

for (const model of models)
	test(`formal/${model.name}.pml: what must hold holds, and what is broken is caught`, {
		skip,
	}, async (t) => {
		const chosen = model.variants.map((variant) => ({ model, variant }));
		let states = 0;
		let checked = 0;
		for await (const { variant, property, expected, got, states: visited } of rowsOf(chosen)) {
			assert.equal(got, expected, `${variant}: ${property}`);
			states += visited;
			checked += 1;
		}
		t.diagnostic(`${checked} properties, ${model.variants.length} variants, ${states} states`);
	});

test("every broken variant violates a property, and every property of a sound one is shown to speak of something", () => {
	for (const { name, variants } of models) {
		for (const { name: variant, isSound, fails } of variants)
			assert.equal(fails.length > 0, !isSound, `${name} ${variant}`);
		assert.ok(
			variants.some(({ happens }) => happens.length > 0),
			name,
		);
	}
});
