/** What accepted tokens of one order become: every minor unit in exactly one credit or issue, under its own terms. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type NewOutput,
	ownerHash,
	type Plan,
	planPayout,
	type Share,
	type Terms,
	termsKey,
} from "@tenten/protocol";
import fc from "fast-check";
import { bytesOf } from "../handover/support/ecosystem.ts";
import { alice, bob, orderOf, owned } from "./support/redeeming.ts";

const free: Terms = { conditions: [], caveats: [] };
const capped: Terms = { conditions: [{ kind: "transferCap", amount: 5n }], caveats: [] };

function share(amount: bigint, change: Partial<Share> = {}): Share {
	return {
		output: bytesOf("output", `${amount}`),
		amount,
		hops: 3,
		terms: free,
		owner: bytesOf("former owner"),
		redeemer: alice.hash,
		creditable: true,
		drawn: false,
		...change,
	};
}

const own: NewOutput = {
	amount: 30n,
	owner: ownerHash(alice.hash, null, bytesOf("own")),
	ownRequest: bytesOf("own"),
};
const bobs: NewOutput = { amount: 20n, owner: owned(bob, "bob's").hash, ownRequest: null };
const fallback = bytesOf("fallback");

function refresh(
	shares: readonly Share[],
	outputs = [own, bobs],
	served = false,
	to: Uint8Array | null = fallback,
): Plan {
	const order = orderOf({ kind: "refresh", outputs }, { fallback: to });
	return planPayout(order, alice.hash, shares, served);
}

function issues({ credited, issues: planned }: Plan): readonly unknown[] {
	assert.deepEqual(credited, []);
	return planned.map(({ output, amount, hopsUsed }) => [output, amount, hopsUsed]);
}

test("to an account: what its terms allow is credited, the rest is refreshed to the fallback owner", () => {
	const [yes, no] = [share(10n), share(20n, { creditable: false, terms: capped })];
	const account = { kind: "account", account: alice.hash } as const;
	const to = (target: Uint8Array | null): Plan =>
		planPayout(orderOf(account, { fallback: target }), alice.hash, [yes, no], false);
	assert.deepEqual(to(fallback), {
		credited: [yes],
		issues: [{ output: null, amount: 20n, owner: fallback, hopsUsed: 3, terms: capped }],
	});
	// Who had the token keeps its count of hops: nothing changed hands.
	assert.deepEqual(to(null).issues, [
		{ output: null, amount: 20n, owner: no.owner, hopsUsed: 2, terms: capped },
	]);
});

test("owners are served in order, a shortfall falls on the last, and what is left goes to the fallback", () => {
	assert.deepEqual(issues(refresh([share(40n), share(10n)])), [
		[0, 30n, 2],
		[1, 20n, 3],
	]);
	assert.deepEqual(issues(refresh([share(35n)])), [
		[0, 30n, 2],
		[1, 5n, 3],
	]);
	assert.deepEqual(issues(refresh([share(30n)])), [[0, 30n, 2]]);
	assert.deepEqual(issues(refresh([share(60n)])), [
		[0, 30n, 2],
		[1, 20n, 3],
		[null, 10n, 3],
	]);
	const [first, , left] = refresh([share(60n)]).issues;
	assert.deepEqual([first?.owner, left?.owner], [own.owner, fallback]);
});

test("what is left over stays with who redeemed it where no fallback is named, without a hop", () => {
	const [, , left] = refresh([share(60n)], [own, bobs], false, null).issues;
	assert.deepEqual(left, {
		output: null,
		amount: 10n,
		owner: bytesOf("former owner"),
		hopsUsed: 2,
		terms: free,
	});
	const others = share(60n, { redeemer: bob.hash, hops: 5 });
	const [, , mixed] = refresh([share(1n), others], [own, bobs], false, null).issues;
	assert.equal(mixed?.hopsUsed, 5);
});

test("a merge counts the most hops of all; only what its owner redeemed itself comes back without one", () => {
	const older = share(25n, { hops: 7 });
	assert.deepEqual(issues(refresh([share(25n), older])), [
		[0, 30n, 6],
		[1, 20n, 7],
	]);
	const byBob = share(25n, { hops: 3, redeemer: bob.hash });
	assert.deepEqual(issues(refresh([share(25n), byBob])), [
		[0, 30n, 3],
		[1, 20n, 3],
	]);
	const claimed: NewOutput = { ...own, owner: owned(bob, "not own").hash };
	assert.deepEqual(issues(refresh([share(30n)], [claimed])), [[0, 30n, 3]]);
});

test("tokens under other terms are never merged: each goes to the fallback under its own", () => {
	const plan = refresh([share(50n), share(7n, { terms: capped }), share(9n, { terms: capped })]);
	assert.deepEqual(issues(plan), [
		[0, 30n, 2],
		[1, 20n, 3],
		[null, 7n, 3],
		[null, 9n, 3],
	]);
	assert.deepEqual(plan.issues[2]?.terms, capped);
	assert.notDeepEqual(termsKey(free), termsKey(capped));
});

test("a draw on the reserve is never merged, and never sets the terms", () => {
	const drawn = share(50n, { drawn: true, terms: capped });
	const plan = refresh([drawn, share(50n)]);
	assert.deepEqual(issues(plan), [
		[0, 30n, 2],
		[1, 20n, 3],
		[null, 50n, 3],
	]);
	assert.deepEqual(plan.issues[0]?.terms, free);
	assert.deepEqual(issues(refresh([drawn])), [[null, 50n, 3]]);
	assert.deepEqual(issues(refresh([share(50n, { drawn: true }), share(50n)])).length, 3);
});

test("what comes after an order was served goes to the fallback", () => {
	assert.deepEqual(issues(refresh([share(50n), share(5n, { drawn: true })], [own, bobs], true)), [
		[null, 50n, 3],
		[null, 5n, 3],
	]);
});

test("whatever is shared, no unit is lost and none is made", () => {
	const anyShare = fc
		.record({
			amount: fc.bigInt({ min: 1n, max: 60n }),
			hops: fc.integer({ min: 1, max: 9 }),
			creditable: fc.boolean(),
			drawn: fc.boolean(),
			redeemer: fc.constantFrom(alice.hash, bob.hash),
			terms: fc.constantFrom(free, capped),
		})
		.map(({ amount, ...change }) => share(amount, change));
	const amounts = fc.array(fc.bigInt({ min: 1n, max: 60n }), { minLength: 1, maxLength: 4 });
	fc.assert(
		fc.property(fc.array(anyShare), amounts, fc.boolean(), fc.boolean(), (shares, wanted, served, named) => {
			const outputs = wanted.map((amount) => ({ ...bobs, amount }));
			const account = { kind: "account", account: alice.hash } as const;
			for (const action of [account, { kind: "refresh", outputs } as const]) {
				const order = orderOf(action, { fallback: named ? fallback : null });
				const plan = planPayout(order, alice.hash, shares, served);
				const sum = (parts: readonly { readonly amount: bigint }[]): bigint =>
					parts.reduce((total, { amount }) => total + amount, 0n);
				assert.equal(sum(plan.credited) + sum(plan.issues), sum(shares));
				assert.ok(plan.issues.every(({ amount }) => amount > 0n));
			}
		}),
	);
});
