/**
 * Terms: what goes on binding a value when it passes through its operator.
 *
 * A refresh copies conditions and caveats and carries the hops used; an account holds money without terms,
 * so it is credited only where every rule would allow a payment to its certificate.
 */
import { type Bytes, equalBytes, record, serialize, type TypeOf } from "../codec/index.ts";
import type { VerifiedCertificate } from "../identity/index.ts";
import {
	type Caveat,
	caveats,
	conditions,
	type Owner,
	type TransferKind,
	type VerifiedToken,
	violations,
} from "../token/index.ts";

export const terms = record({ conditions, caveats });
export type Terms = TypeOf<typeof terms>;

/** What the new issue of a refresh carries. No link adds more caveats than an issue holds: see `advance`. */
export function termsOf({ issue, rules }: Pick<VerifiedToken, "issue" | "rules">): Terms {
	return { conditions: issue.conditions, caveats: distinct(rules.slice(issue.conditions.length)) };
}

/** A caveat that is said twice binds once. */
function distinct(rules: readonly Caveat[]): readonly Caveat[] {
	const encodings = rules.map((rule) => serialize(caveats, [rule]));
	return rules.filter(
		(_, position) => encodings.findIndex((e) => equalBytes(e, encodings[position] as Bytes)) === position,
	);
}

/** Tokens merge only under equal terms. */
export function termsKey(value: Terms): Bytes {
	return serialize(terms, value);
}

/** What decides whether a value may become money on an account. */
export type Holding = {
	readonly rules: readonly Caveat[];
	readonly amount: bigint;
	/** ownership changes until its holder received it */
	readonly hops: number;
	/** how its holder received it; null: straight from the operator */
	readonly received: TransferKind | null;
	/** under which purpose its holder received it */
	readonly purpose: string | null;
};

/** A token as its owner holds it. */
export function holdingOf({ rules, amount, hops, path, owner }: VerifiedToken): Holding {
	return { rules, amount, hops, received: path.at(-1)?.kind ?? null, purpose: owner.purpose };
}

/** As `holdingOf`, of a token that ends in its redeeming link. */
export function redeemedHolding({ rules, amount, hops, path, inputOwners }: VerifiedToken): Holding {
	const received = path.at(-2)?.kind ?? null;
	return { rules, amount, hops: hops - 1, received, purpose: (inputOwners.at(-1) as Owner).purpose };
}

/**
 * Whether a holding may become a credit on the account of `account`.
 *
 * Judged as a payment to that certificate, under the purpose for which its holder had received it. Redeeming
 * is no hop of its own, and a value that is refunded at expiry is not held back by having expired. `now`: unix
 * seconds; undefined asks whether it may at any time.
 */
export function mayCredit(holding: Holding, account: VerifiedCertificate, now: number | undefined): boolean {
	const { amount, hops, received } = holding;
	const purpose = received === "payment" ? holding.purpose : null;
	const rules = holding.rules.filter(
		({ condition }) => condition.kind !== "expires" || condition.atExpiry !== "refund",
	);
	const transfer = { payee: account, amount, purpose, against: null, hops, now };
	return violations(rules, { kind: "payment", ...transfer }).length === 0;
}
