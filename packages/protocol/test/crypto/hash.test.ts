/** SHA-256 may be the platform's: the same function to the bit, or none. The one hash of one block under it. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { type Bytes, sha256, tickHash, useSha256 } from "@tenten/protocol";

const real = (bytes: Bytes): Bytes => new Uint8Array(createHash("sha256").update(bytes).digest());

test("a platform's SHA-256 is taken, and gives the same", () => {
	let asked = 0;
	useSha256((bytes, into) => {
		asked++;
		into.set(real(bytes));
	});
	const before = asked;
	assert.deepEqual(sha256(Uint8Array.of(1, 2, 3)), real(Uint8Array.of(1, 2, 3)));
	assert.equal(asked, before + 1);
});

test("one that differs, be it at one length alone, is refused, and nothing changes", () => {
	for (const length of [0, 3, 55, 56, 64, 200]) {
		const wrong = (bytes: Bytes, into: Bytes): void => {
			if (bytes.length !== length) into.set(real(bytes));
		};
		assert.throws(() => useSha256(wrong), RangeError);
		assert.deepEqual(sha256(new Uint8Array(length)), real(new Uint8Array(length)));
	}
});

test("a step of a chain hashes one block: a byte that nothing else begins with, half an id, the preimage", () => {
	const [id, preimage] = [new Uint8Array(32).map((_, i) => i), new Uint8Array(32).fill(7)];
	const block = (of: Bytes): Bytes =>
		Uint8Array.of(0xff, ...Buffer.from("tick/1"), ...id.subarray(0, 16), ...of);
	assert.equal(block(preimage).length, 55);
	const once = real(block(preimage));
	const hash = tickHash(id);
	assert.deepEqual(hash(preimage), once);
	assert.deepEqual(hash(hash(preimage)), real(block(once)));
	assert.notDeepEqual(tickHash(id.map((byte) => byte ^ 1))(preimage), once);
});
