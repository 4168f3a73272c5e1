/**
 * Claims verified: what an operator checks of redeemed tokens before it touches its registry.
 *
 *   order signed by an owner of one of the tokens
 *   each token: every link on its path holds, and the last is a direct link to this operator's desk that
 *   names this order; the operator's clock says that it is still redeemable
 *
 * A token that fails is refused by itself; the others go on. What could go wrong here is only refusing too
 * much: whether value may be paid is decided by the registry's rows (`conflict.ts`), never by this file.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	type Refusal,
	refuse,
	serialize,
	toHex,
} from "../codec/index.ts";
import type { AssetDefinition, Trust } from "../identity/index.ts";
import {
	type ConsumedOutput,
	consumedOutput,
	consumedOutputs,
	finalCountOf,
	lockHash,
	type Owner,
	outputId,
	type PathLink,
	sameAsset,
	signaturesIn,
	type Token,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import type { Claim } from "./claim-shape.ts";
import { type VerifiedOrder, verifyOrder } from "./order.ts";
import { type Terms, termsOf } from "./terms.ts";

export type ClaimContext = {
	readonly trust: Trust;
	readonly operator: Bytes;
	/** the operator's clock, unix seconds */
	readonly now: number;
	/** when the release of this lock was published, unix seconds; undefined where it was not */
	readonly publishedAt: (lock: Bytes) => number | undefined;
};

/** A token that this operator must honour, unless the registry says that it was spent before. */
export type Redemption = {
	readonly kind: "redemption";
	readonly token: VerifiedToken;
	/** who signed the redeeming link */
	readonly redeemer: Owner;
	readonly terms: Terms;
	/** its condition `expires` has come, and burns it */
	readonly burned: boolean;
	/** its time to redeem has passed: only what was claimed before is answered */
	readonly closed: boolean;
};

export type VerifiedClaim = {
	readonly verified: "claim";
	readonly order: VerifiedOrder;
	readonly tokens: readonly (Redemption | Refusal)[];
};

export function verifyClaim(value: Claim, context: ClaimContext): VerifiedClaim | Refusal {
	const { trust, operator } = context;
	const { asset, action } = value.order.order;
	if (!equalBytes(asset.operator, operator)) return refuse("asset-unknown", "another operator's");
	if (action.kind === "withdraw") return refuse("order-mismatch", "a withdrawal redeems nothing");
	const signatures = value.tokens.reduce((count, token) => count + signaturesIn(token, trust), 2);
	if (signatures > limits.signatures) return refuse("too-many", `${signatures} signatures`);
	const order = verifyOrder(value.order, trust);
	if (isRefusal(order)) return order;
	const tokens = value.tokens.map((token) => verifyRedemption(token, order, context));
	const redeemed = tokens.filter((token) => token.kind === "redemption");
	const signedByOwner = redeemed.some(({ redeemer }) =>
		equalBytes(redeemer.certificate.hash, order.signer.hash),
	);
	if (redeemed.length > 0 && !signedByOwner)
		return refuse("owner-mismatch", "the order is not signed by an owner of these tokens");
	const outputs = new Set(redeemed.map(({ token }) => toHex(token.outputId)));
	if (outputs.size < redeemed.length) return refuse("malformed", "one token, claimed twice");
	return { verified: "claim", order, tokens };
}

function verifyRedemption(value: Token, order: VerifiedOrder, context: ClaimContext): Redemption | Refusal {
	const token = verifyParsedToken(value, context.trust);
	if (isRefusal(token)) return token;
	if (!sameAsset(token.asset, order.order.asset)) return refuse("asset-mismatch");
	const link = token.path.at(-1);
	if (link?.kind !== "operator" || link.body.lock !== null)
		return refuse("order-mismatch", "the last link is no direct link to the operator");
	if (!equalBytes(token.owner.request, order.digest) || token.owner.purpose !== null)
		return refuse("order-mismatch");
	return {
		kind: "redemption",
		token,
		redeemer: token.inputOwners.at(-1) as Owner,
		terms: termsOf(token),
		burned: isBurned(token, context.now),
		closed: context.now >= redeemableUntil(token, context),
	};
}

/**
 * Grace is for those who learn a release late: from the operator that published it. A lock that the payee
 * decides counts in it, anywhere on the path, only if it was published in time: whoever gave under it holds no
 * secret, and learns of the release from the operator alone.
 */
function redeemableUntil(token: VerifiedToken, { trust, publishedAt }: ClaimContext): number {
	const { redeemUntil } = token.issue;
	const lock = token.path.at(-2)?.body.lock ?? null;
	if (lock === null || publishedAt(lock.hash) === undefined) return redeemUntil;
	const foreign = token.path.flatMap(({ body }) => (body.lock?.payeeDecides ? [body.lock.hash] : []));
	if (!foreign.every((hash) => isInTime(publishedAt(hash), redeemUntil))) return redeemUntil;
	// Verified under this list, so listed in it.
	const { grace } = trust.asset(token.asset) as AssetDefinition;
	return redeemUntil + grace;
}

/** Whether a release was published while its token could still be redeemed; times in unix seconds. */
export function isInTime(publishedAt: number | undefined, redeemUntil: number): boolean {
	return publishedAt !== undefined && publishedAt < redeemUntil;
}

function isBurned({ rules }: VerifiedToken, now: number): boolean {
	return rules.some(
		({ condition }) => condition.kind === "expires" && condition.atExpiry === "burn" && now >= condition.time,
	);
}

/** One output, and what consumed it: kept by (issue id, output id), written at most once. */
export type RegistryRow = {
	readonly output: Bytes;
	/** a link's id; or the order or ruling that was paid for the output */
	readonly consumer: Bytes;
	/**
	 * what evidence needs: encoded, the `ConsumedOutput` of a link, or the `RefundedOutput` of a statement about
	 * a lock; null where the output was paid otherwise
	 */
	readonly consumed: Bytes | null;
	/**
	 * where `output` is a part of a meter: the metered output, and whether a claim on that part which this link
	 * does not contradict may stand in its place
	 */
	readonly meter?: { readonly output: Bytes; readonly yields: boolean };
};

/**
 * The two parts of a metered output, each with a row of its own: a Close takes both, a claim by one side its own.
 * An output id is no link id, so these are ids of nothing else.
 */
export function meterPart(meter: Bytes, part: "payee" | "payer"): Bytes {
	return outputId(meter, { payee: 0, payer: 1 }[part]);
}

/** The rows of a whole path, and of the output that is paid to `payee` (an order's digest, a ruling's id). */
export function registryRows(token: VerifiedToken, payee: Bytes, trust: Trust): readonly RegistryRow[] {
	return [...pathRows(token, trust), { output: token.outputId, consumer: payee, consumed: null }];
}

/** Both parts of a meter, taken by a Close. */
export function meterRows(
	meter: Bytes,
	close: Bytes,
	consumed: Bytes,
	isChange: boolean,
): readonly RegistryRow[] {
	const row = (part: "payee" | "payer", yields: boolean): RegistryRow => {
		return { output: meterPart(meter, part), consumer: close, consumed, meter: { output: meter, yields } };
	};
	return [row("payee", isChange), row("payer", false)];
}

/**
 * The rows of the links on a path. A last link that is still locked consumes nothing; a Close takes both parts of
 * its meter, and where the path goes on through the payer's change, a payee that was paid elsewhere is not in its way.
 */
export function pathRows(token: VerifiedToken, trust: Trust): readonly RegistryRow[] {
	const consumed = consumedOutputs(token, trust);
	const effective = token.pending === null ? token.path : token.path.slice(0, -1);
	return effective.flatMap((link, position) => {
		const kept = serialize(consumedOutput, consumed[position] as ConsumedOutput);
		if (finalCountOf(link.body) === undefined)
			return [{ output: link.input, consumer: link.id, consumed: kept }];
		return meterRows(link.input, link.id, kept, link.kind === "change");
	});
}

/** Locks and their releases on a path: the operator publishes them, for the side that still waits for one. */
export function releasesOn(
	path: readonly PathLink[],
): readonly { readonly lock: Bytes; readonly release: Bytes }[] {
	return path.flatMap(({ release }) => (release === null ? [] : [{ lock: lockHash(release), release }]));
}
