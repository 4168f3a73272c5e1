/**
 * What a payer checks of a payee's answer: a reservation, a counter transfer, a direct transfer sent back.
 *
 * An answer must name this very attempt: request, links, lock and amount. Nothing here changes anything.
 */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import {
	lacksRoom,
	outputId,
	type PathLink,
	refuseToTake,
	sumOf,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { acceptTokens } from "./acceptance.ts";
import { dataHash, matchDocuments } from "./document.ts";
import type { Context } from "./machine.ts";
import { counterPayload, type MessageOf, type ReservedBody, reservedPayload } from "./messages.ts";
import type { PayerTerms } from "./payer-state.ts";
import { verifyRequest } from "./request.ts";

/** What came with a message, and what the module knows. */
export type Incoming = {
	/** documents, unsealed, by position */
	readonly contents: ReadonlyMap<number, Bytes>;
	/** whether this module has ever owned an output */
	readonly everOwned: (output: Bytes) => boolean;
};

export function checkReserved(
	terms: PayerTerms,
	{ body, reply, signature }: MessageOf<"reserved">,
	{ contents }: Incoming,
	{ trust }: Context,
): Refusal | undefined {
	// Else the decider would give its side of an exchange and get nothing.
	if (terms.counterRequest !== null)
		return refuse("request-mismatch", "an exchange is answered by a counter transfer");
	const request = verifyRequest(terms.request, trust);
	if (isRefusal(request)) return request;
	if (!namesTerms(body, terms, request.digest)) return refuse("request-mismatch", "reserved something else");
	if (!sameOrNull(dataHash(reply), body.reply)) return refuse("document-mismatch", "reply");
	if (!verifySign1(trust.verify, request.payee.key, "reserved", reservedPayload(body), signature))
		return refuse("signature-invalid", "reserved");
	const documents = matchDocuments(reply, contents);
	return isRefusal(documents) ? documents : undefined;
}

function namesTerms(body: ReservedBody, terms: PayerTerms, digest: Bytes): boolean {
	return (
		equalBytes(body.request, digest) &&
		body.amount === terms.amount &&
		sameOrNull(body.lock, terms.lock) &&
		sameList(body.links, terms.links)
	);
}

/** The tokens that the other side of an exchange gives, locked on the payer's own release. */
export function checkCounter(
	terms: PayerTerms,
	message: MessageOf<"counterTransfer">,
	{ contents, everOwned }: Incoming,
	{ trust, now }: Context,
): readonly VerifiedToken[] | Refusal {
	const { body, tokens, reply, signature } = message;
	const request = verifyRequest(terms.request, trust);
	if (isRefusal(request)) return request;
	if (terms.counterRequest === null) return refuse("request-mismatch", "no exchange");
	const own = verifyRequest(terms.counterRequest, trust);
	if (isRefusal(own)) return own;
	if (!namesTerms(body.reserved, terms, request.digest)) return refuse("request-mismatch");
	if (!sameOrNull(dataHash(reply), body.reserved.reply)) return refuse("document-mismatch", "reply");
	if (!verifySign1(trust.verify, request.payee.key, "counter", counterPayload(body), signature))
		return refuse("signature-invalid", "counter transfer");
	const documents = matchDocuments(reply, contents);
	if (isRefusal(documents)) return documents;
	const against = { asset: request.body.asset, amount: terms.amount };
	const accepted = acceptTokens(tokens, { request: own, trust, now, everOwned, data: null, against });
	if (isRefusal(accepted)) return accepted;
	for (const token of accepted.tokens) {
		const frozen = refuseToTake(token, trust.freezes, now);
		if (frozen !== undefined) return frozen;
	}
	if (!accepted.lock?.payeeDecides || !sameOrNull(accepted.lock.hash, terms.lock))
		return refuse("lock-mismatch");
	return sameList(accepted.links, body.counterLinks)
		? accepted.tokens
		: refuse("request-mismatch", "other counter links");
}

/**
 * The tokens that a payee sends back whole: direct links to the certificate that had paid with them. They took
 * effect when they were signed, so no rule about time is asked here: what is refused now nobody would have.
 *
 * Room for the way back to the operator, and no caveat more, are no matter of time: without them it is not whole.
 */
export function checkReturn(
	terms: PayerTerms,
	message: MessageOf<"returned">,
	{ trust }: Context,
): readonly VerifiedToken[] | Refusal {
	const back: VerifiedToken[] = [];
	for (const carried of message.tokens) {
		const cramped = lacksRoom(carried);
		if (cramped !== undefined) return cramped;
		const token = verifyParsedToken(carried, trust);
		if (isRefusal(token)) return token;
		const link = token.path.at(-1);
		const isReturn = link?.kind === "return" && equalBytes(token.owner.request, terms.attempt);
		if (!isReturn) return refuse("owner-mismatch", "not a return of this transfer");
		if (link.body.outputs.some(({ caveats }) => caveats.length > 0))
			return refuse("request-mismatch", "sent back under caveats");
		back.push(token);
	}
	const ids = back.map(({ path }) => (path.at(-2) as PathLink).id);
	if (!sameList(ids, terms.links)) return refuse("request-mismatch", "not the links of this transfer");
	return sumOf(back) === terms.amount ? back : refuse("amount-mismatch", "not sent back whole");
}

/**
 * The links of this attempt from whose payee's output a token goes on. The next link is signed by the owner of that
 * output, so its payee had it. A link whose change goes on proves nothing: that is our own.
 */
export function linksPassedOn({ links }: PayerTerms, { path }: VerifiedToken): readonly Bytes[] {
	return links.filter((link) => {
		const at = path.findIndex(({ id }) => equalBytes(id, link));
		const next = at < 0 ? undefined : path[at + 1];
		return next !== undefined && equalBytes(next.input, outputId(link, 0));
	});
}

function sameList(a: readonly Bytes[], b: readonly Bytes[]): boolean {
	return a.length === b.length && a.every((entry, i) => equalBytes(entry, b[i] as Bytes));
}

function sameOrNull(a: Bytes | null, b: Bytes | null): boolean {
	return a === null || b === null ? a === b : equalBytes(a, b);
}
