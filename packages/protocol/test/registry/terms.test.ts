/** Terms: what a value stays bound by at its operator, and whether an account may hold it without them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Caveat,
	type Condition,
	type Holding,
	holdingOf,
	mayCredit,
	redeemedHolding,
	termsKey,
	termsOf,
} from "@tenten/protocol";
import { epoch, issueTo } from "../handover/support/ecosystem.ts";
import { alice, bob, pay, redeeming, toAccount } from "./support/redeeming.ts";

const cap = (amount: bigint, liftedBy: string | null = null): Caveat => ({
	condition: { kind: "transferCap", amount },
	liftedBy,
});

test("a refresh carries the issue's conditions, and of its caveats each once, in their order", () => {
	const conditions: readonly Condition[] = [{ kind: "hopLimit", hops: 9 }];
	const issued = issueTo(alice, 10n, "terms", { conditions, caveats: [cap(90n)] });
	const first = pay(issued, bob, "first", { caveats: [cap(80n), cap(90n)] });
	const second = pay(first, alice, "second", { caveats: [cap(80n), cap(80n, "shop"), cap(70n)] });
	assert.deepEqual(termsOf(second), {
		conditions,
		caveats: [cap(90n), cap(80n), cap(80n, "shop"), cap(70n)],
	});
	assert.deepEqual(termsOf(issued), { conditions, caveats: [cap(90n)] });
});

test("terms are equal where conditions and caveats are", () => {
	const terms = { conditions: [], caveats: [cap(1n)] };
	assert.deepEqual(termsKey(terms), termsKey({ ...terms }));
	assert.notDeepEqual(termsKey(terms), termsKey({ ...terms, caveats: [cap(2n)] }));
	assert.notDeepEqual(termsKey(terms), termsKey({ conditions: [cap(1n).condition], caveats: [] }));
});

test("a holding is what its owner has: how it came, under which purpose, after how many hops", () => {
	const issued = issueTo(alice, 10n, "holding");
	assert.equal(holdingOf(issued).received, null);
	const books = pay(issued, bob, "books", { purpose: "books" });
	const { rules, amount } = books;
	assert.deepEqual(holdingOf(books), { rules, amount, hops: 1, received: "payment", purpose: "books" });
	const changed = pay(books, bob, "to oneself");
	assert.deepEqual(holdingOf(changed), { rules, amount, hops: 1, received: "change", purpose: null });
	const food = pay(changed, alice, "food", { purpose: "food" });
	assert.deepEqual(holdingOf(food), { rules, amount, hops: 2, received: "payment", purpose: "food" });
});

test("what was redeemed is judged as its owner had it, before its redeeming link", () => {
	const order = toAccount(alice);
	const issued = issueTo(alice, 10n, "redeemed");
	const books = pay(issued, bob, "books", { purpose: "books" });
	const changed = pay(books, bob, "to oneself");
	const food = pay(changed, alice, "food", { purpose: "food" });
	for (const token of [issued, books, changed, food])
		assert.deepEqual(redeemedHolding(redeeming(token, order)), holdingOf(token));
});

const holding: Holding = { rules: [], amount: 10n, hops: 1, received: "payment", purpose: null };

function credited(conditions: readonly Condition[], change: Partial<Holding> = {}, now = epoch): boolean {
	const rules = conditions.map((condition) => ({ condition, liftedBy: null }));
	return mayCredit({ ...holding, rules, ...change }, alice, now);
}

test("an account takes what could be paid to its certificate", () => {
	assert.equal(credited([]), true);
	assert.equal(credited([{ kind: "transferCap", amount: 10n }]), true);
	assert.equal(credited([{ kind: "transferCap", amount: 9n }]), false);
	assert.equal(credited([{ kind: "hopLimit", hops: 1 }]), true);
	assert.equal(credited([{ kind: "hopLimit", hops: 0 }]), false);
	assert.equal(credited([{ kind: "notBefore", time: epoch + 1 }]), false);
});

test("an expiry that refunds holds nothing back; one that burns does, once it has come", () => {
	const expires = (atExpiry: "refund" | "burn"): readonly Condition[] => [
		{ kind: "expires", time: epoch, atExpiry },
	];
	assert.equal(credited(expires("refund")), true);
	assert.equal(credited(expires("burn")), false);
	assert.equal(credited(expires("burn"), {}, epoch - 1), true);
});

test("a purpose counts only where the value was paid under it", () => {
	const books: readonly Condition[] = [{ kind: "purpose", purposes: ["books"] }];
	assert.equal(credited(books, { purpose: "books" }), true);
	assert.equal(credited(books, { purpose: "food" }), false);
	for (const received of ["change", "return", null] as const)
		assert.equal(credited(books, { purpose: "books", received }), false);
});
