/**
 * What a payee makes of a word that comes late: what can no longer be redeemed opens no doors, and what the
 * other side of an exchange gave is given up only where the decider can still claim it.
 *
 *   now < redeem until of what we gave    any release, any operator's ruling
 *   from then on                          a ruling of the operator of what we gave, on a release published before
 *
 * Wrong the one way, a decider takes a leg that its other side can no longer follow; the other way, what was
 * given comes back beside what was received.
 */
import { equalBytes } from "../codec/index.ts";
import type { Trust } from "../identity/index.ts";
import type { RulingBody, Token } from "../token/index.ts";
import type { CounterLeg, DurablePayee, Waiting } from "./payee-state.ts";

/** What the other side of an exchange gave, and does not know the fate of. */
export function givenIn(
	state: Waiting | Extract<DurablePayee, { readonly kind: "cancelled" }>,
): readonly Token[] {
	if (state.kind === "cancelled") return [];
	return state.answer.kind === "counterTransfer" ? state.answer.tokens : [];
}

export function isPastRedeeming(tokens: readonly Token[], now: number): boolean {
	return tokens.some(({ issue }) => now >= issue.issue.redeemUntil);
}

/**
 * Whether nobody pays what this brought any more: by the trust list, or by a ruling of the operator that would pay
 * it. One's own clock may be wrong, and another operator would end with its date what is not its own.
 */
export function wasOver(
	{ terms }: DurablePayee,
	{ operator, ruledAt }: RulingBody,
	{ list }: Trust,
): boolean {
	const isOfTaken = equalBytes(operator, terms.request.body.asset.operator);
	return (isOfTaken ? Math.max(ruledAt, list.issuedAt) : list.issuedAt) >= terms.keepUntil;
}

/**
 * Until redeem until any word with the release will do: there is time to show it to the operator of what we
 * gave. From then on that operator alone knows whether it was shown in time, and tells by `ruledAt`.
 */
export function takesWhatWeGave(
	given: readonly Token[],
	{ request }: CounterLeg,
	{ operator, ruledAt }: RulingBody,
	now: number,
): boolean {
	if (!isPastRedeeming(given, now)) return true;
	const isOfGiven = equalBytes(operator, request.body.asset.operator);
	return isOfGiven && given.some(({ issue }) => ruledAt < issue.issue.redeemUntil);
}
