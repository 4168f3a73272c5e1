/** The suites: what signs verifies, and every edge that another library lets pass is refused. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { concatBytes, type SuiteName, sigStructure, suites, verifySign1 } from "@tenten/protocol";
import fc from "fast-check";

const names = Object.keys(suites) as SuiteName[];

for (const suite of names) {
	test(`${suite}: a signature verifies under its key, type and payload, and under no other`, async () => {
		const { privateKey, publicKey } = generateKey(suite);
		const signer = signerFrom(privateKey, suite);
		assert.deepEqual(signer.key, publicKey);
		const payload = Uint8Array.of(1, 2, 3);
		const other = generateKey(suite).publicKey;
		// ES256 makes a high s half the time when left alone: many signatures, so that both halves occur.
		for (let round = 0; round < 64; round++) {
			const signature = await signer.sign("link", payload);
			assert.equal(signature.length, suites[suite].signatureBytes);
			assert.ok(verifySign1(verify, publicKey, "link", payload, signature));
			assert.ok(!verifySign1(verify, other, "link", payload, signature));
			assert.ok(!verifySign1(verify, publicKey, "link", Uint8Array.of(1, 2), signature));
		}
	});

	test(`${suite}: other lengths are refused without an exception, whatever the bytes`, () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 80 }),
				fc.uint8Array({ maxLength: 40 }),
				fc.uint8Array({ maxLength: 80 }),
				(signature, key, message) => {
					assert.equal(verify({ suite, bytes: key }, message, signature), false);
				},
			),
		);
	});

	test(`${suite}: one changed bit anywhere is refused, and so is a byte more or less`, async () => {
		const { privateKey, publicKey } = generateKey(suite);
		const message = sigStructure("link", suite, Uint8Array.of(9));
		const signature = await signerFrom(privateKey, suite).sign("link", Uint8Array.of(9));
		for (let bit = 0; bit < 8 * signature.length; bit++)
			assert.ok(!verify(publicKey, message, flip(signature, bit)));
		for (let bit = 0; bit < 8 * publicKey.bytes.length; bit++)
			assert.ok(!verify({ suite, bytes: flip(publicKey.bytes, bit) }, message, signature));
		assert.ok(!verify(publicKey, message, concatBytes(signature, Uint8Array.of(0))));
		assert.ok(!verify(publicKey, message, signature.subarray(1)));
		const inside = concatBytes(Uint8Array.of(7), signature, Uint8Array.of(7));
		assert.ok(verify(publicKey, message, inside.subarray(1, -1)), "a view into other bytes is no obstacle");
	});
}

test("the private key of one suite is 32 bytes and in range, or an exception", () => {
	assert.throws(() => signerFrom(new Uint8Array(31), "Ed25519"));
	assert.throws(() => signerFrom(new Uint8Array(64), "Ed25519"));
	assert.throws(() => signerFrom(new Uint8Array(32), "ES256"), "the scalar zero");
	assert.throws(() => signerFrom(new Uint8Array(32).fill(255), "ES256"), "above the order");
	assert.throws(() => signerFrom(new Uint8Array(31).fill(1), "ES256"));
});

test("ES256: n − s is refused where s verifies", async () => {
	const { privateKey, publicKey } = generateKey("ES256");
	const payload = Uint8Array.of(1);
	const signature = await signerFrom(privateKey, "ES256").sign("link", payload);
	const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
	const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
	assert.ok(s <= order / 2n);
	const high = Buffer.from((order - s).toString(16).padStart(64, "0"), "hex");
	const message = sigStructure("link", "ES256", payload);
	assert.ok(verify(publicKey, message, signature));
	assert.ok(!verify(publicKey, message, concatBytes(signature.subarray(0, 32), high)));
});

// The eight points of order 1, 2, 4 and 8 on edwards25519, and the encodings of them that are not canonical.
const lowOrder = [
	"0100000000000000000000000000000000000000000000000000000000000000",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"0000000000000000000000000000000000000000000000000000000000000000",
	"0000000000000000000000000000000000000000000000000000000000000080",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
	"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
	"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
	"0100000000000000000000000000000000000000000000000000000000000080",
	"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
].map((text) => new Uint8Array(Buffer.from(text, "hex")));

test("Ed25519: no key and no R of low order is accepted", () => {
	// Under such a key, R = key and S = 0 verify for one message in eight where the check is missing.
	for (const key of lowOrder)
		for (const r of lowOrder)
			for (let message = 0; message < 32; message++)
				assert.ok(
					!verify(
						{ suite: "Ed25519", bytes: key },
						Uint8Array.of(message),
						concatBytes(r, new Uint8Array(32)),
					),
				);
});

test("Ed25519: S at or above the order of the group is refused", async () => {
	const { privateKey, publicKey } = generateKey("Ed25519");
	const signature = await signerFrom(privateKey, "Ed25519").sign("link", Uint8Array.of(1));
	const order = 2n ** 252n + 27742317777372353535851937790883648493n;
	const s = BigInt(`0x${Buffer.from(signature.subarray(32)).reverse().toString("hex")}`);
	const message = sigStructure("link", "Ed25519", Uint8Array.of(1));
	for (let multiple = s + order; multiple < 2n ** 256n; multiple += order) {
		const bytes = Buffer.from(multiple.toString(16).padStart(64, "0"), "hex").reverse();
		assert.ok(!verify(publicKey, message, concatBytes(signature.subarray(0, 32), bytes)));
	}
});

function flip(bytes: Uint8Array, bit: number): Uint8Array {
	const flipped = Uint8Array.from(bytes);
	flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
	return flipped;
}
