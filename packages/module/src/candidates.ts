/** Which tokens a request, or a payee who has not asked yet, could be paid with, and of the others why not. */
import {
	type Against,
	type AssetId,
	type Bytes,
	currentlyValid,
	equalBytes,
	isRefusal,
	limits,
	type Profile,
	type Reason,
	type Refusal,
	refuse,
	sameAsset,
	type VerifiedCertificate,
	type VerifiedRequest,
	wouldAccept,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { whyFrozen } from "./freezing.ts";
import type { TokenSummary } from "./rows.ts";

/** The tokens with which a request could be paid: free, of its asset, and allowed by every rule on them. */
export function candidates(core: Core, encoded: Bytes, amount: bigint): readonly TokenSummary[] | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	return fitting(core, request.body.asset, meantBy(core, request, amount));
}

/** The free tokens of an asset that every rule lets do what is meant. */
export function fitting(core: Core, asset: AssetId, meant: Meant): readonly TokenSummary[] {
	const owners = new Owners(core);
	return freeTokens(core, asset).filter((summary) => reasonsOf(core, owners, summary, meant).length === 0);
}

/** Why some tokens of the request's asset may not pay it, each reason once. */
export function objections(core: Core, encoded: Bytes, amount: bigint): readonly Reason[] | Refusal {
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	const owners = new Owners(core);
	const meant = meantBy(core, request, amount);
	const reasons = freeTokens(core, request.body.asset).flatMap((summary) =>
		reasonsOf(core, owners, summary, meant),
	);
	return [...new Map(reasons.map((reason) => [`${reason.code} ${reason.detail}`, reason])).values()];
}

/** A payment that nobody has asked for yet. */
export type Supposed = {
	readonly asset: AssetId;
	/** minor units */
	readonly amount: bigint;
	readonly payee: Pick<Profile, "role" | "class" | "merchantCategory" | "region">;
	/** who certified the payee; the asset's own operator without */
	readonly certifiedBy?: Bytes;
	readonly purpose?: string;
	/** unix seconds; now without */
	readonly at?: number;
};

/** A token, and why it, or as much of it as is asked for, would not be accepted; none means it would. */
export type Judged = { readonly token: TokenSummary; readonly reasons: readonly Reason[] };

/** Every free token of an asset, judged as if such a payee asked for it, by what judges requests. */
export function suppose(core: Core, supposed: Supposed): readonly Judged[] | Refusal {
	const { asset, amount, payee, certifiedBy = asset.operator, purpose = null, at = core.now() } = supposed;
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	if (amount <= 0n) return refuse("amount-invalid");
	const sample = trust.operator(asset.operator)?.desk;
	if (sample === undefined || trust.asset(asset) === undefined) return refuse("asset-unknown");
	// Nobody's certificate: as long as others are, valid when it is asked for, and named in no list.
	const certificate: VerifiedCertificate = {
		...sample,
		hash: new Uint8Array(sample.hash.length),
		operatorId: certifiedBy,
		claims: { ...sample.claims, notBefore: null, expiresAt: Number.MAX_SAFE_INTEGER },
		profile: { ...sample.profile, ...payee },
	};
	const meant = { payee: certificate, amount, purpose, against: null, isDirect: false, now: at };
	const owners = new Owners(core);
	return freeTokens(core, asset).map((token) => ({
		token,
		reasons: reasonsOf(core, owners, token, meant),
	}));
}

/** What tokens are judged for. */
export type Meant = {
	readonly payee: VerifiedCertificate;
	readonly amount: bigint;
	readonly purpose: string | null;
	readonly against: Against | null;
	readonly isDirect: boolean;
	readonly now: number;
};

function meantBy(core: Core, { payee, body }: VerifiedRequest, amount: bigint): Meant {
	const { purpose, against, mode } = body;
	return { payee, amount, purpose, against, isDirect: mode === "direct", now: core.now() };
}

function freeTokens(core: Core, wanted: AssetId): readonly TokenSummary[] {
	return core.vault.summaries().filter(({ heldBy, asset }) => heldBy === null && sameAsset(asset, wanted));
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
	{ payee, amount, purpose, against, isDirect, now }: Meant,
): readonly Reason[] {
	const own = owners.of(summary.certificate);
	if (isRefusal(own)) return [{ ...own, condition: null }];
	const frozen = whyFrozen(core, summary.output);
	if (frozen !== undefined) return [{ ...frozen, condition: null }];
	const part = amount < summary.amount ? amount : summary.amount;
	const limit = own.profile.limits?.perTransfer ?? null;
	const isPlain = !summary.isBound && summary.links < limits.hops && (limit === null || part <= limit);
	// Most tokens are bound by nothing: those need not be opened to be judged.
	if (isPlain && now < summary.spendUntil && currentlyValid(own, now) === undefined) return [];
	const trust = core.trust();
	const spendable = isRefusal(trust) ? trust : core.vault.spendable(summary.output, trust);
	if (isRefusal(spendable)) return [{ ...spendable, condition: null }];
	const proposed = { token: spendable.token, payee, amount: part, now, purpose, against };
	return wouldAccept({ ...proposed, direct: isDirect });
}
