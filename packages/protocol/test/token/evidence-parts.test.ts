/** Evidence whose parts do not hold convicts nobody, whichever part it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type ConsumedOutput,
	cancelPayload,
	consumedOutputs,
	deniedEvidenceFrom,
	doubleDecisionEvidenceFrom,
	isRefusal,
	lockHash,
	type RefundedOutput,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import { issueTo, must, toySign, trust } from "../handover/support/ecosystem.ts";
import { alice, bob, carol, lock, pay, stated } from "../registry/support/redeeming.ts";

const last = (token: VerifiedToken): ConsumedOutput => consumedOutputs(token, trust).at(-1) as ConsumedOutput;

function judged(encoded: Uint8Array): string {
	const result = verifyEvidence(encoded, trust);
	return isRefusal(result) ? result.code : result.kind;
}

test("a denial counts only beside the link that its statement speaks of, as its owner signed it", () => {
	const issued = issueTo(alice, 10n, "denied");
	const { locked, secret } = lock(issued, bob, "denied");
	const says = {
		kind: "neverReleased",
		lock: lockHash(secret),
		account: alice.hash,
		fallback: null,
	} as const;
	const refunded: RefundedOutput = { consumed: last(locked), statement: stated(alice, says) };
	const spent = last(pay(issued, carol, "spent"));
	assert.equal(judged(deniedEvidenceFrom(refunded, spent)), "denied");
	const link = { ...refunded.consumed.link, signature: new Uint8Array(64) };
	const forged = { ...refunded, consumed: { ...refunded.consumed, link } };
	assert.equal(judged(deniedEvidenceFrom(forged, spent)), "not-evidence");
});

test("a payee that decides is opened under a certificate that is listed", () => {
	const { released, secret } = lock(issueTo(alice, 10n, "decided"), bob, "decided", true);
	const cancel = toySign(bob.key, "cancel", cancelPayload(lockHash(secret)));
	const { owner } = released;
	assert.equal(judged(doubleDecisionEvidenceFrom(last(released), owner, cancel)), "doubleDecision");
	const certificate = { ...bob, encoded: new Uint8Array(20) };
	const unlisted = doubleDecisionEvidenceFrom(last(released), { ...owner, certificate }, cancel);
	assert.equal(judged(unlisted), "malformed");
	assert.deepEqual(
		must(verifyEvidence(doubleDecisionEvidenceFrom(last(released), owner, cancel), trust)).culprit,
		bob,
	);
});
