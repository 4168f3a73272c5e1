/** Signatures and ids: each is of one type, over one content, by one suite. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
	coseKey,
	encodeItem,
	type HashTag,
	keyId,
	parse,
	type SuiteName,
	serialize,
	signedTypes,
	sigStructure,
	suites,
	taggedHash,
	verifySign1,
} from "@tenten/protocol";
import { expectRefusal, generateKey, signerFrom, verify } from "../../../module/test/support/world.ts";

test("what is signed is the Sig_structure of RFC 9052 section 4.4, to the byte", () => {
	const structure = sigStructure("link", "ES256", Uint8Array.of(1, 2));
	const aad = Buffer.from("tenten/1/link");
	const expected = Buffer.concat([
		Buffer.from([0x84, 0x6a]),
		Buffer.from("Signature1"),
		Buffer.from([0x43, 0xa1, 0x01, 0x28]),
		Buffer.from([0x40 + aad.length]),
		aad,
		Buffer.from([0x42, 1, 2]),
	]);
	assert.equal(Buffer.from(structure).toString("hex"), expected.toString("hex"));
});

test("no two types, suites or payloads sign the same bytes", () => {
	const seen = new Set<string>();
	for (const type of signedTypes)
		for (const suite of Object.keys(suites) as SuiteName[])
			for (const payload of [new Uint8Array(), Uint8Array.of(0x80), Uint8Array.of(0x80, 0x80)])
				seen.add(Buffer.from(sigStructure(type, suite, payload)).toString("hex"));
	assert.equal(seen.size, signedTypes.length * 2 * 3);
});

for (const suite of Object.keys(suites) as SuiteName[])
	test(`${suite}: for all pairs of types, a signature of one never verifies as another`, async () => {
		const { privateKey, publicKey } = generateKey(suite);
		const signer = signerFrom(privateKey, suite);
		const payload = encodeItem([new Uint8Array(32)]);
		for (const signed of signedTypes) {
			const signature = await signer.sign(signed, payload);
			for (const claimed of signedTypes)
				assert.equal(
					verifySign1(verify, publicKey, claimed, payload, signature),
					signed === claimed,
					`${signed} as ${claimed}`,
				);
		}
	});

test("lengths are checked before the suite is asked", () => {
	const asked: unknown[] = [];
	const yes = (...parameters: unknown[]): boolean => {
		asked.push(parameters);
		return true;
	};
	for (const suite of Object.keys(suites) as SuiteName[]) {
		const { keyBytes, signatureBytes } = suites[suite];
		const check = (keyLength: number, signatureLength: number): boolean =>
			verifySign1(
				yes,
				{ suite, bytes: new Uint8Array(keyLength) },
				"link",
				new Uint8Array(),
				new Uint8Array(signatureLength),
			);
		assert.ok(check(keyBytes, signatureBytes));
		assert.ok(!check(keyBytes - 1, signatureBytes));
		assert.ok(!check(keyBytes + 1, signatureBytes));
		assert.ok(!check(keyBytes, signatureBytes - 1));
		assert.ok(!check(keyBytes, signatureBytes + 1));
	}
	assert.equal(asked.length, 2);
});

test("an id is SHA-256 over its tag and its content, and tags keep types apart", () => {
	const content = [new Uint8Array(32), 0];
	const expected = createHash("sha256")
		.update(encodeItem("tenten/1/output"))
		.update(encodeItem(content))
		.digest();
	assert.deepEqual(taggedHash("output", content), new Uint8Array(expected));
	const tags: readonly HashTag[] = [
		"asset",
		"certificate",
		"data",
		"issue",
		"key",
		"link",
		"output",
		"owner",
	];
	assert.equal(new Set(tags.map((tag) => taggedHash(tag, content).join())).size, tags.length);
});

test("a key is read and written as a COSE_Key, and its id covers the suite", () => {
	for (const suite of Object.keys(suites) as SuiteName[])
		for (let round = 0; round < 8; round++) {
			const { publicKey } = generateKey(suite);
			assert.deepEqual(parse(coseKey, serialize(coseKey, publicKey)), publicKey);
		}
	const x = new Uint8Array(32).fill(7);
	const asEd25519 = { suite: "Ed25519", bytes: x } as const;
	const asEs256 = { suite: "ES256", bytes: Uint8Array.of(2, ...x) } as const;
	assert.notDeepEqual(keyId(asEd25519), keyId(asEs256));
	assert.notDeepEqual(keyId(asEs256), keyId({ suite: "ES256", bytes: Uint8Array.of(3, ...x) }));
});

test("keys of other kinds and curves are refused", () => {
	const x = new Uint8Array(32);
	const keys: readonly (readonly (readonly [number, number | Uint8Array | boolean])[])[] = [
		[
			[1, 1],
			[-1, 4],
			[-2, x],
		],
		[
			[1, 1],
			[-1, 6],
			[-2, new Uint8Array(31)],
		],
		[
			[1, 1],
			[-1, 6],
		],
		[
			[1, 1],
			[-1, 6],
			[-2, x],
			[-3, x],
		],
		[
			[1, 1],
			[-1, 6],
			[-2, x],
			[-4, x],
		],
		[
			[1, 2],
			[-1, 2],
			[-2, x],
			[-3, true],
		],
		[
			[1, 2],
			[-1, 1],
			[-2, x],
			[-3, x],
		],
		[
			[1, 2],
			[-1, 1],
			[-2, x],
		],
		[
			[1, 3],
			[-1, 1],
			[-2, x],
		],
		[
			[1, 4],
			[-1, x],
		],
	];
	for (const key of keys) expectRefusal(parse(coseKey, encodeItem(new Map(key))), "malformed");
});
