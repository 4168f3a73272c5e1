/** A token's states, and what freeze lists say of them. */
import type { Bytes, Refusal } from "../codec/index.ts";
import type { Freezes } from "../identity/index.ts";
import type { VerifiedToken } from "./verify.ts";

/** The outputs on a token's path, from its issue's to the present one. */
export function statesOf({ path, outputId }: VerifiedToken): readonly Bytes[] {
	return [...path.map(({ input }) => input), outputId];
}

/** `frozen` where a state on its path is, and none after it is cleared. */
export function refuseFrozen(token: VerifiedToken, freezes: Freezes): Refusal | undefined {
	return freezes.refuseFrozen(token.asset.operator, statesOf(token));
}

/** For whoever would take it: `frozen`, or `freeze-list-expired` where that cannot be said any more. */
export function refuseToTake(token: VerifiedToken, freezes: Freezes, now: number): Refusal | undefined {
	return refuseFrozen(token, freezes) ?? freezes.refuseStale(token.asset.operator, now);
}
