/** Netting: nobody is left with more or less than by all debts, and the order of what comes in says nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Debt, netBilaterally, netMultilaterally, positionsOf, toHex } from "@tenten/protocol";
import fc from "fast-check";
import { codeOf, id, must } from "../crossing/support/sides.ts";

const [yen, kwh] = [id(0xa0), id(0xa1)];
const debt = (from: number, to: number, amount: bigint, asset = yen): Debt => ({
	from: id(from),
	to: id(to),
	asset,
	amount,
});

const debts: fc.Arbitrary<readonly Debt[]> = fc.array(
	fc
		.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 6 }), fc.bigInt(1n, 40n), fc.boolean())
		.map(([from, step, amount, isYen]) => debt(from, ((from - 1 + step) % 7) + 1, amount, isYen ? yen : kwh)),
	{ maxLength: 40 },
);

/** Added up party by party, with no thought of netting. */
function naive(all: readonly Debt[]): Record<string, bigint> {
	const sums: Record<string, bigint> = {};
	for (const party of [1, 2, 3, 4, 5, 6, 7].map(id))
		for (const asset of [yen, kwh]) {
			const own = all.filter((each) => toHex(each.asset) === toHex(asset));
			let sum = 0n;
			for (const each of own) if (toHex(each.to) === toHex(party)) sum += each.amount;
			for (const each of own) if (toHex(each.from) === toHex(party)) sum -= each.amount;
			if (sum !== 0n) sums[`${toHex(asset)} ${toHex(party)}`] = sum;
		}
	return sums;
}

/** Between two alone. */
function naivePairs(all: readonly Debt[]): Record<string, bigint> {
	const sums: Record<string, bigint> = {};
	for (const [from, to, asset] of [1, 2, 3, 4, 5, 6, 7].flatMap((a) =>
		[1, 2, 3, 4, 5, 6, 7].flatMap((b) => [yen, kwh].map((asset) => [id(a), id(b), asset] as const)),
	)) {
		const sum = (one: Uint8Array, other: Uint8Array): bigint =>
			all
				.filter(
					(each) =>
						[each.from, each.to, each.asset].map(toHex).join() === [one, other, asset].map(toHex).join(),
				)
				.reduce((total, each) => total + each.amount, 0n);
		const net = sum(from, to) - sum(to, from);
		if (net > 0n) sums[[from, to, asset].map(toHex).join()] = net;
	}
	return sums;
}

test("what each is owed in all is the same after netting, as a naive sum has it", () => {
	fc.assert(
		fc.property(debts, (all) => {
			const meant = naive(all);
			assert.deepEqual(naive(must(netBilaterally(all))), meant);
			assert.deepEqual(naive(must(netMultilaterally(all))), meant);
			const positions = must(positionsOf(all));
			assert.deepEqual(
				Object.fromEntries(
					positions.map(({ asset, party, net }) => [`${toHex(asset)} ${toHex(party)}`, net]),
				),
				meant,
			);
			assert.equal(
				positions.reduce((sum, { net }) => sum + net, 0n),
				0n,
			);
		}),
		{ numRuns: 200, seed: 1 },
	);
});

test("two owe each other one debt of an asset at most, and all together pay fewer times than they are", () => {
	fc.assert(
		fc.property(debts, (all) => {
			const pairs = must(netBilaterally(all));
			assert.deepEqual(
				Object.fromEntries(
					pairs.map(({ from, to, asset, amount }) => [[from, to, asset].map(toHex).join(), amount]),
				),
				naivePairs(all),
			);
			for (const asset of [yen, kwh]) {
				const isOf = (each: { readonly asset: Uint8Array }) => toHex(each.asset) === toHex(asset);
				const parties = must(positionsOf(all)).filter(isOf).length;
				const payments = must(netMultilaterally(all)).filter(isOf).length;
				assert.ok(payments < Math.max(parties, 1), `${payments} payments of ${parties}`);
			}
		}),
		{ numRuns: 60, seed: 2 },
	);
});

test("the order of debts changes nothing", () => {
	fc.assert(
		fc.property(debts, fc.integer(), (all, turn) => {
			const mixed = all.toSorted(
				(a, b) => ((Number(a.amount) * 31 + turn) % 17) - ((Number(b.amount) * 31 + turn) % 17),
			);
			assert.deepEqual(netBilaterally(mixed), netBilaterally(all));
			assert.deepEqual(netMultilaterally(mixed), netMultilaterally(all));
		}),
		{ numRuns: 100, seed: 3 },
	);
});

test("a circle of equal debts ends without a payment, and who owes most pays who is owed most", () => {
	assert.deepEqual(netMultilaterally([debt(1, 2, 5n), debt(2, 3, 5n), debt(3, 1, 5n)]), []);
	assert.deepEqual(netMultilaterally([debt(1, 3, 5n), debt(2, 3, 9n), debt(2, 4, 1n)]), [
		debt(1, 3, 4n),
		debt(1, 4, 1n),
		debt(2, 3, 10n),
	]);
});

test("a debt of oneself, of nothing, and beyond what an amount can be are refused", () => {
	for (const net of [netBilaterally, netMultilaterally, positionsOf]) {
		assert.equal(codeOf(net([debt(1, 1, 5n)])), "malformed");
		assert.equal(codeOf(net([debt(1, 2, 0n)])), "amount-invalid");
		assert.equal(codeOf(net([debt(1, 2, -1n)])), "amount-invalid");
		assert.equal(codeOf(net([debt(1, 2, 2n ** 63n - 1n), debt(3, 4, 1n)])), "amount-invalid");
		assert.equal(codeOf(net([debt(1, 2, 2n ** 63n - 1n)])), "accepted");
	}
});
