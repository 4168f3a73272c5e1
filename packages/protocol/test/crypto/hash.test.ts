/** SHA-256 may be the platform's: the same function to the bit, or none. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Bytes, sha256, useSha256 } from "@tenten/protocol";

const real = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());

test("a platform's SHA-256 is taken, and gives the same", () => {
	let asked = 0;
	useSha256((bytes) => {
		asked++;
		return real(bytes);
	});
	const before = asked;
	assert.deepEqual(sha256(Uint8Array.of(1, 2, 3)), real(Uint8Array.of(1, 2, 3)));
	assert.equal(asked, before + 1);
});

test("one that differs, be it at one length alone, is refused, and nothing changes", () => {
	for (const length of [0, 3, 55, 56, 64, 200]) {
		const wrong = (bytes: Bytes): Bytes => (bytes.length === length ? new Uint8Array(32) : real(bytes));
		assert.throws(() => useSha256(wrong), RangeError);
		assert.deepEqual(sha256(new Uint8Array(length)), real(new Uint8Array(length)));
	}
});
