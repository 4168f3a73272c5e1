/** What a payee signs once its app has consented: a reservation, or in an exchange its own links too. */
import { type Bytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import type { SignedType } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import {
	type Owner,
	type Token,
	type UnsignedLink,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { keepUntil } from "./acceptance.ts";
import { dataHash } from "./document.ts";
import { draftPayment } from "./draft.ts";
import type { Context } from "./machine.ts";
import { attemptId, counterPayload, type Message, type ReservedBody, reservedPayload } from "./messages.ts";
import { counterOf, type Offer, type PayeeConsent, type PayeeTerms, type Waiting } from "./payee-state.ts";
import { verifyRequest } from "./request.ts";

export type DraftAnswer = {
	readonly terms: PayeeTerms;
	readonly links: readonly UnsignedLink[];
	readonly answer: { readonly type: SignedType; readonly payload: Bytes };
};

/** The payload to sign and, in an exchange, the links that give our side. */
export function draftAnswer(
	offer: Offer,
	{ reply, inputs, counts }: PayeeConsent,
	changeRequest: Bytes,
	{ trust, now }: Context,
): DraftAnswer | Refusal {
	const { request, accepted, counterRequest } = offer;
	const given = inputs.map(({ token }) => token);
	// What is accepted was paid by somebody: see `checkToken`.
	const payer = (accepted.tokens[0] as VerifiedToken).previousOwner as VerifiedCertificate;
	const terms: PayeeTerms = {
		attempt: attemptId(request.digest, accepted.links),
		request: request.signed,
		lock: accepted.lock?.hash ?? null,
		links: accepted.links,
		amount: accepted.amount,
		payer: payer.hash,
		reply,
		keepUntil: keepUntil([...accepted.tokens, ...given], trust),
	};
	const reserved = reservedBody(terms, request.digest);
	if (counterRequest === null)
		return { terms, links: [], answer: { type: "reserved", payload: reservedPayload(reserved) } };
	if (redeemUntil(accepted.tokens, Math.min) < redeemUntil(given, Math.max))
		return refuse("expired", "the decider's asset must stay redeemable as long as ours");
	const links = draftPayment(
		{
			request: counterRequest,
			amount: counterRequest.body.amount,
			inputs,
			lock: accepted.lock && { payeeDecides: true, hash: accepted.lock.hash },
			data: null,
			against: { asset: request.body.asset, amount: accepted.amount },
			caveats: [],
			changeRequest,
			counts,
		},
		now,
	);
	if (isRefusal(links)) return links;
	const counter = { reserved, counterLinks: links.map(({ id }) => id) };
	return { terms, links, answer: { type: "counter", payload: counterPayload(counter) } };
}

function reservedBody(terms: PayeeTerms, request: Bytes): ReservedBody {
	const { links, lock, amount, reply } = terms;
	return { request, links, lock, amount, reply: dataHash(reply) };
}

function redeemUntil(tokens: readonly VerifiedToken[], pick: (...times: number[]) => number): number {
	return pick(...tokens.map(({ issue }) => issue.redeemUntil));
}

/** The message that carries a signed answer; `paid` is our side of an exchange. */
export function answerMessage(
	terms: PayeeTerms,
	request: Bytes,
	links: readonly UnsignedLink[],
	paid: readonly VerifiedToken[],
	signature: Bytes,
): Message {
	const { attempt, reply } = terms;
	const body = reservedBody(terms, request);
	if (paid.length === 0) return { kind: "reserved", attempt, body, reply, signature };
	return {
		kind: "counterTransfer",
		attempt,
		body: { reserved: body, counterLinks: links.map(({ id }) => id) },
		tokens: paid.map(({ token }) => token),
		reply,
		signature,
	};
}

/** Who alone can cancel, as the owner that a cancel opens. */
export function deciderOf(state: Waiting, trust: Trust): Owner | Refusal {
	const counter = counterOf(state);
	if (counter !== null) {
		const request = verifyRequest(counter.request, trust);
		if (isRefusal(request)) return request;
		return { certificate: request.payee, purpose: request.body.purpose, request: request.digest };
	}
	const token = verifyParsedToken(state.tokens[0] as Token, trust, { signatures: false });
	return isRefusal(token) ? token : (token.inputOwners.at(-1) as Owner);
}
