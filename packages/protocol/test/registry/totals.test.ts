/** The books of an asset: sound ones break nothing, and every way to lose or make a unit is named. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenInvariants, type Recount, type Totals } from "@tenten/protocol";

const totals: Totals = {
	issued: 1_000n,
	redeemed: 300n,
	refunded: 50n,
	burned: 20n,
	outstanding: 630n,
	held: 410n,
	deposited: 1_030n,
	drawn: 30n,
	debts: 15n,
	repaid: 10n,
	chargedOff: 5n,
};
const recount: Recount = { issued: 1_000n, paid: 370n, waiting: 0n, overpaid: 0, lines: 0n };

test("books that add up break no invariant", () => {
	assert.deepEqual(brokenInvariants(totals, recount), []);
});

const issued = "issued = outstanding + redeemed + refunded + burned";
const counted = "issues add up to what was issued";
const paid = "payouts add up to what came back";
const held = "value in = value held";
const reserve = "the fork reserve is owed, repaid or charged off";

/** One unit more of each, and what no longer holds. */
const unsound: Readonly<Record<keyof Totals, readonly string[]>> = {
	issued: [issued, counted],
	redeemed: [issued, paid],
	refunded: [issued, paid],
	burned: [issued, held, paid],
	outstanding: [issued, held],
	held: [held],
	deposited: [held],
	drawn: [reserve, held],
	debts: [reserve],
	repaid: [reserve],
	chargedOff: [reserve],
};

for (const [name, broken] of Object.entries(unsound))
	test(`a unit too many, or too few, ${name} is seen`, () => {
		for (const by of [1n, -1n]) {
			const wrong = { ...totals, [name]: totals[name as keyof Totals] + by };
			assert.deepEqual(brokenInvariants(wrong, recount), broken);
		}
	});

test("what was taken of an issue and waits to be settled is no wrong", () => {
	assert.deepEqual(brokenInvariants(totals, { ...recount, paid: 375n, waiting: 5n }), []);
});

test("an amount below zero is seen, even where the sums hold", () => {
	const owed = { ...totals, debts: -1n, repaid: 31n, chargedOff: 0n };
	assert.deepEqual(brokenInvariants(owed, recount), ["nothing is negative"]);
});

test("rows that do not agree with the books are seen", () => {
	const broken = (change: Partial<Recount>) => brokenInvariants(totals, { ...recount, ...change });
	assert.deepEqual(broken({ lines: 1n }), ["every entry balances"]);
	assert.deepEqual(broken({ lines: -1n }), ["every entry balances"]);
	assert.deepEqual(broken({ issued: 999n }), [counted]);
	assert.deepEqual(broken({ paid: 371n }), [paid]);
	assert.deepEqual(broken({ waiting: 1n }), [paid]);
	assert.deepEqual(broken({ overpaid: 1 }), ["no issue paid more than it holds"]);
});
