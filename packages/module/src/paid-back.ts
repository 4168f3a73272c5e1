/**
 * What an operator pays back on a statement: to an account, or in fresh tokens where no account may take it.
 *
 *   ruling on it ─▶ answer to our statement ─▶ what `closing.ts` lets end it ─▶ every token of it     else asked again
 *
 * The ruling is signed, the answer beside it is the operator's bare word: it is held against what is known here.
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
	type Terms,
	type Trust,
	toHex,
	tokenFromIssue,
	type VerifiedToken,
	verifyParsedToken,
	verifyRuling,
} from "@tenten/protocol";
import { type Ended, endedBy, type Knowing, type Owed } from "./closing.ts";

/** What was stated, and of what. */
export type Stated = {
	readonly asset: AssetId;
	/** the lock, the direct link, the output, or the part of a metered one */
	readonly subject: Bytes;
	/** the encoded request that shows the statement */
	readonly request: Bytes;
	/** whose what comes in tokens may be */
	readonly owners: readonly Owner[];
	/** of each token that is shown, in their order */
	readonly parts: readonly StatedPart[];
};

/** Amounts in minor units. */
export type StatedPart = {
	readonly token: VerifiedToken;
	/** as what comes back is held; `amount`: what must come at least, by one's own rows */
	readonly holding: Holding;
	/** what may come at most */
	readonly most: bigint;
	readonly terms: Terms;
	/** of what comes back, when it is paid */
	readonly hops: number;
};

/** What ended, and the tokens that came for it. */
export type PaidBack = Ended & { readonly fresh: readonly VerifiedToken[] };

/**
 * What came of it, as the operator says. Refused with the codes of rulings and replies, `issuer-unknown`,
 * `request-mismatch`, and those of `endedBy`.
 */
export function paidBack(
	knowing: Knowing,
	{ ruling, reply: encoded }: Extract<RulingReply, { readonly kind: "ruled" }>,
	{ asset, subject, request, owners, parts }: Stated,
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
	const isOurs = order !== undefined && equalBytes(reply.order, orderDigest(order));
	if (order?.action.kind !== "account" || !isOurs)
		return refuse("request-mismatch", "the answer to another statement");
	const { account } = order.action;
	const fresh = issuedTo(knowing, reply.issues, owners, asset, trust);
	const owed = parts.map(({ holding, ...part }): Owed => {
		// Also of what a fork reserve pays: the account may not take that either.
		const isInTokens = !mayTake(knowing, account, holding);
		return { ...part, least: holding.amount, isInTokens, claimedAt: null };
	});
	const ended = endedBy(knowing, reply.results, owed, fresh, trust);
	return isRefusal(ended) ? ended : { ...ended, fresh };
}

/** Whether an account may take it at some time. Of an account that is not known here an operator may think otherwise. */
export function mayTake(knowing: Knowing, account: Bytes, holding: Holding): boolean {
	const certificate = knowing.ownCertificate(account);
	return isRefusal(certificate) || mayCredit(holding, certificate, undefined);
}

/** The tokens of this asset that were issued to one of these owners, each once, and none that was here before. */
export function issuedTo(
	knowing: Knowing,
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
			if (!knowing.everOwned(token.outputId)) fresh.set(toHex(token.outputId), token);
		}
	return [...fresh.values()];
}
