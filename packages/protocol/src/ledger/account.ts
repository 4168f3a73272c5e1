/**
 * Accounts of a ledger: four sums, and the limits within which they stay.
 *
 *   available = credits posted − debits posted − debits pending     never below `least`
 *   held      = credits posted + credits pending − debits posted    never above `most`
 *
 * Each counts what may still go wrong for it: a debit reservation as spent, a credit reservation as received, and a
 * debit reservation is not taken off what is held, since it may come back. So posting, voiding and expiring a
 * reservation never break a limit: whoever reserved was checked, and what ends a reservation cannot fail.
 */
import { type Bytes, equalBytes, limits } from "../codec/index.ts";
import { type LedgerRefusal, refusedBy } from "./refusals.ts";

/** What an account was opened as. `id` is 32 bytes, made by whoever opens it. */
export type AccountTerms = {
	readonly id: Bytes;
	/** see `assetHash` */
	readonly asset: Bytes;
	/** minor units, zero or below: a credit line is negative; null: any debt, as of an account that stands for outside */
	readonly least: bigint | null;
	/** minor units: the holding ceiling; null: none */
	readonly most: bigint | null;
};

/** Sums of all that was ever entered, minor units. */
export type AccountSums = {
	readonly debitsPending: bigint;
	readonly debitsPosted: bigint;
	readonly creditsPending: bigint;
	readonly creditsPosted: bigint;
};

export type LedgerAccount = AccountTerms &
	AccountSums & {
		/** how many entries it has: they are numbered from 1, without gaps */
		readonly entries: number;
		/** the transfer that made the last of them; null: none did */
		readonly last: Bytes | null;
		/** unix seconds of the last of them, or of the opening */
		readonly at: number;
	};

export const noSums: AccountSums = {
	debitsPending: 0n,
	debitsPosted: 0n,
	creditsPending: 0n,
	creditsPosted: 0n,
};

/** What was posted, credits less debits. */
export function balanceOf({ creditsPosted, debitsPosted }: AccountSums): bigint {
	return creditsPosted - debitsPosted;
}

export function availableOf(sums: AccountSums): bigint {
	return balanceOf(sums) - sums.debitsPending;
}

export function heldOf(sums: AccountSums): bigint {
	return balanceOf(sums) + sums.creditsPending;
}

export type OpeningResult = { readonly kind: "done" } | { readonly kind: "exists" } | LedgerRefusal;

/** Whether an account may be opened, or is open already as it is asked for. `known` is the one of this id. */
export function decideOpening(known: LedgerAccount | undefined, terms: AccountTerms): OpeningResult {
	if (known !== undefined) {
		if (!equalBytes(known.asset, terms.asset)) return refusedBy("exists-with-different-asset");
		if (known.least !== terms.least) return refusedBy("exists-with-different-least");
		if (known.most !== terms.most) return refusedBy("exists-with-different-most");
		return { kind: "exists" };
	}
	const { least, most } = terms;
	if (least !== null && (least > 0n || least < -limits.amount)) return refusedBy("limits-invalid");
	if (most !== null && (most < 0n || most > limits.amount)) return refusedBy("limits-invalid");
	return { kind: "done" };
}

/** A new account. `now` in unix seconds. */
export function openedAccount(terms: AccountTerms, now: number): LedgerAccount {
	return { ...terms, ...noSums, entries: 0, last: null, at: now };
}
