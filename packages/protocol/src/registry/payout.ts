/**
 * Payouts: how accepted tokens of one order are served, in account credits and fresh issues.
 *
 *   account   each token that its terms allow is credited; the others are refreshed to the fallback owner
 *   refresh   tokens under the terms of the first are merged; owners are served in order, and a shortfall
 *             falls on the last; what is left over, and tokens under other terms, go to the fallback owner
 *
 * A valid link is never refused because of its order. Every minor unit of `shares` is in exactly one credit
 * or issue of the plan.
 */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { type NewOutput, type Order, staysWith } from "./order.ts";
import { type Terms, termsKey } from "./terms.ts";

/** What one token brings to its order. */
export type Share = {
	/** the output that the redeeming link paid to the operator */
	readonly output: Bytes;
	/** minor units; of a reserve draw, what the reserve pays */
	readonly amount: bigint;
	/** ownership changes over the whole life, the redeeming link included */
	readonly hops: number;
	readonly terms: Terms;
	/** see `ownerHash`: the owner whom the redeeming link took it from */
	readonly owner: Bytes;
	/** hash of the certificate in `owner` */
	readonly redeemer: Bytes;
	/** see `mayCredit` */
	readonly creditable: boolean;
	/** reserve draws are never merged: only what was redeemed is */
	readonly drawn: boolean;
};

export type PlannedIssue = {
	/** position among the order's outputs; null: the fallback owner */
	readonly output: number | null;
	readonly amount: bigint;
	readonly owner: Bytes;
	readonly hopsUsed: number;
	readonly terms: Terms;
};

export type Plan = {
	/** shares that are credited to the order's account */
	readonly credited: readonly Share[];
	readonly issues: readonly PlannedIssue[];
};

/**
 * `served` says that the outputs of this order were served before: what comes late goes to the fallback.
 * `signer` is the hash of the certificate that signed the order.
 */
export function planPayout(order: Order, signer: Bytes, shares: readonly Share[], served: boolean): Plan {
	const { action } = order;
	if (action.kind === "account") {
		const credited = shares.filter(({ creditable }) => creditable);
		const others = shares.filter(({ creditable }) => !creditable);
		return { credited, issues: others.map((share) => toFallback(order, share, share.amount)) };
	}
	const first = served ? undefined : shares.find(({ drawn }) => !drawn);
	const isMerged = (share: Share): boolean =>
		first !== undefined && !share.drawn && equalBytes(termsKey(share.terms), termsKey(first.terms));
	const merged = shares.filter(isMerged);
	const others = shares.filter((share) => !isMerged(share));
	return {
		credited: [],
		issues: [
			...(first === undefined ? [] : serve(order, action.outputs, signer, first, merged)),
			...others.map((share) => toFallback(order, share, share.amount)),
		],
	};
}

function serve(
	order: Order,
	outputs: readonly NewOutput[],
	signer: Bytes,
	first: Share,
	merged: readonly Share[],
): readonly PlannedIssue[] {
	let left = merged.reduce((sum, share) => sum + share.amount, 0n);
	const issues: PlannedIssue[] = [];
	for (const [position, wanted] of outputs.entries()) {
		const paid = wanted.amount < left ? wanted.amount : left;
		if (paid === 0n) break;
		left -= paid;
		const hopsUsed = mergedHops(merged, staysWith(signer, wanted) ? signer : null);
		issues.push({ output: position, amount: paid, owner: wanted.owner, hopsUsed, terms: first.terms });
	}
	if (left === 0n) return issues;
	const keeper = order.fallback === null ? first.redeemer : null;
	const rest = toFallback(order, first, left);
	return [...issues, { ...rest, hopsUsed: mergedHops(merged, keeper) }];
}

/** The largest count of hops; what `keeper` (a certificate's hash) redeemed itself, it receives without one. */
function mergedHops(merged: readonly Share[], keeper: Bytes | null): number {
	return Math.max(
		...merged.map(({ hops, redeemer }) =>
			keeper !== null && equalBytes(redeemer, keeper) ? hops - 1 : hops,
		),
	);
}

/** The owner that a token had keeps its count of hops: nothing changed hands. */
function toFallback(order: Order, { owner, hops, terms }: Share, amount: bigint): PlannedIssue {
	return order.fallback === null
		? { output: null, amount, owner, hopsUsed: hops - 1, terms }
		: { output: null, amount, owner: order.fallback, hopsUsed: hops, terms };
}
