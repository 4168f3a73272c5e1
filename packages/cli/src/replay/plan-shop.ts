/**
 * Planner for a shop with tills and its customers, from recorded invoices.
 *
 * Once a week, when nobody trades, operators can be reached for an hour. There each customer who will lack
 * money in the coming week tops up to the next £50 above its need, and the tills redeem all but the coming
 * week's refunds, kept in the first till. Between windows value only passes from hand to hand; a till that
 * lacks what a refund costs is funded by the others, richest first.
 */

import { sumOf } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { needs } from "./need.ts";
import {
	Balances,
	type FundStep,
	type Movement,
	type PayStep,
	type Plan,
	type Step,
	type TopUp,
	tokensFor,
	type WalletName,
} from "./plan.ts";
import { shopName } from "./read-invoices.ts";
import type { RecordedPayment } from "./recording.ts";

const hour_s = 3600;
const week_s = 7 * 24 * hour_s;
/** The first Sunday of 1970, 03:00 UTC: windows are whole weeks after it. */
const firstWindow_s = 3 * 24 * hour_s + 3 * hour_s;
/** £50 in pence */
const topUpStep = 5000n;
export const tills: readonly WalletName[] = ["till 1", "till 2", "till 3", "till 4"];

/** `payments` must be invoices in order of time; `file` is named where they are not. */
export function planShop(payments: readonly RecordedPayment[], file: string): Plan {
	const balances = new Balances();
	const steps: Step[] = [];
	const take = (step: Step): void => {
		balances.apply(step);
		steps.push(step);
	};
	for (const { opensAt, payments: week } of weeksOf(payments, file)) {
		take(windowBefore(opensAt, week, balances));
		for (const payment of week) {
			for (const fund of fundsFor(payment, balances)) take(fund);
			take(payment);
		}
	}
	const last = steps.findLast((step) => step.kind === "window");
	if (last !== undefined) take(lastWindow(last.opensAt + week_s, balances));
	const customers = payments.map(({ payer, payee }) => (payer === shopName ? payee : payer));
	return { steps, wallets: [...new Set([...tills, ...customers])] };
}

type Week = { readonly opensAt: number; readonly payments: readonly PayStep[] };

/** Every week from the first payment to the last, those without trade too. */
function weeksOf(payments: readonly RecordedPayment[], file: string): readonly Week[] {
	const weeks: { opensAt: number; payments: PayStep[] }[] = [];
	let earliest = 0;
	for (const payment of payments) {
		const { time, line } = payment;
		if (time < earliest) throw new BadInput("rows must stand in order of time", { file, line });
		earliest = time;
		const opensAt = time - ((time - firstWindow_s) % week_s);
		if (time - opensAt < hour_s) throw new BadInput("a payment inside a weekly window", { file, line });
		let week = weeks.at(-1);
		while (week === undefined || week.opensAt < opensAt) {
			week = { opensAt: week === undefined ? opensAt : week.opensAt + week_s, payments: [] };
			weeks.push(week);
		}
		week.payments.push(atTill(payment));
	}
	return weeks;
}

/** Invoices go to tills by number, so that each till meets every customer sooner or later. */
function atTill({ time, payer, payee, amount, invoice }: RecordedPayment): PayStep {
	const number = BigInt(invoice?.number.replace(/\D/g, "") || 0);
	const till = tills[Number(number % BigInt(tills.length))] as WalletName;
	const named = (name: string): WalletName => (name === shopName ? till : name);
	return { kind: "pay", time, payer: named(payer), payee: named(payee), amount, invoice };
}

function windowBefore(opensAt: number, week: readonly PayStep[], balances: Balances): Step {
	const tops: TopUp[] = [];
	for (const [wallet, need] of needs(week)) {
		const held = balances.of(wallet);
		if (tills.includes(wallet) || held >= need.amount) continue;
		const target = (need.amount / topUpStep + 1n) * topUpStep;
		tops.push({ wallet, amount: target - held, tokens: tokensFor(need.payments) });
	}
	const kept = keptByTills(week, balances);
	const lacking = shopNeed(week) - sumOf(kept);
	if (lacking > 0n) tops.push({ wallet: tills[0] as WalletName, amount: lacking, tokens: 1 });
	const redemptions = kept
		.map(({ wallet, amount }) => ({ wallet, amount: balances.of(wallet) - amount }))
		.filter(({ amount }) => amount > 0n);
	const closesAt = opensAt + hour_s;
	return { kind: "window", opensAt, closesAt, lastsUntil: closesAt + week_s, tops, redemptions };
}

function lastWindow(opensAt: number, balances: Balances): Step {
	const redemptions = balances.holders();
	return { kind: "window", opensAt, closesAt: opensAt + hour_s, lastsUntil: null, tops: [], redemptions };
}

/** The float for all refunds of the week stays in the first till, as far as it holds it, then in the next. */
function keptByTills(week: readonly PayStep[], balances: Balances): readonly Movement[] {
	let due = sumOf(week.filter(({ payer }) => tills.includes(payer)));
	return tills.map((till) => {
		const held = balances.of(till);
		const amount = held < due ? held : due;
		due -= amount;
		return { wallet: till, amount };
	});
}

/** What all tills together must hold when the week begins. */
function shopNeed(week: readonly PayStep[]): bigint {
	const merged = (wallet: WalletName): WalletName => (tills.includes(wallet) ? shopName : wallet);
	const asOne = week.map(({ payer, payee, amount }) => ({
		payer: merged(payer),
		payee: merged(payee),
		amount,
	}));
	return needs(asOne).get(shopName)?.amount ?? 0n;
}

/** Hand-overs between tills, before a till pays a refund that it cannot pay alone. */
function fundsFor({ payer, amount, time }: PayStep, balances: Balances): readonly FundStep[] {
	if (!tills.includes(payer)) return [];
	if (balances.of(payer) >= amount) return [];
	let lacking = amount;
	const funds: FundStep[] = [];
	const richestFirst = tills
		.filter((till) => till !== payer)
		.sort((a, b) => (balances.of(b) > balances.of(a) ? 1 : -1));
	for (const till of richestFirst) {
		const held = balances.of(till);
		const given = held < lacking ? held : lacking;
		if (given <= 0n) break;
		funds.push({ kind: "fund", time, payer: till, payee: payer, amount: given });
		lacking -= given;
	}
	return funds;
}
