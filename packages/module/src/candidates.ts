/** Which tokens a request could be paid with, and of the others why not. */
import {
	type Bytes,
	currentlyValid,
	equalBytes,
	isRefusal,
	limits,
	type Reason,
	type Refusal,
	sameAsset,
	type VerifiedCertificate,
	type VerifiedRequest,
	wouldAccept,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import type { TokenSummary } from "./rows.ts";

/** The tokens with which a request could be paid: free, of its asset, and allowed by every rule on them. */
export function candidates(core: Core, encoded: Bytes, amount: bigint): readonly TokenSummary[] | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	const owners = new Owners(core);
	return freeTokens(core, request).filter(
		(summary) => reasonsOf(core, owners, summary, request, amount).length === 0,
	);
}

/** Why some tokens of the request's asset may not pay it, each reason once. */
export function objections(core: Core, encoded: Bytes, amount: bigint): readonly Reason[] | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	const owners = new Owners(core);
	const reasons = freeTokens(core, request).flatMap((summary) =>
		reasonsOf(core, owners, summary, request, amount),
	);
	return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.detail}`, reason])).values()];
}

function freeTokens(core: Core, { body }: VerifiedRequest): readonly TokenSummary[] {
	return core.vault
		.summaries()
		.filter(({ heldBy, asset }) => heldBy === null && sameAsset(asset, body.asset));
}

/** A certificate of one's own that may pay, or why it may not. */
type Owner = VerifiedCertificate | Refusal;

/** Thousands of tokens have few owners, and most the same as the one before: each is looked up once in a row. */
class Owners {
	readonly #core: Core;
	#last: { readonly hash: Bytes; readonly owner: Owner } | undefined;

	constructor(core: Core) {
		this.#core = core;
	}

	of(hash: Bytes): Owner {
		if (this.#last === undefined || !equalBytes(this.#last.hash, hash)) {
			const owner = this.#core.isSilenced(hash) ?? this.#core.ownCertificate(hash);
			this.#last = { hash, owner };
		}
		return this.#last.owner;
	}
}

function reasonsOf(
	core: Core,
	owners: Owners,
	summary: TokenSummary,
	request: VerifiedRequest,
	amount: bigint,
): readonly Reason[] {
	const now = core.now();
	const own = owners.of(summary.certificate);
	if (isRefusal(own)) return [{ ...own, condition: null }];
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
