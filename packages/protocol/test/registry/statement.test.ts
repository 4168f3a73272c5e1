/** What an operator makes of a holder's word: an order for its refund, and evidence where it was a lie. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AccountReply,
	accountReply,
	falseStatementEvidence,
	isRefusal,
	lockHash,
	parse,
	refundOrder,
	type SignedStatement,
	type Signer,
	type StatementBody,
	serialize,
	serializeStatement,
	sha256,
	signedStatement,
	signStatement,
	statementBody,
	verifyFalseStatement,
} from "@tenten/protocol";
import {
	bytesOf,
	densha,
	epoch,
	machi,
	must,
	points,
	toySign,
	trust,
	yen,
} from "../handover/support/ecosystem.ts";
import { alice, stated } from "./support/redeeming.ts";

const secret = bytesOf("secret");
const account = { account: alice.hash, fallback: bytesOf("fallback") };
const never: StatementBody["says"] = { kind: "neverReleased", lock: lockHash(secret), ...account };
const unreached: StatementBody["says"] = { ...never, kind: "noReleaseReached", inputs: [bytesOf("input")] };
const noWord: StatementBody["says"] = { kind: "noWord", link: bytesOf("link"), ...account };
const balance: StatementBody["says"] = { kind: "balance", account: alice.hash };

test("a statement about a link implies the order of its refund, named by the statement", () => {
	for (const says of [never, unreached, noWord]) {
		const { body } = stated(alice, says);
		assert.deepEqual(refundOrder(body, yen), {
			asset: yen,
			action: { kind: "account", account: alice.hash },
			fallback: bytesOf("fallback"),
			nonce: sha256(serialize(statementBody, body)),
			issuedAt: epoch,
		});
	}
});

test("a question about an account implies none", () => {
	assert.equal(refundOrder(stated(alice, balance).body, yen), undefined);
});

test("a statement travels as it was signed", () => {
	for (const says of [never, unreached, noWord, balance]) {
		const statement = stated(alice, says);
		assert.deepEqual(must(parse(signedStatement, serializeStatement(statement))), statement);
	}
});

test("what is signed is what was said, and a statement about another's lock names no output unless it was told", async () => {
	const signer: Signer = { key: alice.key, sign: async (type, payload) => toySign(alice.key, type, payload) };
	const rest = { operator: densha.id, nonce: bytesOf("statement"), issuedAt: epoch };
	for (const says of [never, unreached, noWord, balance])
		assert.deepEqual(await signStatement({ ...rest, says }, alice.encoded, signer), stated(alice, says));
	const unnamed = { kind: "noReleaseReached", lock: lockHash(secret), ...account } as const;
	const signed = await signStatement({ ...rest, says: unnamed }, alice.encoded, signer);
	assert.deepEqual(signed, stated(alice, { ...unnamed, inputs: [] }));
});

test("an account's reply names each asset with its amount, none included", () => {
	const reply: AccountReply = {
		account: alice.hash,
		balances: [
			{ asset: yen, amount: 0n },
			{ asset: points, amount: 7n },
		],
	};
	assert.deepEqual(must(parse(accountReply, serialize(accountReply, reply))), reply);
});

function judged(statement: SignedStatement, release = secret, operator = densha.id): string {
	const result = verifyFalseStatement(falseStatementEvidence(statement, release), operator, trust);
	return isRefusal(result) ? result.code : result.profile.role;
}

test("who states that it never released, and did, is convicted by the release", () => {
	const evidence = falseStatementEvidence(stated(alice, never), secret);
	assert.deepEqual(must(verifyFalseStatement(evidence, densha.id, trust)), alice);
});

test("another's release, a release that did not reach its signer or a forged word convicts nobody", () => {
	assert.equal(judged(stated(alice, never), bytesOf("another secret")), "not-evidence");
	for (const says of [unreached, noWord, balance]) assert.equal(judged(stated(alice, says)), "not-evidence");
	const statement = stated(alice, never);
	assert.equal(judged({ ...statement, signature: new Uint8Array(64) }), "signature-invalid");
	assert.equal(judged(statement, secret, machi.id), "authority-unknown");
	const unreadable = verifyFalseStatement(Uint8Array.of(0x80), densha.id, trust);
	assert.ok(isRefusal(unreadable) && unreadable.code === "malformed");
});
