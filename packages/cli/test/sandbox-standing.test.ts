/** How a payment of the sandbox's accounts is said to stand, in what no other test waits for: late, refused, forgotten. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	isEnded,
	isForgotten,
	type Kept,
	payeeStanding,
	payerStanding,
	reached,
	steps,
} from "../src/sandbox/accounts/standing.ts";

const none: Kept = { P: null, Q: null, A: null, B: null, C: null, D: null };
const silent: Kept = { ...none, A: undefined, B: undefined, C: undefined, D: undefined };
const kind = (name: string) => ({ kind: name });

test("the payer is told what the app knows, whichever systems answer", () => {
	const said: readonly [Kept, ReturnType<typeof payerStanding>][] = [
		[none, undefined],
		[silent, undefined],
		[{ ...silent, P: { kind: "paying", hasAsked: false } }, "paying"],
		[{ ...silent, P: { kind: "paying", hasAsked: true } }, "unknown"],
		[{ ...silent, P: kind("asking") }, "asking"],
		[{ ...silent, P: kind("showing") }, "paid"],
		[{ ...silent, P: kind("closed") }, undefined],
	];
	for (const [kept, standing] of said) assert.equal(payerStanding(kept), standing, JSON.stringify(kept));
});

test("the till's code is of no use once the payment has ended without it, and until then it waits", () => {
	const said: readonly [Kept, ReturnType<typeof payeeStanding>][] = [
		[none, "waiting"],
		[{ ...none, P: kind("paying"), B: kind("accepted") }, "waiting"],
		[{ ...none, P: kind("gaveUp"), B: undefined }, "waiting"],
		[{ ...none, P: kind("refused") }, "refused"],
		[{ ...none, P: kind("paying"), B: kind("over") }, "abandoned"],
		[{ ...none, P: kind("abandoned"), Q: kind("reserved") }, "reserved"],
		[{ ...none, P: kind("paid"), Q: kind("received") }, "received"],
	];
	for (const [kept, standing] of said) assert.equal(payeeStanding(kept), standing, JSON.stringify(kept));
	assert.equal(isEnded({ ...none, P: kind("abandoned"), Q: kind("reserved") }), false);
	assert.equal(isEnded({ ...none, P: kind("refused") }), true);
});

test("a step is taken where any party shows it, however many are silent; what is given up goes no further", () => {
	assert.equal(reached(none), 0);
	assert.equal(steps[reached({ ...silent, P: kind("paying") }) - 1], "begun");
	assert.equal(steps[reached({ ...silent, P: kind("asking") }) - 1], "told");
	assert.equal(steps[reached({ ...none, A: undefined, D: kind("reserved") }) - 1], "credited");
	assert.equal(reached({ ...silent, Q: kind("received") }), steps.length);
	assert.equal(steps[reached({ ...silent, P: kind("gaveUp"), B: kind("deciding") }) - 1], "told");
});

test("what a party has forgotten is not shown", () => {
	assert.equal(isForgotten(none), false);
	assert.equal(isForgotten({ ...none, D: kind("closed") }), true);
});
