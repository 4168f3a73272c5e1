/**
 * A payer's plan: checked before anything is signed, and once more, as its payee will, before it binds.
 *
 * What a payee would refuse must not be locked, and above all not sent direct: nothing but the payee frees
 * that again.
 */
import { type Bytes, isRefusal, limits, type Refusal, refuse } from "../codec/index.ts";
import { currentlyValid } from "../identity/index.ts";
import { lockHash, refuseFrozen, type UnsignedLink, type VerifiedToken } from "../token/index.ts";
import { judgeTokens, keepUntil } from "./acceptance.ts";
import { dataHash } from "./document.ts";
import { draftPayment, signedPayment, spendUntil } from "./draft.ts";
import type { Context } from "./machine.ts";
import { attemptId, type MessageOf, serializeMessage } from "./messages.ts";
import type { DraftPlan, PayerPlan, PayerTerms } from "./payer-state.ts";
import { legsDiffer, requestIsOpen, verifyRequest } from "./request.ts";

/** The links to sign. `changeRequest`: 32 random bytes. */
export function draftPlan(
	plan: PayerPlan,
	secret: Bytes,
	changeRequest: Bytes,
	{ trust, now }: Context,
): DraftPlan | Refusal {
	const { request, inputs } = plan;
	const closed = requestIsOpen(request, now);
	if (closed !== undefined) return closed;
	if (request.body.amount !== 0n && request.body.amount !== plan.amount) return refuse("amount-mismatch");
	for (const { token } of inputs) {
		const invalid = currentlyValid(token.owner.certificate, now);
		if (invalid !== undefined) return invalid;
		const frozen = refuseFrozen(token, trust.freezes);
		if (frozen !== undefined) return frozen;
	}
	const counter = plan.counterRequest && verifyRequest(plan.counterRequest, trust);
	if (isRefusal(counter)) return counter;
	const differ = legsDiffer(request, counter, plan.amount) ?? (counter && requestIsOpen(counter, now));
	if (differ) return differ;
	const links = draftPayment(
		{
			request,
			amount: plan.amount,
			inputs,
			lock: request.body.mode === "direct" ? null : { payeeDecides: false, hash: lockHash(secret) },
			data: dataHash(plan.data),
			against: request.body.against,
			caveats: plan.caveats,
			changeRequest,
			counts: plan.counts,
		},
		now,
	);
	if (isRefusal(links)) return links;
	// The other side of an exchange knows its decider by the request that it pays.
	const signer = counter?.payee ?? (links[0] as UnsignedLink).input.owner.certificate;
	return { links, signer: signer.hash };
}

/** A payment that its payee may take. */
export type BindingPayment = {
	readonly terms: PayerTerms;
	readonly transfer: MessageOf<"transfer">;
	readonly change: readonly VerifiedToken[];
};

/** The payment that these signatures make, or why its payee would refuse it. */
export function bindingPayment(
	plan: PayerPlan,
	{ links, signer }: DraftPlan,
	signatures: readonly Bytes[],
	{ trust, now }: Context,
): BindingPayment | Refusal {
	const payment = signedPayment(links, signatures);
	if (isRefusal(payment)) return payment;
	const { request, counterRequest, data } = plan;
	const judged = judgeTokens(payment.paid, {
		request,
		trust,
		now,
		everOwned: () => false,
		needsStatus: false,
		data: dataHash(data),
		against: request.body.against,
	});
	if (isRefusal(judged)) return judged;
	const transfer: MessageOf<"transfer"> = {
		kind: "transfer",
		request: request.digest,
		tokens: payment.paid.map(({ token }) => token),
		data,
		counterRequest,
		documentKey: plan.documentKey,
	};
	if (serializeMessage(transfer).length > limits.message)
		return refuse("too-large", "pay with fewer tokens, or refresh them first");
	const inputs = plan.inputs.map(({ token }) => token);
	const terms: PayerTerms = {
		attempt: attemptId(request.digest, judged.links),
		request: request.signed,
		inputs: inputs.map(({ outputId }) => outputId),
		links: judged.links,
		lock: judged.lock?.hash ?? null,
		amount: plan.amount,
		signer,
		counterRequest,
		data,
		spendUntil: spendUntil(inputs),
		keepUntil: keepUntil(inputs, trust),
	};
	// Kept in memory beside its plain form: on release it need not be walked again.
	for (const token of payment.change) trust.remember(token.token, token);
	return { terms, transfer, change: payment.change };
}
