/** Enrolment: a key proves that it holds its private half, to one operator. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AskedProfile,
	type Bytes,
	enrolled,
	isRefusal,
	parseEnrolled,
	type Signer,
	serialize,
	sha256,
	signEnrolment,
	verifyEnrolment,
} from "@tenten/protocol";
import { bytesOf, densha, machi, must, toyKey, toySign, toyVerify } from "../handover/support/ecosystem.ts";

const asked: AskedProfile = { role: "holder", class: "person", merchantCategory: 7, region: "JP" };
const nonce = bytesOf("nonce");

function signerOf(name: string, as = name): Signer {
	const key = toyKey(name);
	return { key, sign: async (type, payload) => toySign(toyKey(as), type, payload) };
}

function judged(encoded: Bytes, operator = densha.id): string {
	const result = verifyEnrolment(encoded, operator, toyVerify);
	return isRefusal(result) ? result.code : result.verified;
}

test("an enrolment says which key asks for what, and is named by what was signed", async () => {
	const encoded = await signEnrolment(densha.id, asked, nonce, signerOf("new"));
	const { body, digest } = must(verifyEnrolment(encoded, densha.id, toyVerify));
	assert.deepEqual(body, { operator: densha.id, key: toyKey("new"), asked, nonce });
	const again = await signEnrolment(densha.id, asked, nonce, signerOf("new"));
	assert.deepEqual(must(verifyEnrolment(again, densha.id, toyVerify)).digest, digest);
	const other = await signEnrolment(densha.id, asked, bytesOf("other"), signerOf("new"));
	assert.notDeepEqual(must(verifyEnrolment(other, densha.id, toyVerify)).digest, digest);
	assert.equal(digest.length, sha256(nonce).length);
});

test("an enrolment with one operator is none with another", async () => {
	const encoded = await signEnrolment(densha.id, asked, nonce, signerOf("new"));
	assert.equal(judged(encoded, machi.id), "authority-unknown");
});

test("a key that another signs for is not enrolled", async () => {
	assert.equal(
		judged(await signEnrolment(densha.id, asked, nonce, signerOf("new", "thief"))),
		"signature-invalid",
	);
});

test("what is no enrolment, or longer than one, is refused", () => {
	assert.equal(judged(Uint8Array.of(0x80)), "malformed");
	assert.equal(judged(new Uint8Array(4097)), "too-large");
	assert.equal(judged(new Uint8Array(4096)), "malformed");
});

test("the answer is a certificate and the account that it opens", () => {
	const answer = { certificate: new Uint8Array(100).fill(1), account: bytesOf("account") };
	assert.deepEqual(must(parseEnrolled(serialize(enrolled, answer))), answer);
	assert.ok(isRefusal(parseEnrolled(serialize(enrolled, { ...answer, certificate: new Uint8Array() }))));
	assert.ok(isRefusal(parseEnrolled(serialize(enrolled, { ...answer, certificate: new Uint8Array(1025) }))));
});
