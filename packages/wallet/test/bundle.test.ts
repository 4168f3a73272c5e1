/** A body is read as a bundle only if it is the one encoding of one, and a hostile body costs little. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, decodeItem, encodeItem, isRefusal, limits } from "@tenten/protocol";
import fc from "fast-check";
import { decodeBundle, encodeBundle, maximumBundleBytes } from "../src/transport/bundle.ts";

function codeOf(body: Bytes): string {
	const result = decodeBundle(body);
	return isRefusal(result) ? result.code : "accepted";
}

const message = fc.uint8Array({ minLength: 1, maxLength: 300 });

describe("a bundle", () => {
	test("reads back as it was written, and the general decoder agrees", () => {
		fc.assert(
			fc.property(fc.array(message, { maxLength: 64 }), (messages) => {
				const body = encodeBundle(messages);
				assert.deepEqual(decodeBundle(body), messages);
				assert.deepEqual(decodeItem(body), messages);
			}),
		);
	});

	test("at its limits: lengths around each size of head, and 64 messages of 64 KiB", () => {
		for (const length of [1, 23, 24, 255, 256, 65_535, 65_536]) {
			const messages = [new Uint8Array(length).fill(1)];
			assert.deepEqual(decodeBundle(encodeBundle(messages)), messages);
		}
		const full = Array.from({ length: 64 }, () => new Uint8Array(limits.message));
		const body = encodeBundle(full);
		assert.equal(body.length, maximumBundleBytes);
		assert.deepEqual(decodeBundle(body), full);
	});

	test("beyond them is a bug to write and a refusal to read", () => {
		const many = Array.from({ length: 65 }, () => Uint8Array.of(1));
		assert.throws(() => encodeBundle(many), RangeError);
		assert.equal(codeOf(encodeItem(many)), "too-many");
		const long = [new Uint8Array(limits.message + 1)];
		assert.throws(() => encodeBundle(long), RangeError);
		assert.equal(codeOf(encodeItem(long)), "too-large");
		assert.equal(codeOf(new Uint8Array(maximumBundleBytes + 1)), "too-large");
		assert.throws(() => encodeBundle([new Uint8Array(0)]), RangeError);
		assert.equal(codeOf(encodeItem([new Uint8Array(0)])), "malformed");
	});

	const malformed: Readonly<Record<string, readonly number[]>> = {
		nothing: [],
		"a byte string": [0x41, 1],
		"a map": [0xa0],
		"a tag": [0xc0, 0x80],
		"an array of text": [0x81, 0x61, 0x61],
		"a nested array": [0x81, 0x81, 0x41, 1],
		"an array of indefinite length": [0x9f, 0x41, 1, 0xff],
		"a byte string of indefinite length": [0x81, 0x5f, 0x41, 1, 0xff],
		"a longer head than needed for the array": [0x98, 1, 0x41, 1],
		"a longer head than needed for a message": [0x81, 0x58, 1, 1],
		"a head of eight bytes": [0x81, 0x5b, 0, 0, 0, 0, 0, 0, 0, 1, 1],
		"a head cut short": [0x81, 0x59, 1],
		"a message cut short": [0x81, 0x42, 1],
		"fewer messages than announced": [0x82, 0x41, 1],
		"bytes after the last message": [0x81, 0x41, 1, 0],
	};
	for (const [name, body] of Object.entries(malformed))
		test(`is not ${name}`, () => assert.equal(codeOf(Uint8Array.from(body)), "malformed"));

	test("accepted is what encodes to the same bytes, for any bytes", () => {
		const nearly = fc.tuple(fc.array(message, { maxLength: 3 }), fc.nat(), fc.nat(255));
		fc.assert(
			fc.property(fc.oneof(fc.uint8Array(), nearly), (input) => {
				let body = input as Bytes;
				if (Array.isArray(input)) {
					const [messages, place, byte] = input;
					const encoded = encodeBundle(messages);
					body = encoded.with(place % encoded.length, byte);
				}
				const read = decodeBundle(body);
				if (!isRefusal(read)) assert.deepEqual(encodeBundle(read), body);
				const shaped = decodeItem(body);
				const isShaped =
					Array.isArray(shaped) && shaped.every((item) => item instanceof Uint8Array && item.length > 0);
				assert.equal(!isRefusal(read), isShaped);
			}),
			{ numRuns: 2_000 },
		);
	});

	test("a full-size body of small items is refused at its first byte", () => {
		const count = maximumBundleBytes - 5;
		const body = new Uint8Array(maximumBundleBytes);
		new DataView(body.buffer).setUint32(1, count);
		body[0] = 0x9a;
		const start = performance.now();
		assert.equal(codeOf(body), "too-many");
		assert.ok(performance.now() - start < 50);
	});
});
