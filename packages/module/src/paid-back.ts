/**
 * What an operator pays back on a statement about one output, or one part of a meter: to an account, or in fresh tokens
 * where no account may take it.
 *
 *   ruling on it ─▶ answer to our statement ─▶ as much as must come ─▶ every token of it       else it is asked again
 *
 * The ruling is signed, the answer beside it is the operator's bare word: it is held against what is known here. What of
 * a fork the reserve pays, and how much was claimed of a meter by its other side, is not.
 */
import {
	type AssetId,
	type Bytes,
	equalBytes,
	type Holding,
	isRefusal,
	mayCredit,
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
	/** as what comes back is held; `amount`: what must come at least, by one's own rows */
	readonly holding: Holding;
};

/** Amounts in minor units. */
export type PaidBack =
	/** on an account, or in these tokens */
	| { readonly kind: "paid"; readonly amount: bigint; readonly fresh: readonly VerifiedToken[] }
	/** refused for good */
	| { readonly kind: "nothing"; readonly code: string };

/**
 * What came of it, as the operator says. Refused with the codes of rulings and replies, `issuer-unknown`,
 * `request-mismatch`, `sum-mismatch` where it is less than must come or tokens are missing, `attempt-pending` where it
 * answers later.
 */
export function paidBack(
	core: Core,
	{ ruling, reply: encoded }: Extract<RulingReply, { readonly kind: "ruled" }>,
	{ asset, subject, request, owners, holding }: Stated,
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
	const isOurs = order !== undefined && equalBytes(reply.order, orderDigest(order));
	if (order?.action.kind !== "account" || result === undefined || !isOurs)
		return refuse("request-mismatch", "the answer to another statement");
	// Also of what a fork reserve pays: the account may not take that either.
	const fresh = issuedTo(core, reply.issues, owners, asset, trust);
	const isBarred = !mayTake(core, order.action.account, holding);
	switch (result.kind) {
		case "paid":
		case "refreshed":
			if (result.amount < holding.amount)
				return refuse("sum-mismatch", `less than the ${holding.amount} that must come back`);
			return whole(result.amount, fresh, isBarred || result.kind === "refreshed");
		case "forked":
			return whole(result.drawn, fresh, isBarred);
		case "refused":
			return result.transient
				? refuse("attempt-pending", "the operator will answer later")
				: { kind: "nothing", code: result.code };
		default:
			return result satisfies never;
	}
}

/** Whether an account may take it at some time. Of an account that is not known here an operator may think otherwise. */
function mayTake(core: Core, account: Bytes, holding: Holding): boolean {
	const certificate = core.ownCertificate(account);
	return isRefusal(certificate) || mayCredit(holding, certificate, undefined);
}

/** Either all of it came in tokens, or none: then an account was credited, if it `mustBeTokens` not. */
function whole(amount: bigint, fresh: readonly VerifiedToken[], mustBeTokens: boolean): PaidBack | Refusal {
	const came = sumOf(fresh);
	return came < amount && (mustBeTokens || came > 0n)
		? refuse("sum-mismatch", "the operator's answer lacks tokens that it speaks of")
		: { kind: "paid", amount, fresh };
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
