/** What of a meter stays the same, read once from its token. */
import { type Refusal, refundUntil, refuse, type Trust, type VerifiedToken } from "@tenten/protocol";
import type { MeterFacts } from "./rows.ts";

/** `token` ends in the metered output, locked or released; `now`: unix seconds. */
export function factsOf(token: VerifiedToken, trust: Trust, now: number): MeterFacts | Refusal {
	const { meter, certificate, purpose, request } = token.owner;
	if (meter === undefined) return refuse("meter-mismatch", "no metered output");
	const { units, perTicks, ticks, until } = meter.terms;
	const grace = trust.asset(token.asset)?.grace ?? 0;
	return {
		asset: token.asset,
		request,
		purpose,
		payer: certificate.hash,
		payee: meter.payee.hash,
		output: token.outputId,
		held: token.amount,
		units,
		perTicks,
		most: ticks,
		openedAt: now,
		until,
		claimableFrom: until + grace,
		keepUntil: token.issue.redeemUntil + grace,
		lastDay: refundUntil(token.issue, grace),
		counted: null,
		claim: null,
		isOver: false,
	};
}
