/** What a wallet answers to an offer that passed every check of its module. */
import type { Answer, SecureModule } from "@tenten/module";
import {
	holdingOf,
	isRefusal,
	mayCredit,
	type Offer,
	type Refusal,
	refuse,
	serialize,
	signedRequest,
} from "@tenten/protocol";
import { selectTokens } from "./selection.ts";

export type Consider = (offer: Offer) => Promise<Answer | Refusal>;

/** The app's word. In an exchange that it agrees to without naming tokens, they are chosen here. */
export async function agree(
	module: SecureModule,
	offer: Offer,
	now: number,
	consider: Consider = async (offered) => takes(offered, now),
): Promise<Answer | Refusal> {
	const answer = await consider(offer);
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

/** Without a word from the app: a merchant takes only what its account could be credited with. */
function takes({ request, accepted }: Offer, now: number): Answer | Refusal {
	const { payee } = request;
	if (payee.profile.role !== "merchant") return {};
	const isStuck = accepted.tokens.some((token) => !mayCredit(holdingOf(token), payee, now));
	return isStuck ? refuse("condition-payee", "conditions on it would keep us from redeeming it") : {};
}
