/**
 * Rules: conditions and live caveats, checked against one transfer.
 *
 * The same check runs in the payer's module before it pays, in the payee's before it accepts, and in every
 * later verifier for each link on a token's path. Those see what the path opens: who owned, for what
 * purpose, how much, against what. Time is checked only by those present at the transfer (`now`).
 */
import { equalBytes, limits, type Refusal, refuse } from "../codec/index.ts";
import type { VerifiedCertificate } from "../identity/index.ts";
import { sameAsset } from "./asset.ts";
import type { Caveat, PayeeFilter } from "./condition.ts";
import type { Against } from "./link.ts";

/**
 * How an output relates to its input. Change goes to the input's own certificate, a return to the input's
 * previous owner without a lock, and `operator` is the redeeming link: rules about payees do not bind these.
 */
export type TransferKind = "payment" | "change" | "return" | "operator";

export type Transfer = {
	readonly kind: TransferKind;
	readonly payee: VerifiedCertificate;
	readonly amount: bigint;
	readonly purpose: string | null;
	readonly against: Against | null;
	/** ownership changes over the whole life, this transfer included */
	readonly hops: number;
	/** undefined where the transfer is not happening now */
	readonly now: number | undefined;
};

/** Why the rules forbid a transfer: empty when they allow it. */
export function violations(rules: readonly Caveat[], transfer: Transfer): readonly Refusal[] {
	return liveRules(rules, transfer.payee).flatMap((rule) => violation(rule.condition, transfer) ?? []);
}

/** The rules that bind `payee`'s output: a caveat ends on the output of the class that lifts it. */
export function liveRules(rules: readonly Caveat[], payee: VerifiedCertificate): readonly Caveat[] {
	return rules.filter(({ liftedBy }) => liftedBy === null || liftedBy !== payee.profile.class);
}

function violation(rule: Caveat["condition"], transfer: Transfer): Refusal | undefined {
	const { kind, now } = transfer;
	const isPayment = kind === "payment";
	switch (rule.kind) {
		case "notBefore":
			return now !== undefined && now < rule.time
				? refuse("condition-not-before", `${rule.time}`)
				: undefined;
		case "expires":
			return kind !== "operator" && now !== undefined && now >= rule.time
				? refuse("condition-expired", `${rule.time}`)
				: undefined;
		case "hopLimit":
			return transfer.hops > hopsAllowed(rule.hops, kind)
				? refuse("condition-hops", `${rule.hops}`)
				: undefined;
		case "transferCap":
			return isPayment && transfer.amount > rule.amount
				? refuse("condition-cap", `${transfer.amount} above ${rule.amount}`)
				: undefined;
		case "payees":
			return isPayment && !matches(rule, transfer.payee) ? refuse("condition-payee") : undefined;
		case "purpose":
			return isPayment && !rule.purposes.some((listed) => listed === transfer.purpose)
				? refuse("condition-purpose", transfer.purpose ?? "none")
				: undefined;
		case "resaleCap":
			return isPayment && !withinCap(rule, transfer)
				? refuse("condition-resale", `${rule.amount}`)
				: undefined;
		default:
			return rule satisfies never;
	}
}

/** A return may exceed a hop limit by one; change does not count, and the operator always takes value back. */
function hopsAllowed(limit: number, kind: TransferKind): number {
	return {
		payment: limit,
		change: Number.POSITIVE_INFINITY,
		return: limit + 1,
		operator: Number.POSITIVE_INFINITY,
	}[kind];
}

/** What a payee lacks is in no list, not even in one of an empty text. */
function matches(filter: PayeeFilter, payee: VerifiedCertificate): boolean {
	const { class: payeeClass, merchantCategory, region } = payee.profile;
	return (
		(filter.classes?.some((listed) => listed === payeeClass) ?? true) &&
		(filter.merchantCategories?.some((listed) => listed === merchantCategory) ?? true) &&
		(filter.regions?.some((listed) => listed === region) ?? true) &&
		(filter.operators?.some((id) => equalBytes(id, payee.operatorId)) ?? true) &&
		(filter.certificates?.some((hash) => equalBytes(hash, payee.hash)) ?? true)
	);
}

function withinCap(
	cap: Extract<Caveat["condition"], { readonly kind: "resaleCap" }>,
	{ against, amount }: Transfer,
): boolean {
	return against !== null && sameAsset(against.asset, cap.asset) && against.amount <= cap.amount * amount;
}

/** Links that a token may hold: a return may stand one beyond the limit, and the redeeming link after it. */
export function linksAllowed(kind: TransferKind): number {
	return limits.hops + { payment: 0, change: 0, return: 1, operator: 2 }[kind];
}
