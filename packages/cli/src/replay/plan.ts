/**
 * Plans: what a replay does, step by step, worked out from the recording before any wallet moves.
 *
 * Operators are reachable only in windows. Between two windows everything is a hand-over between wallets.
 *
 *   window ──▶ pay, fund, pay, … ──▶ window ──▶ … ──▶ last window: everybody redeems all
 *
 * A plan knows balances, never tokens: which tokens a wallet spends or refreshes is its own affair.
 */
import { limits } from "@tenten/protocol";
import type { Invoice } from "./recording.ts";

/** Names a wallet: `customer 17850`, `till 1`, or the name in the file. */
export type WalletName = string;

export type Movement = { readonly wallet: WalletName; readonly amount: bigint };

/** Drawn as so many tokens of about equal amounts: a token that pays too often grows too long to pass on. */
export type TopUp = Movement & { readonly tokens: number };

/** Operators are reachable from `opensAt` until `closesAt`, seconds since 1970. */
export type WindowStep = {
	readonly kind: "window";
	readonly opensAt: number;
	readonly closesAt: number;
	/** a token that ends before this is refreshed now: the next window's close, or null in the last */
	readonly lastsUntil: number | null;
	/** drawn from the operator */
	readonly tops: readonly TopUp[];
	/** given back to the operator, before `tops` */
	readonly redemptions: readonly Movement[];
};

export type PayStep = {
	readonly kind: "pay";
	readonly time: number;
	readonly payer: WalletName;
	readonly payee: WalletName;
	readonly amount: bigint;
	readonly invoice: Invoice | null;
};

/** One till hands over to another what that one lacks for a refund. */
export type FundStep = {
	readonly kind: "fund";
	readonly time: number;
	readonly payer: WalletName;
	readonly payee: WalletName;
	readonly amount: bigint;
};

export type Step = WindowStep | PayStep | FundStep;

export type Plan = {
	readonly steps: readonly Step[];
	/** everybody who needs a wallet, in order of appearance */
	readonly wallets: readonly WalletName[];
};

/** Payments that a token makes before another should take over; links are limited, and bytes grow with each. */
const paymentsPerToken = 16;

/** Into how many tokens to split what a wallet draws before it makes `payments` payments. */
export function tokensFor(payments: number): number {
	return Math.min(Math.max(1, Math.ceil(payments / paymentsPerToken)), limits.orderOutputs);
}

/** Balances by wallet. A balance below zero is a bug of the planner. */
export class Balances {
	readonly #minor = new Map<WalletName, bigint>();

	of(wallet: WalletName): bigint {
		return this.#minor.get(wallet) ?? 0n;
	}

	add(wallet: WalletName, amount: bigint): void {
		const balance = this.of(wallet) + amount;
		if (balance < 0n) throw new Error(`${wallet} would owe ${-balance}`);
		this.#minor.set(wallet, balance);
	}

	/** Wallets that hold something. */
	holders(): readonly Movement[] {
		return [...this.#minor]
			.filter(([, amount]) => amount > 0n)
			.map(([wallet, amount]) => ({ wallet, amount }));
	}

	apply(step: Step): void {
		switch (step.kind) {
			case "window":
				for (const { wallet, amount } of step.redemptions) this.add(wallet, -amount);
				for (const { wallet, amount } of step.tops) this.add(wallet, amount);
				return;
			case "pay":
			case "fund":
				this.add(step.payer, -step.amount);
				this.add(step.payee, step.amount);
				return;
			default:
				step satisfies never;
		}
	}
}
