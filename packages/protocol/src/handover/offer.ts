/** What a payee checks of a transfer that arrives, before its app is asked. */
import { type Bytes, equalBytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { sameAsset } from "../token/index.ts";
import { acceptTokens } from "./acceptance.ts";
import { dataHash, matchDocuments } from "./document.ts";
import type { Context } from "./machine.ts";
import { attemptId, type MessageOf } from "./messages.ts";
import type { DurablePayee, Offer } from "./payee-state.ts";
import { requestIsOpen, type VerifiedRequest, verifyRequest } from "./request.ts";

export type Offering = {
	readonly transfer: MessageOf<"transfer">;
	/** one's own */
	readonly request: VerifiedRequest;
	/** contents of the documents that came with it, by position */
	readonly contents: ReadonlyMap<number, Bytes>;
	/** the attempt of this request that is not cancelled, if there is one */
	readonly active: Bytes | null;
	/** the kept state of an attempt */
	readonly known: (attempt: Bytes) => DurablePayee | undefined;
	readonly everOwned: (output: Bytes) => boolean;
};

/** An offer to ask the app about, the state of an attempt that is known already, or why not. */
export function checkOffer(
	{ transfer, request, contents, active, known, everOwned }: Offering,
	{ trust, now }: Context,
): Offer | { readonly known: DurablePayee } | Refusal {
	const { body, digest } = request;
	if (!equalBytes(transfer.request, digest)) return refuse("request-mismatch");
	const counterRequest = transfer.counterRequest && verifyRequest(transfer.counterRequest, trust);
	if (isRefusal(counterRequest)) return counterRequest;
	const { against } = body;
	// A transfer that came before is known by its outputs: they are looked up once it has been walked.
	const accepted = acceptTokens(transfer.tokens, {
		request,
		trust,
		now,
		everOwned: () => false,
		data: dataHash(transfer.data),
		against,
	});
	if (isRefusal(accepted)) return accepted;
	const attempt = attemptId(digest, accepted.links);
	const state = known(attempt);
	if (state !== undefined) return { known: state };
	if (active !== null && !equalBytes(active, attempt)) return refuse("request-reused");
	if (accepted.tokens.some(({ outputId }) => everOwned(outputId)))
		return refuse("request-reused", "an output that was taken before");
	const closed = requestIsOpen(request, now);
	if (closed !== undefined) return closed;
	if ((body.mode === "direct") !== (accepted.lock === null)) return refuse("lock-mismatch", "mode");
	if (accepted.lock?.payeeDecides) return refuse("lock-mismatch", "the payee does not decide here");
	const mirrored = checkMirror(request, counterRequest, accepted.amount);
	if (mirrored !== undefined) return mirrored;
	const documents = matchDocuments(transfer.data, contents);
	if (isRefusal(documents)) return documents;
	return { transfer, request, counterRequest, accepted, documents };
}

/** In an exchange the two requests must say the same of both legs. */
function checkMirror(
	{ body }: VerifiedRequest,
	counter: VerifiedRequest | null,
	amount: bigint,
): Refusal | undefined {
	if (body.against === null || counter === null)
		return body.against === counter ? undefined : refuse("request-mismatch", "other leg");
	const { asset, amount: owed } = body.against;
	const other = counter.body;
	const mirrors =
		other.mode === "exchange" &&
		other.amount === owed &&
		other.against?.amount === amount &&
		sameAsset(other.asset, asset) &&
		sameAsset(other.against.asset, body.asset);
	return mirrors ? undefined : refuse("request-mismatch", "the legs differ");
}
