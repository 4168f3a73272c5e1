/** What a wallet answers to an offer that passed every check of its module. */
import { type Answer, payerOf, type SecureModule } from "@tenten/module";
import {
	type Document,
	holdingOf,
	isRefusal,
	mayCredit,
	type Offer,
	type Refusal,
	refuse,
	serialize,
	signedRequest,
	type VerifiedRequest,
} from "@tenten/protocol";
import type { Gateway } from "./fog/gateway.ts";
import type { ForeignGate } from "./foreign/gate.ts";
import { selectTokens } from "./selection.ts";

export type Consider = (offer: Offer) => Promise<Answer | Refusal>;

/** A media type that the payee wants, and that none of these documents has. */
export function lackingDocument(
	{ body }: VerifiedRequest,
	documents: readonly Document[],
): string | undefined {
	return body.wants.find((wanted) => !documents.some(({ mediaType }) => mediaType === wanted));
}

/** Who agrees: the app where it says so, before it the gate for value of other ecosystems, and after it a gateway. */
export type Agreeing = {
	/** unix seconds */
	readonly now: () => number;
	/** what to answer to a payment that passed every check; takes all of them without */
	readonly consider?: Consider | undefined;
	/** what of other ecosystems is taken; all that the trust list names without */
	readonly foreign?: ForeignGate | undefined;
	/** a gateway nearby, under whose word some payments are taken */
	readonly gateway?: Gateway | undefined;
};

/** The app's word. In an exchange that it agrees to without naming tokens, they are chosen here. */
export async function agree(
	module: SecureModule,
	offer: Offer,
	{ now, foreign, gateway, consider = async (offered) => takes(offered, now()) }: Agreeing,
): Promise<Answer | Refusal> {
	const issues = offer.accepted.tokens.map(({ issue }) => issue);
	const considered = (await foreign?.refuse(issues)) ?? (await consider(offer));
	// A part of the gateway's mandate is used by asking: for nothing that is declined anyway.
	const approval = isRefusal(considered) ? undefined : await gateway?.approval(offer, payerOf(offer));
	if (isRefusal(approval)) return approval;
	const answer = isRefusal(considered) || approval === undefined ? considered : { ...considered, approval };
	const { counterRequest, accepted } = offer;
	if (isRefusal(answer) || counterRequest === null || answer.inputs !== undefined) return answer;
	const { amount } = counterRequest.body;
	const candidates = module.candidates(serialize(signedRequest, counterRequest.signed), amount);
	if (isRefusal(candidates)) return candidates;
	// What we give must not outlive what the other side, which decides, gives.
	const until = Math.min(...accepted.tokens.map(({ issue }) => issue.redeemUntil));
	const inputs = selectTokens(
		candidates.filter(({ redeemUntil }) => redeemUntil <= until),
		amount,
	);
	return inputs === undefined
		? refuse("funds-insufficient", "nothing to give in this exchange")
		: { ...answer, inputs: inputs.map(({ output }) => output) };
}

/**
 * Without a word from the app: what the request wants must be there, and a merchant takes only what its account could
 * be credited with.
 */
export function takes({ request, accepted, documents }: Offer, now: number): Answer | Refusal {
	const { payee } = request;
	const lacking = lackingDocument(request, documents);
	if (lacking !== undefined) return refuse("document-mismatch", lacking);
	if (payee.profile.role !== "merchant") return {};
	const isStuck = accepted.tokens.some((token) => !mayCredit(holdingOf(token), payee, now));
	return isStuck ? refuse("condition-payee", "conditions on it would keep us from redeeming it") : {};
}
