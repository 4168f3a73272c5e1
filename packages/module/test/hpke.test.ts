/** Documents open for the one they were sealed to, as RFC 9180 says, and for nobody else. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { type Bytes, fromHex, isRefusal, toHex } from "@tenten/protocol";
import fc from "fast-check";
import type { OpenDocument, SealedDocument } from "../src/cryptography.ts";
import { randomBytes } from "../src/seal.ts";
import { documentPublicKey, documentSuite, openerFrom, sealDocument } from "../src/suite/documents.ts";

type Vector = {
	readonly input: Readonly<
		Record<"info" | "privateKey" | "publicKey" | "enc" | "associatedData" | "ciphertext", string>
	>;
	readonly expect: { readonly plaintext: string };
};

const place = Uint8Array.of(1, 2, 3);
const document = new TextEncoder().encode("請求書");

async function freshKey(): Promise<{ publicKey: Bytes; open: OpenDocument }> {
	const privateKey = randomBytes(32);
	const publicKey = documentPublicKey(privateKey);
	return { publicKey, open: await openerFrom(privateKey, publicKey) };
}

async function mustSeal(to: Bytes, aad: Bytes, plaintext: Bytes): Promise<SealedDocument> {
	const sealed = await sealDocument(to, aad, plaintext);
	assert.ok(!isRefusal(sealed));
	return sealed;
}

async function codeOf(opening: Promise<unknown>): Promise<string> {
	const result = await opening;
	return isRefusal(result) ? result.code : "opened";
}

test("the vector of RFC 9180, A.2.1", async () => {
	const file = new URL("vectors/rfc9180-a.2.1.json", import.meta.url);
	const { input, expect } = JSON.parse(readFileSync(file, "utf8")) as Vector;
	const of = (name: keyof typeof input): Bytes => fromHex(input[name]) as Bytes;
	assert.equal(toHex(documentPublicKey(of("privateKey"))), input.publicKey);
	const key = {
		privateKey: await documentSuite.DeserializePrivateKey(of("privateKey"), false),
		publicKey: await documentSuite.DeserializePublicKey(of("publicKey")),
	};
	const opened = await documentSuite.Open(key, of("enc"), of("ciphertext"), {
		info: of("info"),
		aad: of("associatedData"),
	});
	assert.equal(toHex(opened), expect.plaintext);
});

test("what is sealed opens, of any length, and never looks the same twice", async () => {
	const { publicKey, open } = await freshKey();
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), fc.uint8Array(), async (plaintext, aad) => {
			const sealed = await mustSeal(publicKey, aad, plaintext);
			assert.deepEqual(await open(aad, sealed), plaintext);
		}),
		{ numRuns: 20 },
	);
	const [a, b] = [await mustSeal(publicKey, place, document), await mustSeal(publicKey, place, document)];
	assert.notDeepEqual(a.enc, b.enc);
	assert.notDeepEqual(a.ciphertext, b.ciphertext);
});

test("another key, another place, or any byte changed: refused", async () => {
	const { publicKey, open } = await freshKey();
	const sealed = await mustSeal(publicKey, place, document);
	const other = await freshKey();
	assert.equal(await codeOf(other.open(place, sealed)), "document-mismatch");
	assert.equal(await codeOf(open(Uint8Array.of(1, 2), sealed)), "document-mismatch");
	for (let i = 0; i < sealed.ciphertext.length; i++) {
		const ciphertext = sealed.ciphertext.with(i, (sealed.ciphertext[i] as number) ^ 1);
		assert.equal(await codeOf(open(place, { ...sealed, ciphertext })), "document-mismatch");
	}
	for (let i = 0; i < sealed.enc.length; i++) {
		const enc = sealed.enc.with(i, (sealed.enc[i] as number) ^ 1);
		assert.equal(await codeOf(open(place, { ...sealed, enc })), "document-mismatch");
	}
});

test("lengths that cannot be right are refused before any work", async () => {
	const { publicKey, open } = await freshKey();
	const sealed = await mustSeal(publicKey, place, document);
	for (const enc of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)])
		assert.equal(await codeOf(open(place, { ...sealed, enc })), "malformed");
	assert.equal(await codeOf(open(place, { ...sealed, ciphertext: new Uint8Array(15) })), "malformed");
	assert.equal(await codeOf(sealDocument(new Uint8Array(33), place, document)), "key-refused");
});

test("keys of low order are refused by both sides (RFC 7748 section 6.1, RFC 9180 section 7.1.4)", async () => {
	const { open } = await freshKey();
	const order8 = fromHex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800") as Bytes;
	for (const low of [new Uint8Array(32), new Uint8Array(32).with(0, 1), order8]) {
		assert.equal(await codeOf(sealDocument(low, place, document)), "key-refused");
		const sealed = { enc: low, ciphertext: new Uint8Array(20) };
		assert.equal(await codeOf(open(place, sealed)), "document-mismatch");
	}
});
