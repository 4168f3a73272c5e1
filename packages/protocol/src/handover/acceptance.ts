/**
 * Acceptance: everything a payee checks of a transfer before it signs that it holds it.
 *
 * All checks stand here, in one order, cheap before dear, and change nothing. The same checks judge the
 * other leg of an exchange. What a payee has owned once it never takes again: that keeps an honest payee
 * from being made a double spender by a repeated transfer.
 */
import { type Bytes, equalBytes, isRefusal, limits, type Refusal, refuse, toHex } from "../codec/index.ts";
import {
	currentlyValid,
	refuseUndelegated,
	type Trust,
	type VerifiedCertificate,
} from "../identity/index.ts";
import {
	type Against,
	type LinkBody,
	type Lock,
	type PathLink,
	sameAsset,
	signaturesIn,
	sumOf,
	type Token,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import type { VerifiedRequest } from "./request.ts";

/** What is expected of a transfer's tokens. */
export type Expectation = {
	/** one's own request, which they must answer */
	readonly request: VerifiedRequest;
	readonly trust: Trust;
	readonly now: number;
	/** whether this module has ever owned an output */
	readonly everOwned: (output: Bytes) => boolean;
	/** see `dataHash` */
	readonly data: Bytes | null;
	/** what their links must name as the other leg */
	readonly against: Against | null;
	/** see `DelegatedPayment` */
	readonly needsStatus?: boolean;
};

/** A transfer that may be taken. */
export type AcceptedTokens = {
	readonly tokens: readonly VerifiedToken[];
	readonly links: readonly Bytes[];
	readonly lock: Lock | null;
	readonly amount: bigint;
};

export function acceptTokens(received: readonly Token[], expected: Expectation): AcceptedTokens | Refusal {
	const { trust, now } = expected;
	const cost = received.reduce((sum, token) => sum + signaturesIn(token, trust), 0);
	if (cost > limits.signatures) return refuse("too-many", `${cost} signatures`);
	const tokens: VerifiedToken[] = [];
	for (const carried of received) {
		const token = verifyParsedToken(carried, trust, { now });
		if (isRefusal(token)) return token;
		tokens.push(token);
	}
	const payers = payersOf(tokens);
	const whole = payers.reduce((sum, payer) => sum + trust.costOfDelegated(payer), cost);
	if (whole > limits.signatures) return refuse("too-many", `${whole} signatures`);
	return judgeTokens(tokens, expected);
}

/** Who owned what these tokens' last links consumed, each once. */
function payersOf(tokens: readonly VerifiedToken[]): readonly VerifiedCertificate[] {
	const payers = tokens.flatMap(({ previousOwner }) => previousOwner ?? []);
	return [...new Map(payers.map((payer) => [toHex(payer.hash), payer])).values()];
}

/** The checks after verification. A payer runs them on what it signed, before it is bound by it. */
export function judgeTokens(
	tokens: readonly VerifiedToken[],
	expected: Expectation,
): AcceptedTokens | Refusal {
	const { request } = expected;
	const links: PathLink[] = [];
	for (const token of tokens) {
		const link = checkToken(token, expected);
		if (isRefusal(link)) return link;
		links.push(link);
	}
	const amount = sumOf(tokens);
	if (amount > limits.amount) return refuse("amount-invalid", "more than an amount holds");
	const asked = request.body.amount;
	// A direct transfer is effective already: what differs from the request is the payee's to return.
	if (asked !== 0n && asked !== amount && request.body.mode !== "direct") return refuse("amount-mismatch");
	for (const payer of payersOf(tokens)) {
		const undelegated = refuseUndelegated(payer, {
			amount,
			purpose: request.body.purpose,
			needsStatus: true,
			...expected,
		});
		if (undelegated !== undefined) return undelegated;
	}
	const [lock = null] = tokens.map(({ pending }) => pending);
	if (tokens.some(({ pending }) => !sameLock(pending, lock))) return refuse("lock-mismatch");
	if (new Set(tokens.map(({ outputId }) => toHex(outputId))).size !== tokens.length)
		return refuse("malformed", "a token twice");
	if (tokens.some(({ outputId }) => expected.everOwned(outputId)))
		return refuse("request-reused", "an output that was taken before");
	return { tokens, links: links.map(({ id }) => id), lock, amount };
}

function checkToken(token: VerifiedToken, expected: Expectation): PathLink | Refusal {
	const { request, now } = expected;
	if (token.token.hops.at(-1)?.index !== 0) return refuse("owner-mismatch", "not the payee's output");
	const link = token.path.at(-1) as PathLink;
	const payer = token.previousOwner as VerifiedCertificate;
	if (!equalBytes(token.owner.certificate.hash, request.payee.hash)) return refuse("owner-mismatch");
	if (!equalBytes(token.owner.request, request.digest) || token.owner.purpose !== request.body.purpose)
		return refuse("request-mismatch");
	if (!sameAsset(token.asset, request.body.asset)) return refuse("asset-mismatch");
	if (now >= token.issue.spendUntil) return refuse("expired");
	const invalid = currentlyValid(payer, now);
	if (invalid !== undefined) return invalid;
	const cap = payer.profile.limits?.perTransfer ?? null;
	if (cap !== null && token.amount > cap) return refuse("limit-exceeded", "the payer's limit a transfer");
	if (!sameBytes(link.body.data, expected.data)) return refuse("document-mismatch", "data hash");
	return sameAgainst(link.body.against, expected.against) ? link : refuse("request-mismatch", "other leg");
}

function sameLock(a: Lock | null, b: Lock | null): boolean {
	if (a === null || b === null) return a === b;
	return a.payeeDecides === b.payeeDecides && equalBytes(a.hash, b.hash);
}

function sameBytes(a: LinkBody["data"], b: Bytes | null): boolean {
	return a === null || b === null ? a === b : a instanceof Uint8Array && equalBytes(a, b);
}

function sameAgainst(a: Against | null, b: Against | null): boolean {
	if (a === null || b === null) return a === b;
	return a.amount === b.amount && sameAsset(a.asset, b.asset);
}

/** Redeem until and grace of the latest of these tokens: until then every record of them is kept. */
export function keepUntil(tokens: readonly VerifiedToken[], trust: Trust): number {
	return Math.max(...tokens.map(({ issue }) => issue.redeemUntil + (trust.asset(issue.asset)?.grace ?? 0)));
}
