/** What a replay will do: no balance below zero, offline between windows, every unit accounted for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BadInput } from "../src/bad-input.ts";
import { estimate, splitEvenly } from "../src/replay/estimate.ts";
import { needs } from "../src/replay/need.ts";
import { Balances, type Plan, tokensFor } from "../src/replay/plan.ts";
import { planPeople } from "../src/replay/plan-people.ts";
import { planShop } from "../src/replay/plan-shop.ts";
import { Purse } from "../src/replay/purse.ts";
import type { RecordedPayment } from "../src/replay/recording.ts";
import { netOf, totalsOfPlan, totalsOfRecording } from "../src/replay/totals.ts";

const week_s = 7 * 86_400;
/** Monday 2010-12-06, 09:00 */
const monday = Date.UTC(2010, 11, 6, 9) / 1000;

function invoice(number: number, time: number, customer: string, signed: bigint): RecordedPayment {
	const isRefund = signed < 0n;
	return {
		line: number,
		time,
		payer: isRefund ? "shop" : customer,
		payee: isRefund ? customer : "shop",
		amount: isRefund ? -signed : signed,
		invoice: { number: `${number}`, isRefund, lines: 1 },
	};
}

function isTill(wallet: string): boolean {
	return wallet.startsWith("till ");
}

/** Walks the plan; a balance below zero throws. */
function balancesAfter({ steps }: Plan): Balances {
	const balances = new Balances();
	for (const step of steps) balances.apply(step);
	return balances;
}

test("need is the least balance that carries a wallet through, receipts counting at once", () => {
	const passages = [
		{ payer: "ann", payee: "shop", amount: 70n },
		{ payer: "shop", payee: "ann", amount: 50n },
		{ payer: "ann", payee: "shop", amount: 60n },
	];
	assert.deepEqual(
		[...needs(passages)],
		[
			["ann", { amount: 80n, payments: 2 }],
			["shop", { amount: 0n, payments: 1 }],
		],
	);
});

test("a customer tops up to the next £50 above its need, and only when it would lack", () => {
	const plan = planShop([invoice(4, monday, "ann", 5000n), invoice(8, monday + week_s, "ann", 4000n)], "f");
	const windows = plan.steps.filter((step) => step.kind === "window");
	assert.deepEqual(
		windows.map(({ tops }) => tops),
		[[{ wallet: "ann", amount: 10_000n, tokens: 1 }], [], []],
	);
	assert.deepEqual(
		windows.at(-1)?.redemptions.map(({ amount }) => amount),
		[1000n, 4000n],
	);
});

test("windows open on Sundays at three for an hour, also in weeks without trade", () => {
	const plan = planShop([invoice(1, monday, "ann", 1n), invoice(2, monday + 3 * week_s, "ann", 1n)], "f");
	const opened = plan.steps.filter((step) => step.kind === "window").map(({ opensAt }) => opensAt);
	assert.deepEqual(
		opened,
		[0, 1, 2, 3, 4].map((week) => Date.UTC(2010, 11, 5, 3) / 1000 + week * week_s),
	);
});

test("a payment inside a window, or out of order, is bad input", () => {
	const sunday = Date.UTC(2010, 11, 5, 3, 30) / 1000;
	assert.throws(() => planShop([invoice(1, sunday, "ann", 1n)], "f"), BadInput);
	assert.throws(
		() => planShop([invoice(1, monday, "ann", 1n), invoice(2, monday - 1, "ann", 1n)], "f"),
		BadInput,
	);
});

test("tills keep the coming week's refunds and redeem the rest; a till that lacks one is funded", () => {
	const bought = invoice(1, monday, "ann", 9000n);
	const refunded = invoice(2, monday + week_s, "ann", -9000n);
	const { steps } = planShop([bought, invoice(5, monday, "bob", 500n), refunded], "f");
	const second = steps.filter((step) => step.kind === "window")[1];
	assert.deepEqual(second?.redemptions, [{ wallet: "till 2", amount: 500n }]);
	assert.deepEqual(
		steps.filter((step) => step.kind === "fund").map(({ payer, payee, amount }) => [payer, payee, amount]),
		[["till 2", "till 3", 9000n]],
	);
});

const rows = fc.array(
	fc.record({
		gap_s: fc.integer({ min: 1, max: 2 * 86_400 }),
		customer: fc.integer({ min: 1, max: 5 }),
		signed: fc.bigInt({ min: -3000n, max: 9000n }).filter((amount) => amount !== 0n),
	}),
	{ minLength: 1, maxLength: 80 },
);

test("any invoices: all paid, everything issued comes back, the shop ends with their sum", () => {
	fc.assert(
		fc.property(rows, (drawn) => {
			let time = monday;
			const payments = drawn.map(({ gap_s, customer, signed }, i) => {
				time += gap_s;
				const inWindow = (time - Date.UTC(2010, 11, 5, 3) / 1000) % week_s < 3600;
				if (inWindow) time += 3600;
				return invoice(i, time, `customer ${customer}`, signed);
			});
			const plan = planShop(payments, "f");
			const planned = totalsOfPlan(plan);
			assert.deepEqual(balancesAfter(plan).holders(), []);
			assert.equal(planned.outstanding, 0n);
			assert.equal(planned.payments, payments.length);
			assert.equal(netOf(plan.steps, isTill), totalsOfRecording(payments).net);
		}),
	);
});

test("any payments between people: what was received is spent first, the rest drawn, all comes back", () => {
	const people = fc.array(
		fc.record({
			time: fc.integer({ min: 0, max: 10 * week_s }),
			payer: fc.constantFrom("ann", "bob", "cy"),
			step: fc.integer({ min: 1, max: 2 }),
			amount: fc.bigInt({ min: 1n, max: 1000n }),
		}),
		{ minLength: 1, maxLength: 120 },
	);
	fc.assert(
		fc.property(people, (drawn) => {
			const names = ["ann", "bob", "cy"];
			const payments = drawn.map(({ time, payer, step, amount }, i) => {
				const payee = names[(names.indexOf(payer) + step) % 3] as string;
				return { line: i, time, payer, payee, amount, invoice: null };
			});
			const plan = planPeople(payments, 4 * week_s);
			assert.deepEqual(balancesAfter(plan).holders(), []);
			assert.equal(totalsOfPlan(plan).outstanding, 0n);
			assert.deepEqual(estimate(plan, 4 * week_s).beyondLimits, []);
		}),
	);
});

test("money that goes round needs one draw; a token too long to pass on opens another window", () => {
	const round = Array.from({ length: 100 }, (_, i) => ({
		line: i,
		time: i,
		payer: i % 2 === 0 ? "ann" : "bob",
		payee: i % 2 === 0 ? "bob" : "ann",
		amount: 10n,
		invoice: null,
	}));
	const plan = planPeople(round, week_s);
	assert.equal(totalsOfPlan(plan).issued, 10n);
	assert.equal(totalsOfPlan(plan).windows, 5);
	assert.equal(estimate(plan, week_s).mostLinks, 32);
});

test("a purse spends what ends first by days, then what is longest, and gives change", () => {
	const purse = new Purse();
	purse.put({ amount: 5n, spendUntil: 200_000, links: 0 });
	purse.put({ amount: 5n, spendUntil: 80_000, links: 1 });
	purse.put({ amount: 5n, spendUntil: 80_001, links: 3 });
	const taken = purse.take(7n);
	assert.deepEqual(
		taken?.tokens.map(({ links }) => links),
		[3, 1],
	);
	assert.equal(taken?.change, 3n);
	assert.deepEqual(
		purse.tokens.map(({ amount, links }) => [amount, links]),
		[
			[5n, 0],
			[3n, 2],
		],
	);
});

test("where the first tokens are too many for one payment, the largest are taken", () => {
	const purse = new Purse();
	for (let i = 0; i < 20; i++) purse.put({ amount: 1n, spendUntil: 1, links: 0 });
	purse.put({ amount: 50n, spendUntil: 2, links: 0 });
	assert.equal(purse.take(40n)?.tokens.length, 1);
	assert.equal(purse.take(60n), undefined);
});

test("who pays often draws several tokens, all above zero", () => {
	assert.deepEqual([0, 1, 16, 17, 33, 999].map(tokensFor), [1, 1, 1, 2, 3, 16]);
	assert.deepEqual(splitEvenly(10n, 3), [4n, 3n, 3n]);
	assert.deepEqual(splitEvenly(2n, 3), [2n]);
});
