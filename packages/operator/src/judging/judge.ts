/**
 * Judging a claim: all that its bytes, its signatures and the clock decide, worked out before the store is asked.
 *
 *   encoded claim ─▶ parsed ─▶ verified ─▶ what the store step needs, as plain data
 *                      └─▶ undated: a token is late, and counts only by when its releases were published
 *
 * It needs a trust list and nothing else, so it may run on another thread (`JudgePool`); whoever goes on from a
 * `JudgedClaim` decodes nothing and checks no signature.
 */
import {
	type Bytes,
	type Claim,
	claim as claimShape,
	type Holding,
	isRefusal,
	lockHash,
	type Order,
	ownerHash,
	parse,
	type Redemption,
	type Refusal,
	type RegistryRow,
	redeemedHolding,
	refusals,
	registryRows,
	releasesOn,
	type Terms,
	type Trust,
	toHex,
	type VerifiedOrder,
	verifyClaim,
} from "@tenten/protocol";
import type { Shown } from "../store/releases.ts";

export type Question = {
	readonly encoded: Bytes;
	/** the operator's id */
	readonly operator: Bytes;
	/** unix seconds: the time by which everything in the claim is judged */
	readonly now: number;
	/** when releases were published, unix seconds, by their locks in hexadecimal; null: not looked up yet */
	readonly published: ReadonlyMap<string, number> | null;
};

/** A token that must be honoured, unless the registry says that it was spent before. */
export type JudgedToken = {
	readonly kind: "token";
	readonly issue: Bytes;
	/** the output that is paid: the one that the redeeming link paid to the operator */
	readonly output: Bytes;
	/** of the whole path and of `output` */
	readonly rows: readonly RegistryRow[];
	/** minor units */
	readonly amount: bigint;
	readonly hops: number;
	readonly terms: Terms;
	/** see `Share` */
	readonly owner: Bytes;
	/** hash of the certificate in `owner` */
	readonly redeemer: Bytes;
	/** what decides whether it may be credited */
	readonly holding: Holding;
	/** see `Redemption` */
	readonly burned: boolean;
	/** too late for anything that is not recorded already */
	readonly closed: boolean;
	/** releases on its path, which it vouches for */
	readonly releases: readonly Shown[];
};

/** Only `judge` makes one: every signature in the claim was checked. */
export type JudgedClaim = {
	readonly kind: "judged";
	readonly order: Order;
	readonly digest: Bytes;
	/** hash of the certificate that signed the order */
	readonly signer: Bytes;
	/** in the order of the claim */
	readonly tokens: readonly (JudgedToken | Refusal)[];
};

/** `undated`: to be asked again, with the times at which the releases of `locks` were published. */
export type Judgement =
	| JudgedClaim
	| { readonly kind: "undated"; readonly locks: readonly Bytes[] }
	| Refusal;

export function judge({ encoded, operator, now, published }: Question, trust: Trust): Judgement {
	const parsed = parse(claimShape, encoded);
	if (isRefusal(parsed)) return parsed;
	const locks = published === null ? lateLocks(parsed, now) : [];
	if (locks.length > 0) return { kind: "undated", locks };
	const publishedAt = (lock: Bytes): number | undefined => published?.get(toHex(lock));
	const verified = verifyClaim(parsed, { trust, operator, now, publishedAt });
	if (isRefusal(verified)) return verified;
	// All tokens of an order are decided together, so what may pass later holds up the rest.
	const passing = verified.tokens.find(
		(token) => isRefusal(token) && refusals[token.code][0] === "transient",
	);
	if (isRefusal(passing)) return passing;
	const { order, digest, signer } = verified.order;
	const tokens = verified.tokens.map((token) =>
		isRefusal(token) ? token : judgedToken(token, verified.order, trust),
	);
	return { kind: "judged", order, digest, signer: signer.hash, tokens };
}

/** Locks that were released on the paths of tokens whose time to redeem has passed. */
function lateLocks({ tokens }: Claim, now: number): readonly Bytes[] {
	const late = tokens.filter(({ issue: { issue } }) => now >= issue.redeemUntil);
	return late.flatMap(({ hops }) =>
		hops.flatMap(({ lock }) =>
			lock?.state === "released" || lock?.state === "releasedPayeeDecides" ? [lockHash(lock.bytes)] : [],
		),
	);
}

function judgedToken(redemption: Redemption, { digest }: VerifiedOrder, trust: Trust): JudgedToken {
	const { token, redeemer, terms, burned, closed } = redemption;
	const { certificate, purpose, request } = redeemer;
	return {
		kind: "token",
		issue: token.issueId,
		output: token.outputId,
		rows: registryRows(token, digest, trust),
		amount: token.amount,
		hops: token.hops,
		terms,
		owner: ownerHash(certificate.hash, purpose, request),
		redeemer: certificate.hash,
		holding: redeemedHolding(token),
		burned,
		closed,
		releases: releasesOn(token.path),
	};
}
