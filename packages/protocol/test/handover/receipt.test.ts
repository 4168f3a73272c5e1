/** A receipt proves a payment to anyone with a trust list, and proves nothing when anything of it is missing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type DurablePayer,
	isRefusal,
	type Receipt,
	type RefusalCode,
	receipt,
	serialize,
	verifyReceipt,
} from "@tenten/protocol";
import { bytesOf, trust } from "./support/ecosystem.ts";
import {
	bob,
	carol,
	direct,
	exchange,
	letter,
	payerIn,
	planOf,
	requestOf,
	type Stages,
	sentBy,
	signedPayer,
	started,
	taken,
	toPayer,
	twoPhase,
} from "./support/stages.ts";

function receiptOf(stages: Stages, name: string): Receipt {
	const state = payerIn(stages, name) as DurablePayer;
	if (state.kind === "released")
		return { request: state.terms.request, answer: state.answer, secret: state.secret };
	assert.ok(state.kind === "sent" && state.acknowledged !== null);
	return { request: state.terms.request, answer: state.acknowledged, secret: null };
}

const paid = receiptOf(twoPhase(), "released");
const swapped = receiptOf(exchange(), "released");
const given = receiptOf(direct(), "sent, acknowledged");

test("a receipt of each mode says who was paid, how much, and for what request", () => {
	for (const proof of [paid, swapped, given]) {
		const read = verifyReceipt(serialize(receipt, proof), trust);
		assert.ok(!isRefusal(read));
		assert.deepEqual([read.kind, read.amount], ["receipt", 120n]);
		assert.deepEqual(read.payee.hash, bob.hash);
		assert.deepEqual(read.request.signed, proof.request);
		assert.equal(read.reply, null);
	}
});

test("a receipt carries the documents that the payee answered with", () => {
	const { manifest, contents } = letter("a ticket");
	const plan = planOf(requestOf(bob));
	const locked = signedPayer(started(plan));
	const steps = taken(sentBy(locked, "transfer"), plan.request, { consent: { reply: manifest } });
	const answer = sentBy(steps.taken, "reserved");
	const { secret } = sentBy(toPayer(locked.state, answer, undefined, contents), "release");
	const proof = { request: plan.request.signed, answer, secret };
	const read = verifyReceipt(serialize(receipt, proof), trust);
	assert.ok(!isRefusal(read));
	assert.deepEqual(read.reply, manifest);
	const stripped = { ...proof, answer: { ...answer, reply: null } };
	assertRefused(stripped, "document-mismatch");
});

function assertRefused(proof: Receipt, code: RefusalCode): void {
	const read = verifyReceipt(serialize(receipt, proof), trust);
	assert.ok(isRefusal(read) && read.code === code, `${code}: ${JSON.stringify(read)}`);
}

test("nothing is proven without the release, the payee's signature, or the request that was paid", () => {
	const garbage = verifyReceipt(bytesOf("garbage"), trust);
	assert.ok(isRefusal(garbage) && garbage.code === "malformed");
	const unsigned = { ...paid.request, signature: new Uint8Array(64) };
	assertRefused({ ...paid, request: unsigned }, "signature-invalid");
	assertRefused({ ...paid, secret: null }, "release-mismatch");
	assertRefused({ ...paid, secret: bytesOf("guess") }, "release-mismatch");
	assertRefused({ ...given, secret: bytesOf("guess") }, "release-mismatch");
	assertRefused({ ...paid, request: requestOf(carol).signed }, "request-mismatch");
	assertRefused({ ...paid, answer: { kind: "done", attempt: bytesOf("attempt") } }, "type-unknown");
	assert.ok(paid.answer.kind === "reserved" && swapped.answer.kind === "counterTransfer");
	const more = { ...paid.answer, body: { ...paid.answer.body, amount: 121n } };
	assertRefused({ ...paid, answer: more }, "signature-invalid");
	const { kind: _, tokens: __, body, ...rest } = swapped.answer;
	assertRefused(
		{ ...swapped, answer: { ...rest, kind: "reserved", body: body.reserved } },
		"signature-invalid",
	);
	const { manifest } = letter("another");
	assertRefused({ ...paid, answer: { ...paid.answer, reply: manifest } }, "document-mismatch");
});
