/** Limits of a server are said at its start, and what makes no sense is bad input before anything listens. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { usualRates } from "@tenten/operator";
import { BadInput } from "../src/bad-input.ts";
import { doorsFrom } from "../src/server/doors.ts";
import { onPort } from "../src/server/port.ts";

test("nothing said: usual limits, no proxy that is believed, no page that may ask", () => {
	assert.deepEqual(doorsFrom({}), { clients: { rates: usualRates, trustedProxies: [] }, origins: [] });
});

test("a class gets its own rate, and the others keep theirs", () => {
	const { rates } = doorsFrom({ rate: ["value=0.5/3", "reading=7/70"] }).clients;
	assert.deepEqual(rates, {
		...usualRates,
		value: { perSecond: 0.5, burst: 3 },
		reading: { perSecond: 7, burst: 70 },
	});
});

test("a rate of nothing, of no class or in other words is bad input", () => {
	for (const rate of [
		"value=0/5",
		"value=5/0",
		"value=5",
		"claims=5/5",
		"value=-1/5",
		"value=1e9/1",
		"__proto__=1/1",
	])
		assert.throws(() => doorsFrom({ rate: [rate] }), BadInput, rate);
});

test("what a server calls out of range is bad input, and no bug", async () => {
	const refusing = (): Promise<never> => Promise.reject(new RangeError("* is no origin"));
	await assert.rejects(onPort(1, refusing), BadInput);
});
