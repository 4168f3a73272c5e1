/** Text as bytes: UTF-8 and base64 have one form each, and nothing else is read. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64, fromUtf8, toBase64, toUtf8 } from "@tenten/protocol";
import fc from "fast-check";

test("UTF-8 is read and written as the platform does, strictly", () => {
	const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
	const strictly = (bytes: Uint8Array): string | undefined => {
		try {
			return decoder.decode(bytes);
		} catch {
			return undefined;
		}
	};
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			assert.deepEqual(toUtf8(text), new TextEncoder().encode(text));
			assert.equal(fromUtf8(toUtf8(text)), text);
		}),
	);
	const likely = fc.array(
		fc.constantFrom(0x25, 0x41, 0x7f, 0x80, 0xbf, 0xc0, 0xc3, 0xe0, 0xed, 0xa0, 0xef, 0xf0, 0xf4, 0xf5),
	);
	fc.assert(
		fc.property(likely, (bytes) =>
			assert.equal(fromUtf8(Uint8Array.from(bytes)), strictly(Uint8Array.from(bytes))),
		),
		{
			numRuns: 2000,
		},
	);
	assert.throws(() => toUtf8("\ud800"));
});

test("base64 is read as the bytes that it was written from", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
			assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
			assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
		}),
	);
});

test("whatever text is read as base64 is the one that its bytes are written as", () => {
	const letters = fc.constantFrom("A", "Q", "g", "w", "8", "/", "+", "=", "-", "_", " ", "\n", "é");
	fc.assert(
		fc.property(fc.array(letters, { maxLength: 9 }), (parts) => {
			const text = parts.join("");
			const bytes = fromBase64(text);
			if (bytes !== undefined) assert.equal(toBase64(bytes), text);
		}),
		{ numRuns: 5000 },
	);
	for (const text of [
		"A",
		"AA",
		"AAA",
		"AB==",
		"AAB=",
		"A===",
		"====",
		"=AAA",
		"AA=A",
		"AAA=AAAA",
		"AAAA\n",
		" AAA",
	])
		assert.equal(fromBase64(text), undefined, text);
});
