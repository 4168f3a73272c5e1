/** Until when what an attempt holds is worth anything: to be redeemed, and then to be refunded. */
import { isRefusal, type Locked, refundUntil, type Token, type Trust } from "@tenten/protocol";
import type { Core } from "./core.ts";

/** Whether one of the tokens that a lock holds can be redeemed no more. */
export function isPastRedeeming(state: Locked, now: number): boolean {
	return tokensIn(state).some(({ issue: { issue } }) => now >= issue.redeemUntil);
}

/** Whether, by more than one's own clock, none of them can be refunded either. */
export function isPastRefunds(core: Core, state: Locked): boolean {
	const trust = core.keptTrust();
	return !isRefusal(trust) && core.surelyPast() >= lastDay(tokensIn(state), trust);
}

/** When no token can be refunded any more, unix seconds. */
export function lastDay(tokens: readonly Token[], trust: Trust): number {
	return Math.max(
		...tokens.map(({ issue: { issue } }) => refundUntil(issue, trust.asset(issue.asset)?.grace ?? 0)),
	);
}

function tokensIn({ transfer }: Locked): readonly Token[] {
	return transfer.kind === "transfer" ? transfer.tokens : [];
}
