/** Which forks an operator may speak of in an answer: what else it says ends nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	cancelPayload,
	consumedOutputs,
	doubleDecisionEvidenceFrom,
	forkEvidenceFrom,
	lockHash,
	refuse,
	termsOf,
	type VerifiedToken,
} from "@tenten/protocol";
import { endedBy } from "../src/closing.ts";
import { createHolder, createWorld, expectRefusal, issueTo, pay, type World } from "./support/world.ts";

const limits = { perTransfer: null, offlineTotal: 60n, holding: null };

/** What the path of a token consumed last. */
const lastOf = (token: VerifiedToken, { trust }: World) => {
	const last = consumedOutputs(token, trust).at(-1);
	assert.ok(last);
	return last;
};

/** What an answer about a token ends that speaks of a fork. */
function forked({ now, trust }: World, token: VerifiedToken, evidence: Bytes, drawn: bigint) {
	const knowing = {
		everOwned: () => false,
		ownCertificate: () => refuse("key-unknown"),
		ownClock: () => now,
		surelyPast: () => now,
	};
	const { amount, hops } = token;
	const terms = termsOf(token);
	const owed = { token, least: amount, most: amount, terms, hops, isInTokens: false, claimedAt: now };
	return endedBy(knowing, [{ kind: "forked", evidence, drawn }], [owed], [], trust);
}

test("a fork draws no more than its culprit's certificate allows offline", async () => {
	const world = await createWorld();
	const [payer, ann, bob] = [
		await createHolder(world, { profile: { limits } }),
		await createHolder(world),
		await createHolder(world),
	];
	const token = await issueTo(world, payer, 100n);
	const [{ paid }, other] = [
		await pay(world, token, payer, ann, 100n),
		await pay(world, token, payer, bob, 100n),
	];
	const evidence = forkEvidenceFrom(lastOf(paid, world), lastOf(other.paid, world));
	expectRefusal(forked(world, paid, evidence, 61n), "sum-mismatch");
	assert.deepEqual(forked(world, paid, evidence, 60n), { amount: 60n, refused: [], open: [] });
});

test("a lock on the path that was decided twice is no fork of what it released", async () => {
	const world = await createWorld();
	const [payer, ann] = [await createHolder(world), await createHolder(world)];
	const token = await issueTo(world, payer, 100n);
	const release = world.random();
	const { paid } = await pay(world, token, payer, ann, 100n, { release });
	const cancel = await payer.signer.sign("cancel", cancelPayload(lockHash(release)));
	const evidence = doubleDecisionEvidenceFrom(lastOf(paid, world), null, cancel);
	expectRefusal(forked(world, paid, evidence, 0n), "not-evidence");
});

test("a fork by somebody whose authority is not listed here yet is judged again under a newer list", async () => {
	const [world, elsewhere] = [await createWorld(), await createWorld({ seed: "elsewhere" })];
	const [payer, ann, stranger] = [
		await createHolder(world),
		await createHolder(world),
		await createHolder(elsewhere),
	];
	const { paid } = await pay(world, await issueTo(world, payer, 100n), payer, ann, 100n);
	const token = await issueTo(elsewhere, stranger, 100n);
	const twice = [
		await pay(elsewhere, token, stranger, stranger, 100n),
		await pay(elsewhere, token, stranger, stranger, 100n),
	];
	const [first, second] = twice.map((each) => lastOf(each.paid, elsewhere));
	assert.ok(first && second);
	expectRefusal(forked(world, paid, forkEvidenceFrom(first, second), 100n), "authority-unknown");
});
