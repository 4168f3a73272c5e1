/** A fork is proven, names its culprit, and is paid from the reserve: once an output, and up to a limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reply, Trust, type VerifiedToken, verifyEvidence, verifyTrustList } from "@tenten/protocol";
import { expectValue, type Holder, pay, verify } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	claimed,
	createEcosystem,
	type Ecosystem,
	type EcosystemOptions,
	enrolHolder,
	freshOwner,
	kinds,
	makeClaim,
	openIssue,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";

type Cast = {
	readonly ecosystem: Ecosystem;
	readonly mallory: Holder;
	readonly alice: Holder;
	readonly bob: Holder;
	/** owned by Mallory */
	readonly token: VerifiedToken;
};

async function cast(
	amount = 100n,
	offlineTotal = 1_000n,
	claims: EcosystemOptions["claims"] = "together",
): Promise<Cast> {
	const ecosystem = await createEcosystem({ offlineTotal, claims });
	const [mallory, alice, bob] = [
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
		await enrolHolder(ecosystem),
	];
	const [token] = await withdrawTo(ecosystem, mallory, amount);
	assert.ok(token);
	return { ecosystem, mallory, alice, bob, token };
}

function convicted({ world }: Ecosystem, reply: Reply, culprit: Holder): bigint {
	const [result] = reply.results;
	assert.equal(result?.kind, "forked");
	const conviction = expectValue(verifyEvidence(result.evidence, world.trust));
	assert.deepEqual(conviction.culprit.hash, culprit.certificate.hash);
	return result.drawn;
}

test("paid twice by its owner: the first claim is paid, the second draws on the reserve", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const { paid: toAlice } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid: toBob } = await pay(ecosystem.world, token, mallory, bob, 100n);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, toAlice)), ["paid"]);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, bob, toBob), mallory), 100n);
	assert.equal(await balance(ecosystem, bob), 100n);
	await assertBalanced(ecosystem, { redeemed: 100n, outstanding: 0n, drawn: 100n, debts: 100n });
});

test("redeemed by its owner and then spent: a fork like any other", async () => {
	const { ecosystem, mallory, alice, token } = await cast();
	const { paid } = await pay(ecosystem.world, token, mallory, alice, 60n);
	assert.deepEqual(kinds(await redeem(ecosystem, mallory, token)), ["paid"]);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, alice, paid), mallory), 60n);
	await assertBalanced(ecosystem, { drawn: 60n });
});

test("spent by its owner and then redeemed: the culprit itself draws nothing", async () => {
	const { ecosystem, mallory, alice, token } = await cast();
	const { paid } = await pay(ecosystem.world, token, mallory, alice, 100n);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, paid)), ["paid"]);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, mallory, token), mallory), 0n);
	assert.equal(await balance(ecosystem, mallory), 0n);
	await assertBalanced(ecosystem, { drawn: 0n, debts: 0n });
});

test("the culprit draws nothing behind another certificate's back either", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const { paid: toAlice } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid: toBob } = await pay(ecosystem.world, token, mallory, bob, 100n);
	await redeem(ecosystem, alice, toAlice);
	const action = { kind: "account", account: mallory.certificate.hash } as const;
	const reply = await claimed(ecosystem, await makeClaim(ecosystem, bob, [toBob], action));
	assert.equal(convicted(ecosystem, reply, mallory), 0n);
	await assertBalanced(ecosystem, { drawn: 0n });
});

test("a fork deep in the path convicts whoever made it, not those who passed it on", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const first = await pay(ecosystem.world, token, mallory, alice, 100n);
	const second = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid: toBob } = await pay(ecosystem.world, second.paid, alice, bob, 100n);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, first.paid)), ["paid"]);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, bob, toBob), mallory), 100n);
});

test("each output of the losing branch draws once, however it is claimed", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const { paid: winner } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const loser = await pay(ecosystem.world, token, mallory, bob, 100n);
	const split = await pay(ecosystem.world, loser.paid, bob, alice, 30n);
	assert.ok(split.change);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, winner)), ["paid"]);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, alice, split.paid), mallory), 30n);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, bob, split.change), mallory), 70n);
	// Bob redeems what he had paid away: now he is the culprit of the last fork, and draws nothing.
	assert.equal(convicted(ecosystem, await redeem(ecosystem, bob, loser.paid), bob), 0n);
	await assertBalanced(ecosystem, { drawn: 100n, debts: 100n });
});

test("a fork within the losing branch is its own culprit's debt", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const carol = await enrolHolder(ecosystem);
	const { paid: winner } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid: toBob } = await pay(ecosystem.world, token, mallory, bob, 100n);
	const { paid: bobToAlice } = await pay(ecosystem.world, toBob, bob, alice, 100n);
	const { paid: bobToCarol } = await pay(ecosystem.world, toBob, bob, carol, 100n);
	await redeem(ecosystem, alice, winner);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, alice, bobToAlice), mallory), 100n);
	assert.equal(convicted(ecosystem, await redeem(ecosystem, carol, bobToCarol), bob), 100n);
	await assertBalanced(ecosystem, { drawn: 200n, debts: 200n });
});

test("under one culprit the reserve pays up to its limit, then only proves", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast(100n, 250n);
	const { paid: winner } = await pay(ecosystem.world, token, mallory, alice, 100n);
	await redeem(ecosystem, alice, winner);
	const drawn: bigint[] = [];
	for (let i = 0; i < 4; i++) {
		const { paid } = await pay(ecosystem.world, token, mallory, bob, 100n);
		drawn.push(convicted(ecosystem, await redeem(ecosystem, bob, paid), mallory));
	}
	assert.deepEqual(drawn, [100n, 100n, 50n, 0n]);
	await assertBalanced(ecosystem, { drawn: 250n, debts: 250n, redeemed: 100n });
});

/** A token that was redeemed once, and so many more branches of it, all Bob's. */
async function losingBranches(play: Cast, count: number): Promise<readonly VerifiedToken[]> {
	const { ecosystem, mallory, alice, bob, token } = play;
	const { paid: winner } = await pay(ecosystem.world, token, mallory, alice, 100n);
	await redeem(ecosystem, alice, winner);
	const branches: VerifiedToken[] = [];
	for (let i = 0; i < count; i++) branches.push((await pay(ecosystem.world, token, mallory, bob, 100n)).paid);
	return branches;
}

test("of forks claimed in one order the reserve pays up to the culprit's limit all the same", async () => {
	const play = await cast(100n, 250n);
	const { ecosystem, bob } = play;
	const { results } = await redeem(ecosystem, bob, ...(await losingBranches(play, 4)));
	assert.deepEqual(
		results.map((result) => (result.kind === "forked" ? result.drawn : -1n)),
		[100n, 100n, 50n, 0n],
	);
	assert.equal(await balance(ecosystem, bob), 250n);
	await assertBalanced(ecosystem, { drawn: 250n, debts: 250n, redeemed: 100n });
});

for (const way of ["together", "alone"] as const)
	test(`of forks claimed in many orders at once the reserve pays up to the culprit's limit all the same; ${way}`, async () => {
		const play = await cast(100n, 250n, way);
		const { ecosystem, mallory, bob } = play;
		const action = { kind: "account", account: bob.certificate.hash } as const;
		const claims = [];
		for (const branch of await losingBranches(play, 6))
			claims.push(await makeClaim(ecosystem, bob, [branch], action));
		const replies = await Promise.all(claims.map((claim) => claimed(ecosystem, claim)));
		const drawn = replies.map((reply) => convicted(ecosystem, reply, mallory));
		assert.equal(
			drawn.reduce((sum, amount) => sum + amount, 0n),
			250n,
		);
		assert.equal(await balance(ecosystem, bob), 250n);
		await assertBalanced(ecosystem, { drawn: 250n, debts: 250n, redeemed: 100n });
	});

test("two outputs that one owner spent twice are two cases, each with evidence of its own", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const [other] = await withdrawTo(ecosystem, mallory, 70n);
	assert.ok(other);
	const proven: Uint8Array[] = [];
	for (const forked of [token, other]) {
		const { paid: winner } = await pay(ecosystem.world, forked, mallory, alice, forked.amount);
		const { paid: loser } = await pay(ecosystem.world, forked, mallory, bob, forked.amount);
		await redeem(ecosystem, alice, winner);
		const [result] = (await redeem(ecosystem, bob, loser)).results;
		assert.equal(result?.kind, "forked");
		const { input } = expectValue(verifyEvidence(result.evidence, ecosystem.world.trust));
		assert.deepEqual(input, forked.outputId);
		proven.push(result.evidence);
	}
	const cases = await ecosystem.operator.caseFiles(null);
	const kept = await Promise.all(cases.map(({ id }) => ecosystem.operator.evidence(id)));
	const inHex = (each: readonly (Uint8Array | undefined)[]) =>
		each.map((evidence) => Buffer.from(evidence ?? []).toString("hex")).toSorted();
	assert.deepEqual(inHex(kept), inHex(proven));
});

test("a reserve draw under a refresh goes to the fallback owner", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const { paid: winner } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid } = await pay(ecosystem.world, token, mallory, bob, 100n);
	await redeem(ecosystem, alice, winner);
	const fallback = freshOwner(ecosystem, bob);
	const outputs = [{ amount: 100n, owner: freshOwner(ecosystem, alice).hash, ownRequest: null }];
	const claim = await makeClaim(
		ecosystem,
		bob,
		[paid],
		{ kind: "refresh", outputs },
		{
			fallback: fallback.hash,
		},
	);
	const reply = await claimed(ecosystem, claim);
	assert.equal(convicted(ecosystem, reply, mallory), 100n);
	const fresh = openIssue(ecosystem, reply.issues[0]?.proof as never, fallback);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, fresh)), ["paid"]);
	await assertBalanced(ecosystem, { drawn: 100n, outstanding: 0n, issued: 200n });
});

test("two tokens of one claim that fork each other: one is paid, the other proven", async () => {
	const { ecosystem, mallory, alice, bob, token } = await cast();
	const { paid: one } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const { paid: two } = await pay(ecosystem.world, token, mallory, alice, 100n);
	const action = { kind: "account", account: bob.certificate.hash } as const;
	const reply = await claimed(ecosystem, await makeClaim(ecosystem, alice, [one, two], action));
	assert.deepEqual(kinds(reply).toSorted(), ["forked", "paid"]);
	assert.equal(await balance(ecosystem, bob), 200n);
	await assertBalanced(ecosystem, { drawn: 100n });
});

test("a culprit whom another operator certified costs no more than our own limit", async () => {
	for (const [offlineTotal, expected] of [
		[9_000n, 500n],
		[300n, 300n],
	] as const) {
		const ecosystem = await createEcosystem();
		const { operator, world, clock } = ecosystem;
		const elsewhere = await createEcosystem({ seed: "elsewhere", offlineTotal });
		operator.setPeers([elsewhere.operator.entry]);
		const context = { verify, pinnedSigner: operator.id, minimumVersion: 0, now: clock.now };
		const list = expectValue(verifyTrustList(await operator.trustList(), context));
		const here = { ...ecosystem, world: { ...world, now: clock.now, trust: new Trust(list, verify) } };
		const stranger = await enrolHolder(elsewhere);
		const [alice, bob] = [await enrolHolder(here), await enrolHolder(here)];
		const [token] = await withdrawTo(here, alice, 1_000n);
		assert.ok(token);
		const { paid } = await pay(here.world, token, alice, stranger, 1_000n);
		const { paid: winner } = await pay(here.world, paid, stranger, alice, 1_000n);
		const { paid: loser } = await pay(here.world, paid, stranger, bob, 1_000n);
		await redeem(here, alice, winner);
		assert.equal(convicted(here, await redeem(here, bob, loser), stranger), expected);
	}
});
