/** One text for each bytes, and none else: what Node's own decoder passes over is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64url, toBase64url } from "../src/transport/base64url.ts";

test("it writes what Node writes, and reads it back", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
			const text = toBase64url(bytes);
			assert.equal(text, Buffer.from(bytes).toString("base64url"));
			assert.deepEqual(fromBase64url(text), bytes);
		}),
	);
});

test("whatever text is given, only what is written for some bytes is read", () => {
	const letters = fc.constantFrom(..."AQZgw09-_+/= \n\u00e9\u2028");
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.string({ unit: letters, maxLength: 12 })), (text) => {
			const bytes = fromBase64url(text);
			const isOne = Buffer.from(text, "base64url").toString("base64url") === text;
			assert.equal(bytes !== undefined, isOne);
			if (bytes !== undefined) assert.equal(toBase64url(bytes), text);
		}),
		{ numRuns: 2000 },
	);
});

test("a link's text is refused where it is cut, padded, spaced, or has bits to spare", () => {
	for (const text of ["A", "AA==", "AA\n", "A A", "AB", "AAB", "+/8", "é"])
		assert.equal(fromBase64url(text), undefined, text);
	assert.deepEqual(fromBase64url(""), new Uint8Array());
});
