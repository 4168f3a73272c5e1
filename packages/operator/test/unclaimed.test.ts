/**
 * Outputs whose owner does not know what it spent: told to its owner alone, refunded late, paid once, and never held
 * against anybody (ADR 0041).
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	deniedEvidenceFrom,
	equalBytes,
	lockHash,
	ownerHash,
	releaseToken,
	type Saying,
	type VerifiedToken,
	verifyConsumed,
	verifyEvidence,
} from "@tenten/protocol";
import { day, expectRefusal, expectValue, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";
import {
	ask,
	cases,
	consumedIn,
	doubtUntil,
	refundsEnd,
	refundTo,
	replyIn,
	resultsOf,
	stated,
} from "./support/rulings.ts";

/** Grace is a day. */
const due = doubtUntil + day;

type Town = {
	readonly ecosystem: Ecosystem;
	readonly alice: Holder;
	readonly bob: Holder;
	readonly token: VerifiedToken;
};

async function town(): Promise<Town> {
	const ecosystem = await createEcosystem();
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	return { ecosystem, alice, bob, token: token as VerifiedToken };
}

const unclaimed = (holder: Holder, { outputId: output }: VerifiedToken): Saying => ({
	kind: "unclaimed",
	output,
	...refundTo(holder),
});

test("what nobody claimed is refunded once two graces have passed, and not a second before", async () => {
	const { ecosystem, alice, token } = await town();
	const statement = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	for (const early of [1, doubtUntil, due - 1 - doubtUntil - 1]) {
		ecosystem.clock.now += early;
		expectRefusal(await ask(ecosystem, statement, token), "ruling-early");
	}
	ecosystem.clock.now += 1;
	const first = expectValue(await ask(ecosystem, statement, token));
	assert.deepEqual(resultsOf(first), [{ kind: "paid", amount: 100n }]);
	assert.deepEqual(await ask(ecosystem, statement, token), first, "the same answer for ever");
	const again = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	expectRefusal(await ask(ecosystem, again, token), "ruling-taken");
	assert.equal(await balance(ecosystem, alice), 100n);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("of what was spent its owner is shown its own link, at any time, and refunded nothing", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const release = ecosystem.world.random();
	const { paid: locked } = await pay(ecosystem.world, token, alice, bob, 60n, { release, released: false });
	const statement = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	expectRefusal(await ask(ecosystem, statement, token), "ruling-early");
	await redeem(ecosystem, bob, expectValue(releaseToken(locked, release)));
	for (const wait of [0, due]) {
		ecosystem.clock.now += wait;
		const consumed = consumedIn(expectValue(await ask(ecosystem, statement, token)));
		const shown = expectValue(verifyConsumed(consumed, ecosystem.world.trust));
		assert.deepEqual([shown.input, shown.owner.hash], [token.outputId, alice.certificate.hash]);
		assert.deepEqual(shown.link.lock?.hash, lockHash(release));
		const unsigned = { ...consumed, link: { ...consumed.link, signature: new Uint8Array(64) } };
		expectRefusal(verifyConsumed(unsigned, ecosystem.world.trust), "not-evidence");
		const unreleased = { ...consumed, link: { ...consumed.link, release: null } };
		expectRefusal(verifyConsumed(unreleased, ecosystem.world.trust), "not-evidence");
	}
	assert.equal(await balance(ecosystem, alice), 0n);
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { redeemed: 60n });
});

test("nobody but the owner is told or refunded anything, and of that output alone", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const [other] = await withdrawTo(ecosystem, alice, 50n);
	const { world } = ecosystem;
	const release = world.random();
	const { paid: locked } = await pay(world, token, alice, bob, 60n, { release, released: false });
	const { paid } = await pay(world, token, alice, bob, 60n);
	ecosystem.clock.now += due;
	const by = async (holder: Holder, says: Saying, shown: VerifiedToken) =>
		ask(ecosystem, await stated(ecosystem, holder.signer, holder, says), shown);
	expectRefusal(await by(bob, unclaimed(bob, token), token), "owner-mismatch");
	expectRefusal(await by(alice, unclaimed(alice, other as VerifiedToken), token), "order-mismatch");
	expectRefusal(await by(alice, unclaimed(alice, token), paid), "order-mismatch");
	expectRefusal(await by(bob, unclaimed(bob, locked), locked), "lock-pending");
	const twice = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	expectRefusal(await ask(ecosystem, twice, token, token), "malformed");
	await assertBalanced(ecosystem, { refunded: 0n });
});

test("what a payee shows counts against its payer from then on: one value comes back once", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const { paid } = await pay(ecosystem.world, token, alice, bob, 100n);
	const bobs = await stated(ecosystem, bob.signer, bob, unclaimed(bob, paid));
	expectRefusal(await ask(ecosystem, bobs, paid), "ruling-early");
	ecosystem.clock.now += due;
	const alices = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	consumedIn(expectValue(await ask(ecosystem, alices, token)));
	assert.deepEqual(resultsOf(expectValue(await ask(ecosystem, bobs, paid))), [
		{ kind: "paid", amount: 100n },
	]);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("a payee that asks first after its payer was refunded gets nothing more, and accuses nobody", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const { paid } = await pay(ecosystem.world, token, alice, bob, 100n);
	ecosystem.clock.now += due;
	const alices = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	resultsOf(expectValue(await ask(ecosystem, alices, token)));
	const bobs = await stated(ecosystem, bob.signer, bob, unclaimed(bob, paid));
	expectRefusal(await ask(ecosystem, bobs, paid), "ruling-taken");
	assert.deepEqual(await cases(ecosystem), []);
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});

test("it is no evidence, with whatever link on the output", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const { paid } = await pay(ecosystem.world, token, alice, bob, 60n);
	await redeem(ecosystem, bob, paid);
	const statement = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	const consumed = consumedIn(expectValue(await ask(ecosystem, statement, token)));
	const evidence = deniedEvidenceFrom({ consumed, statement }, consumed);
	expectRefusal(verifyEvidence(evidence, ecosystem.world.trust), "not-evidence");
});

test("what a fork deprived is drawn from the reserve, as in a claim", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const carol = await enrolHolder(ecosystem);
	const { paid: bobs } = await pay(ecosystem.world, token, alice, bob, 100n);
	const { paid: carols } = await pay(ecosystem.world, token, alice, carol, 100n);
	await redeem(ecosystem, carol, carols);
	ecosystem.clock.now += due;
	const statement = await stated(ecosystem, bob.signer, bob, unclaimed(bob, bobs));
	const [result] = resultsOf(expectValue(await ask(ecosystem, statement, bobs)));
	assert.equal(result?.kind === "forked" && result.drawn, 100n);
	assert.deepEqual(await cases(ecosystem), ["fork"]);
});

test("what no account may take comes in fresh tokens to the fallback owner", async () => {
	const ecosystem = await createEcosystem({
		conditions: [
			{
				kind: "payees",
				classes: ["shop"],
				merchantCategories: null,
				regions: null,
				operators: null,
				certificates: null,
			},
		],
	});
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	const anew = await enrolHolder(ecosystem);
	const fallback = ownerHash(anew.certificate.hash, null, ecosystem.world.random());
	ecosystem.clock.now += due;
	const { outputId: output } = token as VerifiedToken;
	const says = { kind: "unclaimed", output, account: anew.certificate.hash, fallback } as const;
	const reply = replyIn(
		expectValue(
			await ask(ecosystem, await stated(ecosystem, alice.signer, alice, says), token as VerifiedToken),
		),
	);
	assert.deepEqual(reply.results, [{ kind: "refreshed", amount: 100n }]);
	assert.ok(equalBytes(reply.issues[0]?.proof.issue.owner as Bytes, fallback));
});

test("after its last day nothing is told, written or paid", async () => {
	const { ecosystem, alice, bob, token } = await town();
	const { paid } = await pay(ecosystem.world, token, alice, bob, 100n);
	ecosystem.clock.now += refundsEnd - 1;
	const payers = await stated(ecosystem, alice.signer, alice, unclaimed(alice, token));
	const payees = await stated(ecosystem, bob.signer, bob, unclaimed(bob, paid));
	ecosystem.clock.now += 1;
	expectRefusal(await ask(ecosystem, payees, paid), "refund-closed");
	expectRefusal(await ask(ecosystem, payers, token), "refund-closed");
	ecosystem.clock.now -= 1;
	resultsOf(expectValue(await ask(ecosystem, payers, token)));
	await assertBalanced(ecosystem, { refunded: 100n, outstanding: 0n });
});
