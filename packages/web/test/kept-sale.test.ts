/** What a till keeps of its counter is read as it was written, and nothing else as anything. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keptText, readKept } from "../src/till/kept-sale.ts";

const [sale, other] = ["5a".repeat(32), "0b".repeat(32)];

test("the sale and those given up come back, each without the others too", () => {
	for (const current of [undefined, sale])
		for (const givenUp of [[], [other], [other, sale]])
			assert.deepEqual(readKept(keptText({ current, givenUp })), { current, givenUp });
});

test("what is no name of a request is passed over", () => {
	const nothing = { current: undefined, givenUp: [] };
	for (const text of ["", " ", "null", "{}", `${sale}0`, sale.toUpperCase(), `x ${sale.slice(1)}`])
		assert.deepEqual(readKept(text), nothing, text);
});
