/** The browser's suites, run in Node: what they sign verifies there and here, and their keys are the same keys. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateKey, signerFrom, verify } from "@tenten/module";
import { openBrowserSuites } from "@tenten/module/browser";
import { sigStructure, suites } from "@tenten/protocol";

const browser = await openBrowserSuites();
const payload = Uint8Array.of(1, 2, 3);
const random = (bytes: number): Uint8Array => crypto.getRandomValues(new Uint8Array(bytes));

for (const suite of ["Ed25519", "ES256"] as const) {
	const message = sigStructure("order", suite, payload);

	test(`${suite}: what either side signs, both verify`, async () => {
		for (let round = 0; round < 20; round++) {
			const { privateKey, publicKey } =
				round % 2 === 0 ? generateKey(suite) : browser.generateKey(suite, random);
			const [here, there] = [signerFrom(privateKey, suite), browser.signerFrom(privateKey, suite)];
			assert.deepEqual(there.key, publicKey);
			assert.deepEqual(here.key, publicKey);
			assert.equal(publicKey.bytes.length, suites[suite].keyBytes);
			for (const signer of [here, there]) {
				const signature = await signer.sign("order", payload);
				for (const check of [verify, browser.verify]) {
					assert.ok(check(publicKey, message, signature));
					assert.ok(!check(publicKey, message.with(0, 0), signature));
					assert.ok(!check(publicKey, message, signature.with(63, (signature[63] as number) ^ 1)));
				}
			}
		}
	});

	test(`${suite}: a signer keeps its own copy of its key`, async () => {
		const { privateKey, publicKey } = browser.generateKey(suite, random);
		const signer = browser.signerFrom(privateKey, suite);
		privateKey.fill(0);
		assert.ok(browser.verify(publicKey, message, await signer.sign("order", payload)));
	});

	test(`${suite}: keys and signatures of another length are refused, and nothing throws`, async () => {
		const { privateKey, publicKey } = browser.generateKey(suite, random);
		const signature = await browser.signerFrom(privateKey, suite).sign("order", payload);
		for (const length of [0, 31, 32, 33, 64, 65])
			if (length !== publicKey.bytes.length)
				assert.equal(browser.verify({ suite, bytes: new Uint8Array(length) }, message, signature), false);
		for (const length of [0, 63, 65, 128])
			assert.equal(browser.verify(publicKey, message, new Uint8Array(length)), false);
	});
}

test("the same chance makes the same key, in a browser and in Node, and what is no scalar is drawn again", () => {
	const draws = [new Uint8Array(32), new Uint8Array(32).fill(255), new Uint8Array(32).fill(7)];
	const from = (): ((bytes: number) => Uint8Array) => {
		let drawn = 0;
		return (bytes) => (draws[drawn++] ?? new Uint8Array(bytes)).slice(0, bytes);
	};
	for (const suite of ["Ed25519", "ES256"] as const)
		assert.deepEqual(browser.generateKey(suite, from()), generateKey(suite, from()));
});

test("what is no private key is a bug, and thrown", () => {
	const order = Uint8Array.from(
		Buffer.from("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551", "hex"),
	);
	for (const scalar of [new Uint8Array(32), order, new Uint8Array(31), new Uint8Array(33)])
		assert.throws(() => browser.signerFrom(scalar, "ES256"));
	for (const length of [0, 31, 33])
		assert.throws(() => browser.signerFrom(new Uint8Array(length), "Ed25519"));
});
