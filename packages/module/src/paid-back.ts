/**
 * What an operator pays back on a statement about one output, or one part of a meter: to an account, or in fresh tokens
 * where no account may take it.
 *
 *   ruling on it ─▶ answer to our statement ─▶ every token that it speaks of       else it is asked again
 */
import {
	type AssetId,
	type Bytes,
	equalBytes,
	isRefusal,
	type NewIssue,
	type Owner,
	orderDigest,
	parseReply,
	parseRulingRequest,
	type Refusal,
	type RulingReply,
	refundOrder,
	refuse,
	sameAsset,
	sumOf,
	type Trust,
	toHex,
	tokenFromIssue,
	type VerifiedToken,
	verifyParsedToken,
	verifyRuling,
} from "@tenten/protocol";
import type { Core } from "./core.ts";

/** What was stated, and of what. */
export type Stated = {
	readonly asset: AssetId;
	/** the output, or the part of a metered one */
	readonly subject: Bytes;
	/** the encoded request that shows the statement */
	readonly request: Bytes;
	/** whose what comes in tokens may be */
	readonly owners: readonly Owner[];
};

/** Amounts in minor units. */
export type PaidBack =
	/** on an account, or in these tokens */
	| { readonly kind: "paid"; readonly amount: bigint; readonly fresh: readonly VerifiedToken[] }
	/** refused for good */
	| { readonly kind: "nothing"; readonly code: string };

/**
 * What came of it, as the operator says. Refused with the codes of rulings and replies, `issuer-unknown`,
 * `request-mismatch`, `sum-mismatch` where tokens are missing, `attempt-pending` where it answers later.
 */
export function paidBack(
	core: Core,
	{ ruling, reply: encoded }: Extract<RulingReply, { readonly kind: "ruled" }>,
	{ asset, subject, request, owners }: Stated,
	trust: Trust,
): PaidBack | Refusal {
	const body = verifyRuling(ruling, trust);
	if (isRefusal(body)) return body;
	if (!equalBytes(body.operator, asset.operator)) return refuse("issuer-unknown");
	if (!equalBytes(body.subject, subject) || body.verdict !== "refunded")
		return refuse("request-mismatch", "another ruling");
	const reply = encoded === null ? refuse("request-mismatch", "no result") : parseReply(encoded);
	if (isRefusal(reply)) return reply;
	const asked = parseRulingRequest(request);
	const order =
		isRefusal(asked) || asked.kind !== "statement" ? undefined : refundOrder(asked.statement.body, asset);
	const [result] = reply.results;
	if (order === undefined || result === undefined || !equalBytes(reply.order, orderDigest(order)))
		return refuse("request-mismatch", "the answer to another statement");
	// Also of what a fork reserve pays: the account may not take that either.
	const fresh = issuedTo(core, reply.issues, owners, asset, trust);
	switch (result.kind) {
		case "paid":
			return { kind: "paid", amount: result.amount, fresh };
		case "refreshed":
			return sumOf(fresh) < result.amount
				? refuse("sum-mismatch", "the operator's answer lacks tokens that it speaks of")
				: { kind: "paid", amount: result.amount, fresh };
		case "forked":
			return { kind: "paid", amount: result.drawn, fresh };
		case "refused":
			return result.transient
				? refuse("attempt-pending", "the operator will answer later")
				: { kind: "nothing", code: result.code };
		default:
			return result satisfies never;
	}
}

/** The tokens of this asset that were issued to one of these owners, each once, and none that was here before. */
export function issuedTo(
	core: Core,
	issues: readonly NewIssue[],
	owners: readonly Owner[],
	asset: AssetId,
	trust: Trust,
): readonly VerifiedToken[] {
	const fresh = new Map<string, VerifiedToken>();
	for (const { proof } of issues)
		for (const owner of owners) {
			const token = verifyParsedToken(tokenFromIssue(proof, owner), trust);
			if (isRefusal(token) || !sameAsset(token.asset, asset)) continue;
			if (!core.everOwned(token.outputId)) fresh.set(toHex(token.outputId), token);
		}
	return [...fresh.values()];
}
