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

/** The tokens with which a request could be paid: free, of its asset, and allowed by every rule on them. */
export function candidates(core: Core, encoded: Bytes, amount: bigint): readonly TokenSummary[] | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	return freeTokens(core, request).filter(
		(summary) => reasonsOf(core, summary, request, amount).length === 0,
	);
}

/** Why some tokens of the request's asset may not pay it, each reason once. */
export function objections(core: Core, encoded: Bytes, amount: bigint): readonly Reason[] | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	const reasons = freeTokens(core, request).flatMap((summary) => reasonsOf(core, summary, request, amount));
	return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.detail}`, reason])).values()];
}

function freeTokens(core: Core, { body }: VerifiedRequest): readonly TokenSummary[] {
	return core.vault
		.summaries()
		.filter(({ heldBy, asset }) => heldBy === null && sameAsset(asset, body.asset));
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
