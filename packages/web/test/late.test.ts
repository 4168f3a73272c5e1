/** What is paid on a request after the counter turned away from it is said, whatever it was then. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { paidLate, watched } from "../src/till/late.ts";

const received = { funds: "received" } as const;

test("a payment is late after its request was unpaid, under way, given up or refunded", () => {
	for (const funds of [undefined, "inFlight", "safe", "refunded"] as const) {
		const given = watched(["other"], "sale", funds && { funds });
		assert.deepEqual(given, ["other", "sale"], funds);
		assert.deepEqual(paidLate(given, { sale: { funds: "safe" } }), []);
		assert.deepEqual(paidLate(given, { sale: received }), [received]);
	}
});

test("what was paid at the counter is not late", () => {
	const given = watched([], "sale", received);
	assert.deepEqual(paidLate(given, { sale: received }), []);
});
