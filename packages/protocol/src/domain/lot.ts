/**
 * What may become of a lot: all of it, each as a pure step.
 *
 *               ┌─ divide ─▶ divided ──▶ its parts, held        parts and what was lost are the whole of it
 *   (made) ─▶ held ─ move ─▶ moved ── shown by a seal ──▶ (arrived) held, at another keeper
 *               └─ retire ─▶ retired
 *
 * What can go wrong is a second end. A lot ends once: the same step again changes nothing, another is `lot-ended`.
 * What a step adds to the totals of the seal follows from it (`items`), so nobody has to remember to count.
 */
import { type Bytes, equalBytes, isRefusal, limits, type Refusal, refuse } from "../codec/index.ts";
import { isSameRecord, type Lot, type LotEnd, type LotOrigin, type LotPart, lotId } from "./record.ts";
import type { VerifiedRecord } from "./shown-record.ts";

/** An item of a batch that a seal's totals count: `owner` is a lot's id. */
export type SealedItem = {
	readonly batch: "issues" | "redemptions" | "burns" | "chargeOffs";
	readonly asset: Bytes;
	readonly owner: Bytes;
	readonly amount: bigint;
};

/** Records as they are now, and what to count; both empty where it was done before. */
export type LotStep = { readonly records: readonly Lot[]; readonly items: readonly SealedItem[] };

const nothing: LotStep = { records: [], items: [] };

/** Begins a lot. `known`: what stands under its id. `lot-known` where another one of this subject began here. */
export function makeLot(known: Lot | undefined, keeper: Bytes, what: LotPart): LotStep | Refusal {
	const { asset, subject } = what;
	const made = heldLot({ kind: "made", keeper, asset, subject }, what, null);
	if (isRefusal(made)) return made;
	if (known !== undefined)
		return known.amount === made.amount ? nothing : refuse("lot-known", "with another amount");
	return { records: [made], items: [itemOf("issues", made)] };
}

/** Takes in what a seal of another keeper shows as moved here. `proof-invalid` where it shows anything else. */
export function takeLot(known: Lot | undefined, keeper: Bytes, shown: VerifiedRecord): LotStep | Refusal {
	const { record: source, operator: from, seal, since } = shown;
	if (source?.kind !== "lot" || source.end?.kind !== "moved" || !equalBytes(source.end.to, keeper))
		return refuse("proof-invalid", "it was not moved here");
	// Moved is an end, so it need not be fresh; but the seal must add up.
	if (since === null) return refuse("quorum-missing", "too few witnesses found the seal's rules kept");
	if (known !== undefined) return nothing;
	const origin = { kind: "arrived", of: lotId(source.origin), from, to: keeper } as const;
	const arrived = heldLot(origin, source, seal);
	return isRefusal(arrived) ? arrived : { records: [arrived], items: [itemOf("issues", arrived)] };
}

/** `sum-mismatch` unless the parts and what is lost are the whole of it. */
export function divideLot(lot: Lot | undefined, parts: readonly LotPart[], lost: bigint): LotStep | Refusal {
	const ended = endLot(lot, { kind: "divided", parts, lost });
	if (isRefusal(ended) || ended === null) return ended ?? nothing;
	if (!isBalanced(ended)) return refuse("sum-mismatch", "parts and loss are not the whole lot");
	const of = lotId(ended.origin);
	const made = parts.map((part, place) => heldLot({ kind: "part", of, place }, part, null));
	const wrong = made.find(isRefusal);
	if (wrong !== undefined) return wrong;
	const lots = made as readonly Lot[];
	const others = lots.filter(({ asset }) => !equalBytes(asset, ended.asset));
	const changed = others.reduce((sum, { amount }) => sum + amount, 0n);
	const items: readonly SealedItem[] = [
		{ ...itemOf("burns", ended), amount: changed },
		{ ...itemOf("chargeOffs", ended), amount: lost },
		...others.map((each) => itemOf("issues", each)),
	];
	return { records: [ended, ...lots], items: items.filter(({ amount }) => amount > 0n) };
}

/** `peer-refused` where `to` is the keeper itself. */
export function moveLot(lot: Lot | undefined, keeper: Bytes, to: Bytes): LotStep | Refusal {
	if (equalBytes(keeper, to)) return refuse("peer-refused", "a lot is moved to another keeper");
	return ending(lot, { kind: "moved", to }, "redemptions");
}

export function retireLot(lot: Lot | undefined, beneficiary: string): LotStep | Refusal {
	return ending(lot, { kind: "retired", beneficiary }, "burns");
}

function ending(lot: Lot | undefined, end: LotEnd, batch: SealedItem["batch"]): LotStep | Refusal {
	const ended = endLot(lot, end);
	if (isRefusal(ended) || ended === null) return ended ?? nothing;
	return { records: [ended], items: [itemOf(batch, ended)] };
}

/** The lot as it ends; null where it ended like this before. */
function endLot(lot: Lot | undefined, end: LotEnd): Lot | null | Refusal {
	if (lot === undefined) return refuse("lot-unknown");
	const ended: Lot = { ...lot, end };
	if (lot.end === null) return ended;
	return isSameRecord(ended, lot) ? null : refuse("lot-ended", lot.end.kind);
}

function heldLot(
	origin: LotOrigin,
	{ asset, subject, amount }: LotPart,
	shownBy: Bytes | null,
): Lot | Refusal {
	if (amount < 1n || amount > limits.amount) return refuse("amount-invalid");
	return { kind: "lot", origin, asset, subject, amount, shownBy, end: null };
}

function itemOf(batch: SealedItem["batch"], { origin, asset, amount }: Lot): SealedItem {
	return { batch, asset, owner: lotId(origin), amount };
}

/** Whether the parts of what was divided, and what was lost, are the whole of it. */
export function isBalanced({ amount, end }: Lot): boolean {
	if (end?.kind !== "divided") return true;
	return end.parts.reduce((sum, part) => sum + part.amount, end.lost) === amount;
}
