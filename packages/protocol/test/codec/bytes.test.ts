/** Byte strings: equal to the last byte, ordered bytewise, and written as lower-case hexadecimal only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { compareBytes, equalBytes, fromHex, toHex } from "@tenten/protocol";

const [none, one, two, other] = [Uint8Array.of(), Uint8Array.of(1), Uint8Array.of(1, 2), Uint8Array.of(2)];

test("byte strings are equal when every byte is, and there are no more", () => {
	assert.ok(equalBytes(two, Uint8Array.of(1, 2)) && equalBytes(none, Uint8Array.of()));
	for (const [a, b] of [
		[one, two],
		[none, one],
		[one, other],
	] as const)
		assert.ok(!equalBytes(a, b) && !equalBytes(b, a));
});

test("the first byte that differs decides the order, and a beginning stands before what it begins", () => {
	const sorted = [none, one, two, other];
	assert.deepEqual([other, two, one, none].sort(compareBytes), sorted);
	for (const [at, bytes] of sorted.entries())
		for (const [position, each] of sorted.entries())
			assert.equal(Math.sign(compareBytes(bytes, each)), Math.sign(at - position));
});

test("lower-case hexadecimal is read as the bytes that it was written from, and nothing else is read", () => {
	const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
	assert.deepEqual(fromHex(toHex(all)), all);
	assert.deepEqual(fromHex(""), none);
	for (const text of ["0", "012", "0g", "g0", "01 ", " 01", "01\n", "0x01", "0A", "A0", "zz01", "01zz"])
		assert.equal(fromHex(text), undefined, JSON.stringify(text));
});
