/**
 * Totals: what a recording says, what a plan would do, and whether the two agree to the unit.
 */
import { sumOf } from "@tenten/protocol";
import type { Plan, Step, WalletName } from "./plan.ts";
import { shopName } from "./read-invoices.ts";
import type { RecordedPayment } from "./recording.ts";

export type RecordedTotals = {
	readonly payments: number;
	readonly refunds: number;
	/** those who pay or are paid, the shop apart */
	readonly people: number;
	/** what payments bring, less refunds, minor units */
	readonly net: bigint;
};

export function totalsOfRecording(payments: readonly RecordedPayment[]): RecordedTotals {
	const people = new Set<string>();
	let refunds = 0;
	let net = 0n;
	for (const { payer, payee, amount, invoice } of payments) {
		people.add(payer).add(payee);
		const isRefund = invoice?.isRefund === true;
		if (isRefund) refunds++;
		net += isRefund ? -amount : amount;
	}
	people.delete(shopName);
	return { payments: payments.length, refunds, people: people.size, net };
}

/** What each of them gained or lost by the payments, by name in the file, minor units. */
export function netsOfRecording(payments: readonly RecordedPayment[]): ReadonlyMap<string, bigint> {
	const nets = new Map<string, bigint>();
	for (const { payer, payee, amount } of payments) {
		nets.set(payer, (nets.get(payer) ?? 0n) - amount);
		nets.set(payee, (nets.get(payee) ?? 0n) + amount);
	}
	return nets;
}

/** What those who gained have gained, all together: all that did not come back to whom it came from. */
export function gainsIn(nets: ReadonlyMap<string, bigint>): bigint {
	return [...nets.values()].reduce((sum, net) => (net > 0n ? sum + net : sum), 0n);
}

export type PlannedTotals = {
	readonly payments: number;
	readonly refunds: number;
	readonly windows: number;
	readonly topUps: number;
	readonly redemptions: number;
	readonly fundings: number;
	readonly funded: bigint;
	readonly issued: bigint;
	readonly redeemed: bigint;
	readonly outstanding: bigint;
	/** drawn at once by one wallet, at most */
	readonly largestTopUp: bigint;
};

export function totalsOfPlan({ steps }: Plan): PlannedTotals {
	const windows = steps.filter((step) => step.kind === "window");
	const pays = steps.filter((step) => step.kind === "pay");
	const funds = steps.filter((step) => step.kind === "fund");
	const tops = windows.flatMap((window) => window.tops);
	const redemptions = windows.flatMap((window) => window.redemptions);
	const [issued, redeemed, funded] = [sumOf(tops), sumOf(redemptions), sumOf(funds)];
	return {
		payments: pays.length,
		refunds: pays.filter(({ invoice }) => invoice?.isRefund === true).length,
		windows: windows.length,
		topUps: tops.length,
		redemptions: redemptions.length,
		fundings: funds.length,
		funded,
		issued,
		redeemed,
		outstanding: issued - redeemed,
		largestTopUp: tops.reduce((most, { amount }) => (amount > most ? amount : most), 0n),
	};
}

/** What these wallets gave back to the operator, less what they drew: what their accounts must show at the end. */
export function netOf(steps: readonly Step[], isCounted: (wallet: WalletName) => boolean): bigint {
	const windows = steps.filter((step) => step.kind === "window");
	const counted = ({ wallet }: { readonly wallet: WalletName }): boolean => isCounted(wallet);
	const gave = windows.flatMap(({ redemptions }) => redemptions.filter(counted));
	const drew = windows.flatMap(({ tops }) => tops.filter(counted));
	return sumOf(gave) - sumOf(drew);
}
