/** Value of another ecosystem: taken under a log that others see now, and once old with proof that it is in it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	aheadMost_s,
	type Batch,
	isRefusal,
	needsProof,
	openUnderPolicy,
	refuseForeign,
	toUtf8,
	unloggedMost_s,
	verifyLoggedIssue,
} from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { expectRefusal, expectValue } from "../../../module/test/support/world.ts";
import {
	batch,
	batchOf,
	elsewhere,
	id,
	issue,
	leaves,
	noteOf,
	now,
	opens,
	policy,
	policyOf,
	proofOf,
} from "./support/logged.ts";

test("an issue is proved by its item, its batch's leaf and a checkpoint that the quorum cosigned, however long ago", async () => {
	const checkpoint = expectValue(verifyLoggedIssue(await proofOf(), issue, policy, verify));
	assert.equal(checkpoint.size, 3);
});

test("a proof of another issue, amount or asset, or of what was no issue, proves nothing", async () => {
	const proof = await proofOf();
	for (const changed of [{ id: id(1) }, { amount: 21n }, { asset: id(8) }])
		expectRefusal(verifyLoggedIssue(proof, { ...issue, ...changed }, policy, verify), "proof-invalid");
	const redeemed = batchOf("redemptions").batch;
	expectRefusal(
		verifyLoggedIssue(await proofOf({ batch: redeemed }), issue, policy, verify),
		"proof-invalid",
	);
	const claimed = { ...batch, total: 61n } as Batch;
	expectRefusal(verifyLoggedIssue(await proofOf({ batch: claimed }), issue, policy, verify), "proof-invalid");
});

test("a batch that is not in the log, or in the log of somebody else, proves nothing", async () => {
	const unlogged = { ...batch, count: 4 } as Batch;
	expectRefusal(verifyLoggedIssue(await proofOf({ batch: unlogged }), issue, policy, verify), "not-logged");
	expectRefusal(verifyLoggedIssue(await proofOf({ index: 0 }), issue, policy, verify), "not-logged");
	const theirs = await proofOf({ log: elsewhere });
	expectRefusal(verifyLoggedIssue(theirs, issue, policy, verify), "signature-invalid");
});

test("a proof under a checkpoint of the log alone, or of too few witnesses, proves nothing", async () => {
	const alone = await proofOf({ times: {} });
	expectRefusal(verifyLoggedIssue(alone, issue, policy, verify), "quorum-missing");
	expectRefusal(verifyLoggedIssue(alone, issue, policyOf("none"), verify), "quorum-missing");
	const one = await proofOf({ times: { 11: now } });
	expectRefusal(verifyLoggedIssue(one, issue, policy, verify), "quorum-missing");
});

test("what is cut short or not of this form is refused", async () => {
	const proof = await proofOf();
	for (const bad of [proof.subarray(1), await proofOf({ place: toUtf8("no proof") })])
		expectRefusal(verifyLoggedIssue(bad, issue, policy, verify), "malformed");
});

test("a proof is needed an hour after the issue, and at once where its date lies ahead", () => {
	const asked = (issuedAt: number): boolean => needsProof({ issuedAt }, now);
	assert.deepEqual(
		[asked(now), asked(now - unloggedMost_s), asked(now + aheadMost_s)],
		[false, false, false],
	);
	assert.deepEqual([asked(now - unloggedMost_s - 1), asked(now + aheadMost_s + 1)], [true, true]);
});

test("nothing foreign is taken without a fresh quorum; what is old not without its proof", async () => {
	const logged = expectValue(verifyLoggedIssue(await proofOf(), issue, policy, verify));
	const open = async (times: Readonly<Record<number, number>>) =>
		expectValue(openUnderPolicy(await noteOf(leaves, times), policy, verify));
	const fresh = await open({ 11: now - 10, 12: now - 300 });
	assert.equal(refuseForeign(issue, { newest: fresh, logged }, policy, opens), undefined);
	expectRefusal(refuseForeign(issue, { newest: null, logged }, policy, opens), "quorum-missing");
	expectRefusal(refuseForeign(issue, { newest: logged, logged }, policy, opens), "quorum-stale");
	const one = await open({ 11: now - 10, 13: now - 301 });
	expectRefusal(refuseForeign(issue, { newest: one, logged }, policy, opens), "quorum-stale");
	const few = await open({ 12: now });
	expectRefusal(refuseForeign(issue, { newest: few, logged }, policy, opens), "quorum-missing");
	expectRefusal(refuseForeign(issue, { newest: fresh, logged: null }, policy, opens), "issue-unlogged");
	const young = { ...issue, issuedAt: now - 60 };
	assert.ok(!isRefusal(refuseForeign(young, { newest: fresh, logged: null }, policy, opens)));
	expectRefusal(refuseForeign(young, { newest: null, logged: null }, policy, opens), "quorum-missing");
});
