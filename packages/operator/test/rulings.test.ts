/** Rulings decide what two devices cannot: never early, never twice, never against the registry. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	cancelPayload,
	claim as claimShape,
	consumedOutputs,
	doubleDecisionEvidenceFrom,
	linkId,
	lockHash,
	parse,
	parseRulingReply,
	releaseToken,
	serializeRulingRequest,
	type Token,
	type VerifiedToken,
	verifyFalseStatement,
	verifyParsedToken,
	verifyRuling,
} from "@tenten/protocol";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	claimed,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	freshOwner,
	kinds,
	makeClaim,
	openIssue,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import { cases, doubtUntil, refundTo, ruled, show, state } from "./support/rulings.ts";

type Locked = {
	readonly ecosystem: Ecosystem;
	readonly alice: Holder;
	readonly bob: Holder;
	readonly token: VerifiedToken;
	readonly release: Bytes;
	/** what Bob holds: locked by Alice */
	readonly locked: VerifiedToken;
};

async function lockedPayment({ amount = 60n, payeeDecides = false } = {}): Promise<Locked> {
	const ecosystem = await createEcosystem();
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const release = ecosystem.world.random();
	const options = { release, released: false, payeeDecides };
	const { paid: locked } = await pay(ecosystem.world, token, alice, bob, amount, options);
	return { ecosystem, alice, bob, token, release, locked };
}

test("nothing is refunded before redeem until and grace; then the whole input is", async () => {
	const { ecosystem, alice, release, locked } = await lockedPayment();
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	ecosystem.clock.now += doubtUntil - 1;
	expectRefusal(await state(ecosystem, alice, says, locked), "ruling-early");
	ecosystem.clock.now += 1;
	const outcome = expectValue(await state(ecosystem, alice, says, locked));
	assert.deepEqual(outcome.reply?.results, [{ kind: "paid", amount: 100n }]);
	const ruling = expectValue(verifyRuling(outcome.ruling, ecosystem.world.trust));
	assert.equal(ruling.verdict, "refunded");
	assert.deepEqual(ruling.subject, lockHash(release));
	assert.equal(await balance(ecosystem, alice), 100n);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("tokens of several dates are refunded together once the last of them is due, in whatever order they are shown", async () => {
	for (const later of ["first", "last"] as const) {
		const ecosystem = await createEcosystem();
		const { world, clock } = ecosystem;
		const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
		const [early] = await withdrawTo(ecosystem, alice, 40n);
		clock.now += 3 * 86_400;
		const [late] = await withdrawTo(ecosystem, alice, 60n);
		assert.ok(early && late);
		const release = world.random();
		const locked: VerifiedToken[] = [];
		for (const token of later === "first" ? [late, early] : [early, late])
			locked.push((await pay(world, token, alice, bob, token.amount, { release, released: false })).paid);
		const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
		clock.now += doubtUntil - 1;
		expectRefusal(await state(ecosystem, alice, says, ...locked), "ruling-early");
		assert.equal(await balance(ecosystem, alice), 0n);
		clock.now += 1;
		expectValue(await state(ecosystem, alice, says, ...locked));
		assert.equal(await balance(ecosystem, alice), 100n);
		await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
	}
});

test("a second statement about the same lock is paid nothing more", async () => {
	const { ecosystem, alice, release, locked } = await lockedPayment();
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	expectValue(await state(ecosystem, alice, says, locked));
	expectRefusal(await state(ecosystem, alice, says, locked), "ruling-taken");
	await assertBalanced(ecosystem, { refunded: 100n });
});

test("a release shown by anybody decides for the payee, for good", async () => {
	const { ecosystem, alice, bob, release, locked } = await lockedPayment();
	assert.equal((await show(ecosystem, release)).body.verdict, "released");
	assert.deepEqual(await ecosystem.operator.release(lockHash(release)), release);
	const owned = expectValue(releaseToken(locked, release));
	ecosystem.clock.now += 30 * day;
	// Past redeem until: a published release is honoured through the grace.
	assert.deepEqual(kinds(await redeem(ecosystem, bob, owned)), ["paid"]);
	ecosystem.clock.now += day;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	const outcome = expectValue(await state(ecosystem, alice, says, locked));
	assert.equal(outcome.ruling.body.verdict, "released");
	assert.equal(outcome.reply, null);
	await assertBalanced(ecosystem, { refunded: 0n, redeemed: 60n });
	const [file] = await ecosystem.operator.caseFiles(null);
	assert.equal(file?.kind, "falseStatement");
	const evidence = (await ecosystem.operator.evidence(file?.id as Bytes)) as Bytes;
	const liar = verifyFalseStatement(evidence, ecosystem.operator.id, ecosystem.world.trust);
	assert.deepEqual(expectValue(liar).hash, alice.certificate.hash);
});

test("a release that nobody published does not extend anything", async () => {
	const { ecosystem, bob, release, locked } = await lockedPayment();
	const owned = expectValue(releaseToken(locked, release));
	ecosystem.clock.now += 30 * day;
	const reply = await redeem(ecosystem, bob, owned);
	assert.deepEqual(reply.results, [{ kind: "refused", code: "redeem-closed", transient: false }]);
});

test("a redemption publishes its releases", async () => {
	const { ecosystem, bob, release, locked } = await lockedPayment();
	await redeem(ecosystem, bob, expectValue(releaseToken(locked, release)));
	assert.deepEqual(await ecosystem.operator.release(lockHash(release)), release);
});

test("a release after a refund convicts whoever had stated that there was none, and pays nobody", async () => {
	const { ecosystem, alice, bob, release, locked } = await lockedPayment();
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	expectValue(await state(ecosystem, alice, says, locked));
	assert.equal((await show(ecosystem, release)).body.verdict, "refunded");
	assert.deepEqual(await cases(ecosystem), ["falseStatement"]);
	const reply = await redeem(ecosystem, bob, expectValue(releaseToken(locked, release)));
	assert.notEqual(reply.results[0]?.kind, "paid");
	await assertBalanced(ecosystem, { refunded: 100n, redeemed: 0n, drawn: 0n });
});

test("an input that was spent otherwise is not refunded", async () => {
	const { ecosystem, alice, release, locked, token } = await lockedPayment();
	await redeem(ecosystem, alice, token);
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	expectRefusal(await state(ecosystem, alice, says, locked), "ruling-taken");
	await assertBalanced(ecosystem, { refunded: 0n, redeemed: 100n });
});

test("nobody but the owner of the input is refunded", async () => {
	const { ecosystem, bob, release, locked } = await lockedPayment();
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(bob) } as const;
	expectRefusal(await state(ecosystem, bob, says, locked), "owner-mismatch");
});

test("the side of an exchange without the secret says that none came, and is no liar if one did", async () => {
	const { ecosystem, alice, token, release, locked } = await lockedPayment({ payeeDecides: true });
	ecosystem.clock.now += doubtUntil;
	const never = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	expectRefusal(await state(ecosystem, alice, never, locked), "lock-mismatch");
	const unnamed = { ...never, kind: "noReleaseReached" } as const;
	expectRefusal(await state(ecosystem, alice, unnamed, locked), "order-mismatch");
	const says = { ...unnamed, inputs: [token.outputId] };
	const outcome = expectValue(await state(ecosystem, alice, says, locked));
	assert.deepEqual(outcome.reply?.results, [{ kind: "paid", amount: 100n }]);
	await show(ecosystem, release);
	assert.deepEqual(await cases(ecosystem), []);
});

test("a direct link of which no word came: its output 0 alone comes back", async () => {
	const ecosystem = await createEcosystem();
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const { paid, change, link } = await pay(ecosystem.world, token, alice, bob, 60n);
	assert.ok(change);
	const says = { kind: "noWord", link: linkId(link.payload), ...refundTo(alice) } as const;
	expectRefusal(await state(ecosystem, alice, says, paid), "ruling-early");
	await redeem(ecosystem, alice, change);
	ecosystem.clock.now += doubtUntil;
	const outcome = expectValue(await state(ecosystem, alice, says, paid));
	assert.deepEqual(outcome.reply?.results, [{ kind: "paid", amount: 60n }]);
	assert.equal(await balance(ecosystem, alice), 100n);
	expectRefusal(await state(ecosystem, alice, says, paid), "ruling-taken");
	await assertBalanced(ecosystem, { refunded: 60n, redeemed: 40n, outstanding: 0n });
});

test("a direct link whose payee redeemed it is not refunded, and nobody is convicted", async () => {
	const ecosystem = await createEcosystem();
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const { paid, link } = await pay(ecosystem.world, token, alice, bob, 60n);
	await redeem(ecosystem, bob, paid);
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "noWord", link: linkId(link.payload), ...refundTo(alice) } as const;
	expectRefusal(await state(ecosystem, alice, says, paid), "ruling-taken");
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { refunded: 0n, redeemed: 60n });
});

test("what was redeemed is not taken back on the word that none came of it", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const account = { kind: "account", account: alice.certificate.hash } as const;
	const claim = await makeClaim(ecosystem, alice, [token], account, { amount: 30n });
	assert.deepEqual(kinds(await claimed(ecosystem, claim)), ["paid"]);
	const [redeemed] = expectValue(parse(claimShape, claim)).tokens;
	const shown = expectValue(verifyParsedToken(redeemed as Token, ecosystem.world.trust));
	const says = { kind: "noWord", link: shown.path.at(-1)?.id as Bytes, ...refundTo(alice) } as const;
	ecosystem.clock.now += doubtUntil;
	expectRefusal(await state(ecosystem, alice, says, shown), "ruling-taken");
	assert.equal(await balance(ecosystem, alice), 30n);
	await assertBalanced(ecosystem, { redeemed: 30n, refunded: 0n });
});

test("a refund whose path was forked draws on the reserve like any later claim", async () => {
	const ecosystem = await createEcosystem();
	const [mallory, alice, bob] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [token] = await withdrawTo(ecosystem, mallory, 100n);
	assert.ok(token);
	const { paid: winner } = await pay(ecosystem.world, token, mallory, bob, 100n);
	const { paid: toAlice } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const release = ecosystem.world.random();
	const { paid: locked } = await pay(ecosystem.world, toAlice, alice, bob, 100n, {
		release,
		released: false,
	});
	await redeem(ecosystem, bob, winner);
	ecosystem.clock.now += doubtUntil;
	const says = { kind: "neverReleased", lock: lockHash(release), ...refundTo(alice) } as const;
	const outcome = expectValue(await state(ecosystem, alice, says, locked));
	assert.equal(outcome.reply?.results[0]?.kind, "forked");
	assert.equal(await balance(ecosystem, alice), 100n);
	await assertBalanced(ecosystem, { drawn: 100n, refunded: 0n });
});

test("refunds keep their terms too: what no account may hold is reissued", async () => {
	const ecosystem = await createEcosystem({ conditions: [{ kind: "purpose", purposes: ["books"] }] });
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const release = ecosystem.world.random();
	const options = { release, released: false, purpose: "books" };
	const { paid: locked } = await pay(ecosystem.world, token, alice, bob, 100n, options);
	ecosystem.clock.now += doubtUntil;
	const fallback = freshOwner(ecosystem, alice);
	const says = {
		kind: "neverReleased",
		lock: lockHash(release),
		account: alice.certificate.hash,
		fallback: fallback.hash,
	} as const;
	const { reply } = expectValue(await state(ecosystem, alice, says, locked));
	assert.deepEqual(reply?.results, [{ kind: "refreshed", amount: 100n }]);
	const fresh = openIssue(ecosystem, reply?.issues[0]?.proof as never, fallback);
	assert.equal(fresh.rules.length, 1);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 100n, issued: 200n });
});

test("a cancel and a release of one lock convict their signer; a cancel alone decides nothing", async () => {
	const { ecosystem, alice, bob, release, locked } = await lockedPayment();
	const cancel = await alice.signer.sign("cancel", cancelPayload(lockHash(release)));
	const owned = expectValue(releaseToken(locked, release));
	const [consumed] = consumedOutputs(owned, ecosystem.world.trust);
	assert.ok(consumed);
	const evidence = doubleDecisionEvidenceFrom(consumed, null, cancel);
	const reply = expectValue(
		await ecosystem.operator.rule(serializeRulingRequest({ kind: "evidence", evidence })),
	);
	const filed = expectValue(parseRulingReply(reply));
	assert.equal(filed.kind, "filed");
	assert.deepEqual(await ecosystem.operator.evidence(filed.caseId), evidence);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, owned)), ["paid"]);
	const nothing = serializeRulingRequest({ kind: "evidence", evidence: Uint8Array.of(1) });
	expectRefusal(await ecosystem.operator.rule(nothing), "malformed");
});

test("a locked token without its release is worth nothing to anyone", async () => {
	const { ecosystem, bob, alice, token, locked } = await lockedPayment();
	const action = { kind: "account", account: bob.certificate.hash } as const;
	await assert.rejects(
		makeClaim(ecosystem, bob, [locked], action).then((claim) => claimed(ecosystem, claim)),
	);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, token)), ["paid"]);
	assert.deepEqual(await cases(ecosystem), []);
});

test("a side in doubt asks, and hears what stands", async () => {
	const { ecosystem, bob, release, locked } = await lockedPayment();
	const question = serializeRulingRequest({ kind: "question", subject: lockHash(release) });
	expectRefusal(await ecosystem.operator.rule(question), "attempt-pending");
	await redeem(ecosystem, bob, expectValue(releaseToken(locked, release)));
	const reply = expectValue(parseRulingReply(expectValue(await ecosystem.operator.rule(question))));
	const ruling = expectValue(verifyRuling(ruled(reply).ruling, ecosystem.world.trust));
	assert.deepEqual(ruling.release, release);
	assert.equal(ruling.verdict, "released");
});
