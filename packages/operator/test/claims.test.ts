/** A redemption pays once: to an account, in fresh tokens, under retries, in parallel and by parts. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ownOutput, parseReply } from "@tenten/protocol";
import { expectRefusal, expectValue, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	balance,
	claimed,
	createEcosystem,
	enrolHolder,
	freshOwner,
	kinds,
	makeClaim,
	openIssue,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";

test("a withdrawn token is paid on, and redeemed to the payee's account", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const bob = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 1_000n);
	assert.ok(token);
	const { paid, change } = await pay(ecosystem.world, token, alice, bob, 300n);
	assert.deepEqual((await redeem(ecosystem, bob, paid)).results, [{ kind: "paid", amount: 300n }]);
	assert.ok(change);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, change)), ["paid"]);
	assert.equal(await balance(ecosystem, bob), 300n);
	assert.equal(await balance(ecosystem, alice), 700n);
	await assertBalanced(ecosystem, { issued: 1_000n, redeemed: 1_000n, outstanding: 0n });
});

test("the same claim again gets the same bytes, and pays nothing more", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n, 20n, 30n);
	const action = { kind: "account", account: alice.certificate.hash } as const;
	const claim = await makeClaim(ecosystem, alice, tokens, action);
	const first = expectValue(await ecosystem.operator.claim(claim));
	assert.deepEqual(expectValue(await ecosystem.operator.claim(claim)), first);
	const parallel = await Promise.all(Array.from({ length: 20 }, () => ecosystem.operator.claim(claim)));
	for (const reply of parallel) assert.deepEqual(reply, first);
	assert.equal(await balance(ecosystem, alice), 60n);
	await assertBalanced(ecosystem, { issued: 60n, redeemed: 60n, outstanding: 0n });
});

for (const way of ["together", "alone"] as const)
	test(`the same claim many times at once is paid once, with the same bytes for all; ${way}`, async () => {
		const ecosystem = await createEcosystem({ claims: way });
		const alice = await enrolHolder(ecosystem);
		const tokens = await withdrawTo(ecosystem, alice, 10n, 20n);
		const action = { kind: "account", account: alice.certificate.hash } as const;
		const claim = await makeClaim(ecosystem, alice, tokens, action);
		const [first, ...others] = await Promise.all(
			Array.from({ length: 20 }, () => ecosystem.operator.claim(claim)),
		);
		for (const reply of others) assert.deepEqual(reply, first);
		assert.equal(await balance(ecosystem, alice), 30n);
		await assertBalanced(ecosystem, { issued: 30n, redeemed: 30n, outstanding: 0n });
	});

test("what was refreshed is not redeemed too: the second order is a fork by its owner", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 100n);
	assert.ok(token);
	const outputs = [ownOutput(40n, alice.certificate, ecosystem.world.random())];
	const refresh = { kind: "refresh", outputs } as const;
	const first = await makeClaim(ecosystem, alice, [token], refresh, { amount: 40n });
	assert.deepEqual(kinds(await claimed(ecosystem, first)), ["refreshed"]);
	const account = { kind: "account", account: alice.certificate.hash } as const;
	const second = await makeClaim(ecosystem, alice, [token], account, { amount: 40n });
	assert.deepEqual(kinds(await claimed(ecosystem, second)), ["forked"]);
	assert.equal(await balance(ecosystem, alice), 0n);
	await assertBalanced(ecosystem, { issued: 140n, redeemed: 40n, outstanding: 100n });
});

test("parallel claims of the same token under two orders pay one of them", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n);
	const action = { kind: "account", account: alice.certificate.hash } as const;
	const claims = await Promise.all(
		Array.from({ length: 8 }, () => makeClaim(ecosystem, alice, tokens, action)),
	);
	const replies = await Promise.all(claims.map((claim) => ecosystem.operator.claim(claim)));
	const outcomes = replies.flatMap((reply) => kinds(expectValue(parseReply(expectValue(reply)))));
	assert.deepEqual(outcomes.sort(), [...Array(7).fill("forked"), "paid"]);
	assert.equal(await balance(ecosystem, alice), 10n);
	await assertBalanced(ecosystem, { drawn: 0n });
});

test("a merge serves owners in order, and what is left over goes to the fallback", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const bob = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n, 20n, 30n);
	const [toBob, fallback] = [freshOwner(ecosystem, bob), freshOwner(ecosystem, alice)];
	const request = ecosystem.world.random();
	const outputs = [
		ownOutput(25n, alice.certificate, request),
		{ amount: 15n, owner: toBob.hash, ownRequest: null },
	];
	const action = { kind: "refresh", outputs } as const;
	const claim = await makeClaim(ecosystem, alice, tokens, action, { fallback: fallback.hash });
	const reply = await claimed(ecosystem, claim);
	assert.deepEqual(kinds(reply), ["refreshed", "refreshed", "refreshed"]);
	assert.deepEqual(
		reply.issues.map(({ output, proof }) => [output, proof.issue.amount, proof.issue.hopsUsed]),
		[
			[0, 25n, 0],
			[1, 15n, 1],
			[null, 20n, 1],
		],
	);
	const bobs = openIssue(ecosystem, reply.issues[1]?.proof as never, toBob);
	assert.deepEqual(kinds(await redeem(ecosystem, bob, bobs)), ["paid"]);
	await assertBalanced(ecosystem, { issued: 120n, redeemed: 75n, outstanding: 45n });
});

test("a shortfall falls on the last owner", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const bob = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n, 20n);
	const outputs = [15n, 10n, 10n, 10n].map((amount) => ({
		amount,
		owner: freshOwner(ecosystem, bob).hash,
		ownRequest: null,
	}));
	const reply = await claimed(
		ecosystem,
		await makeClaim(ecosystem, alice, tokens, { kind: "refresh", outputs }),
	);
	assert.deepEqual(
		reply.issues.map(({ output, proof }) => [output, proof.issue.amount]),
		[
			[0, 15n],
			[1, 10n],
			[2, 5n],
		],
	);
	await assertBalanced(ecosystem, { outstanding: 30n });
});

test("an order to an account that is not there is refreshed to the owner that the token had", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	assert.ok(token);
	const action = { kind: "account", account: ecosystem.world.random() } as const;
	const reply = await claimed(ecosystem, await makeClaim(ecosystem, alice, [token], action));
	assert.deepEqual(kinds(reply), ["refreshed"]);
	const fresh = openIssue(ecosystem, reply.issues[0]?.proof as never, token.owner);
	assert.equal(fresh.amount, 10n);
	assert.equal(fresh.hops, 0);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, fresh)), ["paid"]);
});

test("a part is redeemed, and the change goes on", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	assert.ok(token);
	const action = { kind: "account", account: alice.certificate.hash } as const;
	const claim = await makeClaim(ecosystem, alice, [token], action, { amount: 4n });
	assert.deepEqual((await claimed(ecosystem, claim)).results, [{ kind: "paid", amount: 4n }]);
	assert.equal(await balance(ecosystem, alice), 4n);
	await assertBalanced(ecosystem, { outstanding: 6n });
});

test("what is not redeemable is refused by itself, and holds up nothing else", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const [old] = await withdrawTo(ecosystem, alice, 10n);
	ecosystem.clock.now += 29 * 86_400;
	const [fresh] = await withdrawTo(ecosystem, alice, 5n);
	assert.ok(old && fresh);
	ecosystem.clock.now += 86_400;
	const reply = await redeem(ecosystem, alice, old, fresh);
	assert.deepEqual(reply.results, [
		{ kind: "refused", code: "redeem-closed", transient: false },
		{ kind: "paid", amount: 5n },
	]);
	await assertBalanced(ecosystem, { outstanding: 10n });
});

test("a claim whose order nobody with a token in it signed is refused whole", async () => {
	const ecosystem = await createEcosystem();
	const alice = await enrolHolder(ecosystem);
	const mallory = await enrolHolder(ecosystem);
	const tokens = await withdrawTo(ecosystem, alice, 10n);
	const action = { kind: "account", account: mallory.certificate.hash } as const;
	const claim = await makeClaim(ecosystem, alice, tokens, action, { signer: mallory });
	expectRefusal(await ecosystem.operator.claim(claim), "owner-mismatch");
	await assertBalanced(ecosystem, { outstanding: 10n });
});

test("bytes that are no claim are refused", async () => {
	const { operator } = await createEcosystem();
	expectRefusal(await operator.claim(new Uint8Array(0)), "malformed");
	expectRefusal(await operator.claim(new Uint8Array(70_000)), "too-large");
	expectRefusal(await operator.withdraw(Uint8Array.of(0x80)), "malformed");
	expectRefusal(await operator.enrol(Uint8Array.of(0x80)), "malformed");
	expectRefusal(await operator.rule(Uint8Array.of(0x80)), "malformed");
	expectRefusal(await operator.account(Uint8Array.of(0x80)), "malformed");
});
