/**
 * The rules of a seal, checked by whoever has its log: which of them it breaks.
 *
 *   the seal before  +  every batch between  =  this seal
 *
 * A pure function of what a witness has read itself. Every rule is looked at, in the order of their numbers, so that a
 * refusal names all that is wrong. Empty: it may be cosigned.
 */
import { type Bytes, compareBytes, equalBytes, toHex } from "../codec/index.ts";
import { keyId, type Verify } from "../crypto/index.ts";
import { type Batch, type CountedBatch, isCounted } from "./batch.ts";
import type { BrokenRule, SealRule } from "./rules.ts";
import { type AssetTotals, type BilateralPosition, type Seal, sealHash } from "./seal.ts";
import { isSignedReserve, type SignedReserve } from "./statement.ts";

/** What a peer of the operator has signed of its position towards it: `peer` is whoever signed. */
export type PeerWord = BilateralPosition;

/** A seal of a log, null before the first, and every batch leaf since. */
export type SealBefore = { readonly previous: Seal | null; readonly batches: readonly Batch[] };

/** What stands before a seal in its operator's log: `previous` is the seal before it, null where it is the first. */
export type Standing = SealBefore & {
	/** the operator whose log it is */
	readonly operator: Bytes;
	/** the last that was right about all before it, where the seal before was not: nothing is right after a wrong one */
	readonly sound?: SealBefore;
};

export type CheckedAgainst = Standing & {
	readonly verify: Verify;
	/** key ids of those whose word on funds counts */
	readonly holders: readonly Bytes[];
	/** what peers signed of their positions towards the operator */
	readonly peerWords: readonly PeerWord[];
	/** unix seconds, by the checker's clock */
	readonly now: number;
	/** seconds: how old a seal may be, how far ahead its clock, and how old a word on funds when it is sealed */
	readonly maximumAge_s: number;
	readonly ahead_s: number;
	readonly reserveAge_s: number;
};

/**
 * The rules that a seal breaks; of each every asset or peer that it is broken for. What a list says twice is held to the
 * rules at each of its places: one of them alone may be what somebody is shown.
 */
export function checkSeal(seal: Seal, against: CheckedAgainst): readonly BrokenRule[] {
	return eachOnce([
		...brokenOrder(seal),
		...brokenPlace(seal, against),
		...brokenSince(seal, against, timeBack),
		...brokenTimes(seal, against),
		...brokenSums(seal),
		...brokenSince(seal, against, brokenTotals),
		...brokenForkReserve(seal),
		...brokenReserves(seal, against),
		...brokenSince(seal, against, positionsBack),
		...brokenPositions(seal, against),
		...brokenSince(seal, against, checkpointsBack),
	]);
}

/** Of `checkSeal`, the rules by which it is not the seal of its number. */
export function brokenPlace(seal: Seal, { operator, previous }: Standing): readonly BrokenRule[] {
	const expected = previous === null ? null : sealHash(previous);
	const isNext =
		seal.previous === null || expected === null
			? seal.previous === expected
			: equalBytes(seal.previous, expected);
	return [
		...unless(equalBytes(seal.operator, operator), "operator"),
		...unless(seal.number === (previous?.number ?? 0) + 1, "number"),
		...unless(isNext, "previous"),
	];
}

/** Of `checkSeal`, the rules by which it is wrong about what was before it: its totals, and what only goes forward. */
export function brokenPast(seal: Seal, against: Standing): readonly BrokenRule[] {
	const rules = [timeBack, brokenTotals, positionsBack, checkpointsBack];
	return eachOnce(rules.flatMap((rule) => brokenSince(seal, against, rule)));
}

/**
 * By the seal before, and by the last that was right: or a wrong total would be right again in the seal after it, which
 * adds to it.
 */
function brokenSince(
	seal: Seal,
	{ previous, batches, sound }: Standing,
	rule: (seal: Seal, before: SealBefore) => readonly BrokenRule[],
): readonly BrokenRule[] {
	return [...rule(seal, { previous, batches }), ...(sound === undefined ? [] : rule(seal, sound))];
}

function eachOnce(rules: readonly BrokenRule[]): readonly BrokenRule[] {
	const nameOf = ({ rule, about }: BrokenRule): string => `${rule} ${about === null ? "" : toHex(about)}`;
	const names = rules.map(nameOf);
	return rules.filter((_, at) => names.indexOf(names[at] as string) === at);
}

const broken = (rule: SealRule, about: Bytes | null = null): BrokenRule => ({ rule, about });
const unless = (holds: boolean, rule: SealRule, about: Bytes | null = null): readonly BrokenRule[] =>
	holds ? [] : [broken(rule, about)];

/** Each thing is said once, in the order of its ids: two places for one asset could say two things. */
function brokenOrder({ assets, reserves, positions, checkpoints }: Seal): readonly BrokenRule[] {
	const lists: readonly (readonly (readonly Bytes[])[])[] = [
		assets.map(({ asset }) => [asset]),
		reserves.map(({ body, holder }) => [body.asset, keyId(holder)]),
		positions.map(({ peer, asset }) => [peer, asset]),
		checkpoints.map(({ peer }) => [peer]),
	];
	const isSorted = lists.every((list) =>
		list.every((ids, position) => position === 0 || compareIds(list[position - 1] ?? [], ids) < 0),
	);
	return unless(isSorted, "order");
}

function compareIds(a: readonly Bytes[], b: readonly Bytes[]): number {
	for (const [position, id] of a.entries()) {
		const difference = compareBytes(id, b[position] as Bytes);
		if (difference !== 0) return difference;
	}
	return 0;
}

function timeBack({ sealedAt }: Seal, { previous }: SealBefore): readonly BrokenRule[] {
	return unless(previous === null || sealedAt >= previous.sealedAt, "time-back");
}

function brokenTimes({ sealedAt }: Seal, against: CheckedAgainst): readonly BrokenRule[] {
	const { now, maximumAge_s, ahead_s } = against;
	return [...unless(sealedAt + maximumAge_s >= now, "stale"), ...unless(sealedAt <= now + ahead_s, "early")];
}

function brokenSums({ assets }: Seal): readonly BrokenRule[] {
	return assets.flatMap(({ asset, issued, redeemed, refunded, burned, chargedOff, outstanding }) =>
		unless(issued - redeemed - refunded - burned - chargedOff === outstanding, "sum", asset),
	);
}

/** Totals that batches add to; what follows from them, and what accounts hold, is not among them. */
export type Added = Exclude<keyof AssetTotals, "asset" | "outstanding" | "liabilities" | "held">;

/** Which total a batch adds to. */
export const addedBy: Readonly<Record<CountedBatch["kind"], Added>> = {
	issues: "issued",
	redemptions: "redeemed",
	rulings: "refunded",
	burns: "burned",
	chargeOffs: "chargedOff",
	forkDeposits: "forkFunded",
	forkDraws: "forkDrawn",
	forkRepayments: "forkRepaid",
	forkLosses: "forkLost",
};
const addedTotals: readonly Added[] = Object.values(addedBy);

/** Every asset of the seal before, of this one and of the batches: none may be left out, or come from nowhere. */
function brokenTotals(seal: Seal, { previous, batches }: SealBefore): readonly BrokenRule[] {
	const assets = new Map<string, Bytes>();
	for (const { asset } of [...(previous?.assets ?? []), ...seal.assets]) assets.set(toHex(asset), asset);
	const counted = batches.filter(isCounted);
	for (const { asset } of counted) assets.set(toHex(asset), asset);
	const expected = new Map<string, bigint>();
	const add = (asset: Bytes, total: Added, amount: bigint): void => {
		const key = `${toHex(asset)} ${total}`;
		expected.set(key, (expected.get(key) ?? 0n) + amount);
	};
	for (const before of previous?.assets ?? [])
		for (const total of addedTotals) add(before.asset, total, before[total]);
	for (const batch of counted) add(batch.asset, addedBy[batch.kind], batch.total);
	return [...assets].flatMap(([hex, asset]) => {
		const said = seal.assets.filter((each) => equalBytes(each.asset, asset));
		const isRight = (each: AssetTotals): boolean =>
			addedTotals.every((total) => each[total] === (expected.get(`${hex} ${total}`) ?? 0n));
		const holds = said.length > 0 && said.every(isRight);
		return unless(holds, "totals", asset);
	});
}

/** It pays no more than was put in and came back, and nothing is repaid or given up that it did not pay. */
function brokenForkReserve({ assets }: Seal): readonly BrokenRule[] {
	return assets.flatMap(({ asset, forkFunded, forkDrawn, forkRepaid, forkLost }) =>
		unless(forkDrawn <= forkFunded + forkRepaid && forkRepaid + forkLost <= forkDrawn, "fork-reserve", asset),
	);
}

/** Funds cover what circulates and what accounts hold: whoever holds either can ask for it. */
function brokenReserves(seal: Seal, against: CheckedAgainst): readonly BrokenRule[] {
	const states = seal.reserves.map((reserve) => ({
		reserve,
		isValid: isValidReserve(reserve, seal, against),
		isFresh: isFreshReserve(reserve, seal, against),
	}));
	const short = seal.assets.filter(({ asset, outstanding, held }) => {
		const counted = states.filter(
			({ reserve, isValid, isFresh }) => isValid && isFresh && equalBytes(reserve.body.asset, asset),
		);
		return counted.reduce((sum, { reserve }) => sum + reserve.body.amount, 0n) < outstanding + held;
	});
	return [
		...states.flatMap(({ reserve, isValid }) => unless(isValid, "reserve-invalid", reserve.body.asset)),
		...states.flatMap(({ reserve, isFresh }) => unless(isFresh, "reserve-stale", reserve.body.asset)),
		...short.map(({ asset }) => broken("reserve-short", asset)),
	];
}

function isValidReserve(reserve: SignedReserve, { operator }: Seal, against: CheckedAgainst): boolean {
	const holder = keyId(reserve.holder);
	return (
		equalBytes(reserve.body.operator, operator) &&
		against.holders.some((each) => equalBytes(each, holder)) &&
		isSignedReserve(reserve, against.verify)
	);
}

function isFreshReserve(
	{ body: { heldAt } }: SignedReserve,
	{ sealedAt }: Seal,
	{ reserveAge_s, ahead_s }: CheckedAgainst,
): boolean {
	return heldAt + reserveAge_s >= sealedAt && heldAt <= sealedAt + ahead_s;
}

function positionsBack(seal: Seal, { previous }: SealBefore): readonly BrokenRule[] {
	return (previous?.positions ?? []).flatMap((before) => {
		const after = seal.positions.filter((each) => isSameSubject(each, before));
		const holds = after.length > 0 && after.every(({ settlement }) => settlement >= before.settlement);
		return unless(holds, "position-back", before.peer);
	});
}

function brokenPositions(seal: Seal, { peerWords }: CheckedAgainst): readonly BrokenRule[] {
	const words = seal.positions.map((position) => ({ position, verdict: verdictOn(position, peerWords) }));
	return (["position-differs", "position-unconfirmed"] as const).flatMap((rule) =>
		words.flatMap(({ position, verdict }) => unless(verdict !== rule, rule, position.peer)),
	);
}

function isSameSubject(a: BilateralPosition, b: BilateralPosition): boolean {
	return equalBytes(a.peer, b.peer) && equalBytes(a.asset, b.asset);
}

/** What one owes the other is owed, as of the same settlement. Where nothing is owed, nobody has to say so. */
function verdictOn(
	position: BilateralPosition,
	peerWords: readonly PeerWord[],
): "position-differs" | "position-unconfirmed" | null {
	const words = peerWords.filter(
		(word) => isSameSubject(word, position) && word.settlement === position.settlement,
	);
	if (words.length === 0)
		return position.owes === 0n && position.isOwed === 0n ? null : "position-unconfirmed";
	const isMirrored = words.every((word) => word.owes === position.isOwed && word.isOwed === position.owes);
	return isMirrored ? null : "position-differs";
}

/** A peer's log only grows, and is never left out again. */
function checkpointsBack(seal: Seal, { previous }: SealBefore): readonly BrokenRule[] {
	return (previous?.checkpoints ?? []).flatMap(({ peer, size }) => {
		const after = seal.checkpoints.filter((each) => equalBytes(each.peer, peer));
		return unless(after.length > 0 && after.every((each) => each.size >= size), "checkpoint-back", peer);
	});
}
