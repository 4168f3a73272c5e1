/** Evidence whose parts do not hold convicts nobody, whichever part it is. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	type ConsumedOutput,
	cancelPayload,
	consumedOutputs,
	deniedEvidenceFrom,
	doubleDecisionEvidenceFrom,
	isRefusal,
	lockHash,
	type RefundedOutput,
	type SignedStatement,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import { bytesOf, issueTo, must, toySign, trust } from "../handover/support/ecosystem.ts";
import { alice, bob, carol, lock, pay, stated } from "../registry/support/redeeming.ts";

const last = (token: VerifiedToken): ConsumedOutput => consumedOutputs(token, trust).at(-1) as ConsumedOutput;

function judged(encoded: Uint8Array): string {
	const result = verifyEvidence(encoded, trust);
	return isRefusal(result) ? result.code : result.kind;
}

/** Alice states that she never released what she locked by this secret. */
function neverReleased(secret: Bytes): SignedStatement {
	const lock = lockHash(secret);
	return stated(alice, { kind: "neverReleased", lock, account: alice.hash, fallback: null });
}

test("a denial counts only beside the link that its statement speaks of, as its owner signed it", () => {
	const issued = issueTo(alice, 10n, "denied");
	const { locked, secret } = lock(issued, bob, "denied");
	const refunded: RefundedOutput = { consumed: last(locked), statement: neverReleased(secret) };
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

test("a statement about another's lock may name several outputs, and convicts of any that it names", () => {
	const issued = issueTo(alice, 10n, "several");
	const { locked, secret } = lock(issued, bob, "several", true);
	const says = {
		kind: "noReleaseReached",
		lock: lockHash(secret),
		account: alice.hash,
		fallback: null,
	} as const;
	const spent = last(pay(issued, carol, "spent elsewhere"));
	const naming = (...inputs: readonly Uint8Array[]): string => {
		const statement = stated(alice, { ...says, inputs });
		return judged(deniedEvidenceFrom({ consumed: last(locked), statement }, spent));
	};
	assert.equal(naming(bytesOf("another"), issued.outputId), "denied");
	assert.equal(naming(bytesOf("another")), "not-evidence");
});

test("an output that is not opened as it was made convicts nobody, whatever the charge", () => {
	const issued = issueTo(alice, 10n, "unopened");
	const { locked, released, secret } = lock(pay(issued, alice, "moved"), bob, "unopened");
	const cancel = toySign(alice.key, "cancel", cancelPayload(lockHash(secret)));
	const statement = neverReleased(secret);
	const decidedTwice = (change: Partial<ConsumedOutput>): string =>
		judged(doubleDecisionEvidenceFrom({ ...last(released), ...change }, null, cancel));
	const denies = (change: Partial<ConsumedOutput>): string =>
		judged(deniedEvidenceFrom({ consumed: { ...last(locked), ...change }, statement }, last(released)));
	assert.deepEqual([decidedTwice({}), denies({})], ["doubleDecision", "denied"]);
	const owner = { ...last(locked).owner, request: bytesOf("another") };
	assert.deepEqual([decidedTwice({ owner }), denies({ owner })], ["not-evidence", "not-evidence"]);
	assert.deepEqual([decidedTwice({ index: 7 }), denies({ index: 7 })], ["not-evidence", "not-evidence"]);
	const parent = { kind: "link", bytes: bytesOf("no link") } as const;
	assert.deepEqual([decidedTwice({ parent }), denies({ parent })], ["malformed", "malformed"]);
});
