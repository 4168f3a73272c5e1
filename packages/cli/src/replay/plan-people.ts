/**
 * Planner for payments between anybody: value moves on through many hands.
 *
 * A payer first spends what it received, and draws the rest from the operator before everybody goes
 * offline. One window before the first payment is enough unless tokens would end, or grow too long to be
 * passed on; then, and only then, another opens between two payments.
 */
import { Estimator } from "./estimate.ts";
import { needs } from "./need.ts";
import {
	Balances,
	type PayStep,
	type Plan,
	type Step,
	type TopUp,
	tokensFor,
	type WindowStep,
} from "./plan.ts";
import type { RecordedPayment } from "./recording.ts";

/** `spendWindow_s`: how long a token can be spent after its issue. Rows may stand in any order. */
export function planPeople(payments: readonly RecordedPayment[], spendWindow_s: number): Plan {
	const rows = payments
		.map(
			({ time, payer, payee, amount, invoice }): PayStep => ({
				kind: "pay",
				time,
				payer,
				payee,
				amount,
				invoice,
			}),
		)
		.sort((a, b) => a.time - b.time);
	const balances = new Balances();
	const steps: Step[] = [];
	let estimator = new Estimator(spendWindow_s);
	for (let start = 0; start < rows.length; ) {
		const span = spanFrom(rows, start, spendWindow_s, balances, estimator);
		estimator = span.estimator;
		for (const step of [span.window, ...span.payments]) {
			balances.apply(step);
			steps.push(step);
		}
		start += span.payments.length;
	}
	const time = rows.at(-1)?.time ?? 0;
	steps.push({ ...windowAt(time, null), redemptions: balances.holders() });
	return { steps, wallets: [...new Set(rows.flatMap(({ payer, payee }) => [payer, payee]))] };
}

type Span = {
	readonly window: WindowStep;
	readonly payments: readonly PayStep[];
	readonly estimator: Estimator;
};

/** As many payments as one window can carry: the first that tokens cannot make opens the next. */
function spanFrom(
	rows: readonly PayStep[],
	start: number,
	spendWindow_s: number,
	balances: Balances,
	before: Estimator,
): Span {
	const opensAt = rows[start]?.time ?? 0;
	const tooLate = rows.findIndex(({ time }, i) => i > start && time >= opensAt + spendWindow_s);
	let end = tooLate < 0 ? rows.length : tooLate;
	for (;;) {
		const payments = rows.slice(start, end);
		const lastsUntil = (payments.at(-1)?.time ?? opensAt) + 1;
		const window = { ...windowAt(opensAt, lastsUntil), tops: topsFor(payments, balances) };
		const estimator = before.copy();
		estimator.window(window);
		const failed = payments.findIndex((payment) => !estimator.pay(payment));
		if (failed < 0) return { window, payments, estimator };
		if (failed === 0) throw new Error("a payment right after a window does not fit the limits");
		end = start + failed;
	}
}

/** Operators answer for one moment: between two payments there may be no more. */
function windowAt(time: number, lastsUntil: number | null): WindowStep {
	return { kind: "window", opensAt: time, closesAt: time, lastsUntil, tops: [], redemptions: [] };
}

function topsFor(payments: readonly PayStep[], balances: Balances): readonly TopUp[] {
	return [...needs(payments)].flatMap(([wallet, need]) => {
		const amount = need.amount - balances.of(wallet);
		return amount > 0n ? [{ wallet, amount, tokens: tokensFor(need.payments) }] : [];
	});
}
