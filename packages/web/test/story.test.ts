/** The story of the sandbox's page: each step is over when it happened, and not before. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { advance, beginning, type Now, type Phone, type Step, steps } from "../src/town/story.ts";

const phone: Phone = { isReady: true, available: 0n, received: 0 };
const ready: Now = { you: phone, friend: phone, areOperatorsOn: true, isDark: false };
const off: Partial<Now> = { areOperatorsOn: false };
const dark: Partial<Now> = { areOperatorsOn: false, isDark: true };

function have(now: Now, you: Partial<Now["you"]>, friend: Partial<Now["friend"]> = {}): Now {
	return { ...now, you: { ...now.you, ...you }, friend: { ...now.friend, ...friend } };
}

test("what a newcomer does, in its order, ends the story; each step waits for its own", () => {
	const filled = have(ready, { available: 3_000n });
	const paid = have(filled, {}, { received: 1 });
	const paidOn = have({ ...paid, ...off }, { received: 1 });
	const on = { ...paidOn, areOperatorsOn: true };
	const finished = have({ ...on, ...dark }, {}, { received: 2 });
	const told: readonly (readonly [Now, Step | undefined])[] = [
		[have(ready, {}, { isReady: false }), "wallets"],
		[ready, "topUp"],
		[filled, "pay"],
		[paid, "off"],
		[{ ...paid, ...off }, "payOn"],
		[paidOn, "on"],
		[on, "dark"],
		[{ ...on, ...dark }, "finish"],
		[finished, "light"],
		[{ ...finished, areOperatorsOn: true, isDark: false }, undefined],
	];
	let progress = beginning;
	for (const [now, step] of told) {
		progress = advance(progress, now);
		assert.equal(progress.step, step);
		assert.equal(advance(progress, now).step, step, "nothing happened, and nothing is over");
	}
});

test("a payment that was made with the operators on, or with light, does not count as one without", () => {
	const before = 0;
	const withOperators = have(ready, { available: 1n }, { received: 1 });
	assert.equal(advance({ step: "payOn", before }, withOperators).step, "payOn");
	assert.equal(advance({ step: "finish", before }, withOperators).step, "finish");
	assert.equal(advance({ step: "payOn", before }, { ...withOperators, ...off }).step, "on");
});

test("a payment of before a step is not a payment of this step", () => {
	const earlier = have(ready, { available: 1n, received: 4 });
	for (const step of ["pay", "payOn", "finish"] as const)
		assert.equal(advance({ step, before: 4 }, { ...earlier, ...dark }).step, step);
});

test("a story that is over stays over", () => {
	assert.equal(advance({ step: undefined, before: 0 }, { ...ready, ...dark }).step, undefined);
	assert.equal(steps.length, 9);
});
