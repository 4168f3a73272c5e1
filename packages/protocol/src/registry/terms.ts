/**
 * Terms: what goes on binding a value when it passes through its operator.
 *
 * A refresh copies conditions and caveats and carries the hops used; an account holds money without terms,
 * so it is credited only where every rule would allow a payment to its certificate.
 */
import {
	type Bytes,
	equalBytes,
	limits,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import type { VerifiedCertificate } from "../identity/index.ts";
import { type Caveat, caveats, conditions, type VerifiedToken, violations } from "../token/index.ts";

export const terms = record({ conditions, caveats });
export type Terms = TypeOf<typeof terms>;

/** What the new issue of a refresh carries. Refused where holders added more caveats than an issue holds. */
export function termsOf({ issue, rules }: VerifiedToken): Terms | Refusal {
	const live = distinct(rules.slice(issue.conditions.length));
	if (live.length > limits.conditions) return refuse("too-many", "caveats");
	return { conditions: issue.conditions, caveats: live };
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

/**
 * Whether a redeemed token may become a credit on the account of `account`.
 *
 * Judged as a payment to that certificate, under the purpose for which the redeemer had received it. Redeeming
 * is no hop of its own, and a value that is refunded at expiry is not held back by having expired.
 */
export function mayCredit(token: VerifiedToken, account: VerifiedCertificate, now: number): boolean {
	const received = token.path.at(-2);
	const purpose = received?.kind === "payment" ? (token.inputOwners.at(-1)?.purpose ?? null) : null;
	const rules = token.rules.filter(
		({ condition }) => condition.kind !== "expires" || condition.atExpiry !== "refund",
	);
	const transfer = { payee: account, amount: token.amount, purpose, against: null, now };
	return violations(rules, { kind: "payment", ...transfer, hops: token.hops - 1 }).length === 0;
}
