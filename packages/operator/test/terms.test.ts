/** Terms survive the operator: a refresh keeps them, an account is credited only where they allow. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Caveat,
	type Condition,
	holdingOf,
	mayCredit,
	ownOutput,
	type VerifiedToken,
} from "@tenten/protocol";
import { day, type Holder, pay } from "../../module/test/support/world.ts";
import { assertBalanced } from "./support/balanced.ts";
import {
	claimed,
	createEcosystem,
	type Ecosystem,
	enrolHolder,
	kinds,
	makeClaim,
	openIssue,
	redeem,
	withdrawTo,
} from "./support/ecosystem.ts";

const filter = { merchantCategories: null, regions: null, operators: null, certificates: null };
const booksOnly: Condition = { kind: "payees", classes: ["bookshop"], ...filter };

async function refreshed(ecosystem: Ecosystem, holder: Holder, ...tokens: readonly VerifiedToken[]) {
	const total = tokens.reduce((sum, { amount }) => sum + amount, 0n);
	const request = ecosystem.world.random();
	const outputs = [ownOutput(total, holder.certificate, request)];
	const claim = await makeClaim(ecosystem, holder, tokens, { kind: "refresh", outputs });
	const reply = await claimed(ecosystem, claim);
	const owner = { certificate: holder.certificate, purpose: null, request };
	return { reply, issues: reply.issues.map(({ proof }) => proof), owner };
}

test("a refresh copies conditions and caveats, and takes the asset's new windows", async () => {
	const conditions: readonly Condition[] = [
		{ kind: "hopLimit", hops: 5 },
		{ kind: "transferCap", amount: 500n },
	];
	const ecosystem = await createEcosystem({ conditions });
	const [parent, child] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, parent, 100n);
	assert.ok(token);
	const caveats: readonly Caveat[] = [{ condition: booksOnly, liftedBy: "bookshop" }];
	const { paid } = await pay(ecosystem.world, token, parent, child, 100n, { caveats });
	ecosystem.clock.now += 3 * day;
	const { issues, owner } = await refreshed(ecosystem, child, paid);
	const [issue] = issues.map((proof) => proof.issue);
	assert.deepEqual(issue?.conditions, conditions);
	assert.deepEqual(issue?.caveats, caveats);
	assert.equal(issue?.hopsUsed, 1);
	assert.equal(issue?.spendUntil, ecosystem.clock.now + 7 * day);
	assert.equal(issue?.redeemUntil, ecosystem.clock.now + 30 * day);
	const fresh = openIssue(ecosystem, issues[0] as never, owner);
	assert.deepEqual(fresh.rules, paid.rules);
});

test("a merge carries the largest count of hops; keeping it is no hop, handing it to another owner is one", async () => {
	const ecosystem = await createEcosystem();
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [one, two] = await withdrawTo(ecosystem, alice, 10n, 20n);
	assert.ok(one && two);
	const { paid } = await pay(ecosystem.world, one, alice, bob, 10n);
	const { paid: once } = await pay(ecosystem.world, two, alice, bob, 20n);
	const { paid: back } = await pay(ecosystem.world, once, bob, alice, 20n);
	const { paid: again } = await pay(ecosystem.world, back, alice, bob, 20n);
	const { issues } = await refreshed(ecosystem, bob, paid, again);
	assert.deepEqual(
		issues.map(({ issue }) => [issue.amount, issue.hopsUsed]),
		[[30n, 3]],
	);
});

test("tokens under other terms are not merged: they go to the fallback owner by themselves", async () => {
	const ecosystem = await createEcosystem();
	const [alice, bob] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [one, two] = await withdrawTo(ecosystem, alice, 10n, 20n);
	assert.ok(one && two);
	const caveats = [{ condition: booksOnly, liftedBy: null }];
	const { paid: free } = await pay(ecosystem.world, one, alice, bob, 10n);
	const { paid: bound } = await pay(ecosystem.world, two, alice, bob, 20n, { caveats });
	const { reply } = await refreshed(ecosystem, bob, free, bound);
	assert.deepEqual(
		reply.issues.map(({ output, proof: { issue } }) => [output, issue.amount, issue.caveats.length]),
		[
			[0, 10n, 0],
			[null, 20n, 1],
		],
	);
	await assertBalanced(ecosystem, { outstanding: 30n });
});

test("pocket money for books: the child cannot turn it into money on its account, the bookshop can", async () => {
	const ecosystem = await createEcosystem();
	const [parent, child] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const shop = await enrolHolder(ecosystem, { role: "merchant", class: "bookshop" });
	const [token] = await withdrawTo(ecosystem, parent, 100n);
	assert.ok(token);
	const caveats = [{ condition: booksOnly, liftedBy: null }];
	const { paid } = await pay(ecosystem.world, token, parent, child, 100n, { caveats });
	const { paid: sold, change } = await pay(ecosystem.world, paid, child, shop, 60n);
	assert.ok(change);
	assert.deepEqual(kinds(await redeem(ecosystem, child, change)), ["refreshed"]);
	assert.deepEqual(kinds(await redeem(ecosystem, shop, sold)), ["paid"]);
	await assertBalanced(ecosystem, { held: 60n, outstanding: 40n });
});

test("a purpose counts where its holder received the value for it", async () => {
	const ecosystem = await createEcosystem({ conditions: [{ kind: "purpose", purposes: ["books"] }] });
	const [alice, shop] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem, { class: "shop" })];
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	assert.ok(token);
	const { paid, change } = await pay(ecosystem.world, token, alice, shop, 4n, { purpose: "books" });
	assert.ok(change);
	assert.deepEqual(kinds(await redeem(ecosystem, shop, paid)), ["paid"]);
	assert.deepEqual(kinds(await redeem(ecosystem, alice, change)), ["refreshed"]);
});

test("a hop limit holds back no account: redeeming is no hop", async () => {
	const ecosystem = await createEcosystem({ conditions: [{ kind: "hopLimit", hops: 1 }] });
	const [alice, shop] = [await enrolHolder(ecosystem), await enrolHolder(ecosystem)];
	const [token] = await withdrawTo(ecosystem, alice, 10n);
	assert.ok(token);
	const { paid } = await pay(ecosystem.world, token, alice, shop, 10n);
	assert.deepEqual(kinds(await redeem(ecosystem, shop, paid)), ["paid"]);
});

test("what is refunded at expiry is credited after it; what burns is paid to nobody, once", async () => {
	for (const atExpiry of ["refund", "burn"] as const) {
		const time = 1_800_000_000 + day;
		const ecosystem = await createEcosystem({ conditions: [{ kind: "expires", time, atExpiry }] });
		const alice = await enrolHolder(ecosystem);
		const [token] = await withdrawTo(ecosystem, alice, 10n);
		assert.ok(token);
		ecosystem.clock.now = time;
		const action = { kind: "account", account: alice.certificate.hash } as const;
		const claim = await makeClaim(ecosystem, alice, [token], action);
		const expected =
			atExpiry === "refund"
				? [{ kind: "paid", amount: 10n }]
				: [{ kind: "refused", code: "condition-expired", transient: false }];
		assert.deepEqual((await claimed(ecosystem, claim)).results, expected);
		assert.deepEqual((await claimed(ecosystem, claim)).results, expected);
		await assertBalanced(ecosystem, { burned: atExpiry === "burn" ? 10n : 0n, outstanding: 0n });
	}
});

test("the wallet can ask before it redeems what the operator will decide", async () => {
	const ecosystem = await createEcosystem({ conditions: [booksOnly, { kind: "transferCap", amount: 50n }] });
	const person = await enrolHolder(ecosystem);
	const shop = await enrolHolder(ecosystem, { class: "bookshop" });
	const [small, large] = await withdrawTo(ecosystem, shop, 50n, 51n);
	assert.ok(small && large);
	const { now } = ecosystem.clock;
	assert.equal(mayCredit(holdingOf(small), shop.certificate, now), true);
	assert.equal(mayCredit(holdingOf(small), person.certificate, now), false);
	assert.equal(mayCredit(holdingOf(large), shop.certificate, now), false);
	assert.deepEqual(kinds(await redeem(ecosystem, shop, small, large)), ["paid", "refreshed"]);
});
