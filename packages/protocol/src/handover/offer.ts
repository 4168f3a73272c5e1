/** What a payee checks of a transfer that arrives, before its app is asked. */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { refuseToTake, type Token, verifyParsedToken } from "../token/index.ts";
import { type AcceptedTokens, acceptTokens } from "./acceptance.ts";
import { dataHash, matchDocuments } from "./document.ts";
import type { Context } from "./machine.ts";
import { attemptId, type MessageOf } from "./messages.ts";
import type { DurablePayee, Offer } from "./payee-state.ts";
import { legsDiffer, requestIsOpen, type VerifiedRequest, verifyRequest } from "./request.ts";

export type Offering = {
	readonly transfer: MessageOf<"transfer">;
	/** one's own */
	readonly request: VerifiedRequest;
	/** contents of the documents that came with it, by position */
	readonly contents: ReadonlyMap<number, Bytes>;
	/** the attempt of this request that is not cancelled, if there is one; one that is being asked about counts */
	readonly active: Bytes | null;
	/** the kept state of an attempt */
	readonly known: (attempt: Bytes) => DurablePayee | undefined;
	/** whether this module has ever owned an output, or keeps it in another attempt, cancelled ones included */
	readonly everOwned: (output: Bytes) => boolean;
};

/**
 * An offer to ask the app about, the state of an attempt that is known already, or why not.
 *
 * A known attempt is answered as it stands, whatever dates have passed since: a refusal now would have the
 * payer cancel what is reserved here.
 */
export function checkOffer(
	offering: Offering,
	context: Context,
): Offer | { readonly known: DurablePayee } | { readonly about: Bytes; readonly refusal: Refusal } {
	const { transfer, request } = offering;
	const { digest } = request;
	if (!equalBytes(transfer.request, digest))
		return { about: transfer.request, refusal: refuse("request-mismatch") };
	const accepted = acceptTokens(transfer.tokens, {
		request,
		trust: context.trust,
		now: context.now,
		// A transfer that came before is known by its attempt: outputs are looked up after that.
		everOwned: () => false,
		data: dataHash(transfer.data),
		against: request.body.against,
	});
	const links = isRefusal(accepted) ? linksOf(transfer.tokens, accepted, context) : accepted.links;
	if (isRefusal(links)) return { about: digest, refusal: links };
	const attempt = attemptId(digest, links);
	const known = offering.known(attempt);
	if (known !== undefined) return { known };
	const offer = isRefusal(accepted) ? accepted : judge(offering, accepted, attempt, context);
	return isRefusal(offer) ? { about: attempt, refusal: offer } : offer;
}

/** The links of a transfer that was refused: they name its attempt, where no signature needs checking for it. */
function linksOf(tokens: readonly Token[], refusal: Refusal, { trust }: Context): readonly Bytes[] | Refusal {
	if (refusal.code === "too-many") return refusal;
	const links: Bytes[] = [];
	for (const carried of tokens) {
		// A copy: what was walked without its signatures must not be remembered as verified.
		const token = verifyParsedToken({ ...carried }, trust, { signatures: false });
		const id = isRefusal(token) ? undefined : token.path.at(-1)?.id;
		if (id === undefined) return refusal;
		links.push(id);
	}
	return links;
}

/** What is checked of an attempt that is new. */
function judge(
	{ transfer, request, contents, active, known, everOwned }: Offering,
	accepted: AcceptedTokens,
	attempt: Bytes,
	{ trust, now }: Context,
): Offer | Refusal {
	const { mode } = request.body;
	const counterRequest = transfer.counterRequest && verifyRequest(transfer.counterRequest, trust);
	if (isRefusal(counterRequest)) return counterRequest;
	if (accepted.tokens.some(({ outputId }) => everOwned(outputId)))
		return refuse("request-reused", "an output that was taken before");
	// A direct transfer is effective already: refusing it would strand it, so late, repeated or frozen ones are the
	// payee's to keep or to send back.
	if (mode !== "direct") {
		if (active !== null && !equalBytes(active, attempt)) return standsInTheWay(known(active));
		const closed = requestIsOpen(request, now);
		if (closed !== undefined) return closed;
		const frozen = refuseFrozenOffer({ request, accepted }, { trust, now });
		if (frozen !== undefined) return frozen;
	}
	if ((mode === "direct") !== (accepted.lock === null)) return refuse("lock-mismatch", "mode");
	if (accepted.lock?.payeeDecides) return refuse("lock-mismatch", "the payee does not decide here");
	const differ = legsDiffer(request, counterRequest, accepted.amount);
	if (differ !== undefined) return differ;
	const closed = counterRequest === null ? undefined : requestIsOpen(counterRequest, now);
	if (closed !== undefined) return closed;
	const documents = matchDocuments(transfer.data, contents);
	if (isRefusal(documents)) return documents;
	return { transfer, request, counterRequest, accepted, documents };
}

/** What a freeze list says against an offer, when it comes and when it is taken. A direct transfer is sent back. */
export function refuseFrozenOffer(
	{ request, accepted }: Pick<Offer, "request" | "accepted">,
	{ trust, now }: Context,
): Refusal | undefined {
	if (request.body.mode === "direct") return undefined;
	for (const token of accepted.tokens) {
		const frozen = refuseToTake(token, trust.freezes, now);
		if (frozen !== undefined) return frozen;
	}
	return undefined;
}

/** Another attempt at the same request: its payer may have cancelled it, and we not heard of it yet. */
function standsInTheWay(active: DurablePayee | undefined): Refusal {
	const isOpen = active === undefined || ["reserved", "lockedForeign", "resolving"].includes(active.kind);
	return isOpen
		? refuse("attempt-pending", "another attempt at this request is not decided")
		: refuse("request-reused");
}
