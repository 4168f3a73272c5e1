/** Which tokens a request could be paid with, and of the others why not. */
import {
	type Bytes,
	currentlyValid,
	isRefusal,
	limits,
	type Reason,
	type Refusal,
	sameAsset,
	type VerifiedRequest,
	wouldAccept,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import type { TokenSummary } from "./rows.ts";

export type Candidates = {
	readonly tokens: readonly TokenSummary[];
	/** what forbids the others, each said once */
	readonly reasons: readonly Reason[];
};

/** Of the free tokens of the request's asset. `amount` in minor units. */
export function candidates(core: Core, encoded: Bytes, amount: bigint): Candidates | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	const tokens: TokenSummary[] = [];
	const reasons = new Map<string, Reason>();
	for (const summary of core.vault.summaries()) {
		if (summary.heldBy !== null || !sameAsset(summary.asset, request.body.asset)) continue;
		const against = reasonsOf(core, summary, request, amount);
		if (against.length === 0) tokens.push(summary);
		for (const reason of against) reasons.set(`${reason.code} ${reason.detail}`, reason);
	}
	return { tokens, reasons: [...reasons.values()] };
}

function reasonsOf(
	core: Core,
	summary: TokenSummary,
	request: VerifiedRequest,
	amount: bigint,
): readonly Reason[] {
	const now = core.now();
	const own = core.ownCertificate(summary.certificate);
	const silenced = core.isSilenced(summary.certificate) ?? (isRefusal(own) ? own : undefined);
	if (silenced !== undefined || isRefusal(own)) return silenced ? [{ ...silenced, condition: null }] : [];
	const part = amount < summary.amount ? amount : summary.amount;
	const limit = own.profile.limits?.perTransfer ?? null;
	const isPlain = !summary.isBound && summary.links < limits.hops && (limit === null || part <= limit);
	// Most tokens are bound by nothing: those need not be opened to be judged.
	if (isPlain && now < summary.spendUntil && currentlyValid(own, now) === undefined) return [];
	const trust = core.trust();
	const spendable = isRefusal(trust) ? trust : core.vault.spendable(summary.output, trust);
	if (isRefusal(spendable)) return [{ ...spendable, condition: null }];
	const { purpose, against, mode } = request.body;
	const proposed = { token: spendable.token, payee: request.payee, amount: part, now, purpose, against };
	return wouldAccept({ ...proposed, direct: mode === "direct" });
}
