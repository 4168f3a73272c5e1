/**
 * Netting: fewer amounts that leave everybody where all of their debts would.
 *
 *   bilateral       what two owe each other of an asset becomes one debt, or none
 *   multilateral    what each owes all others becomes one position; who owes pays who is owed, largest first
 *
 * Nothing is made or lost: of each asset, what a party owes and is owed differs by as much after as before. The order
 * of what comes in says nothing of what comes out.
 */
import {
	type Bytes,
	compareBytes,
	concatBytes,
	equalBytes,
	isRefusal,
	limits,
	type Refusal,
	refuse,
	toHex,
} from "../codec/index.ts";

/** `from` owes `to` so many minor units, at least one. */
export type Debt = {
	readonly from: Bytes;
	readonly to: Bytes;
	readonly asset: Bytes;
	readonly amount: bigint;
};

/** Minor units that a party is owed of an asset by all others together; below zero it owes them. */
export type Position = { readonly party: Bytes; readonly asset: Bytes; readonly net: bigint };

/**
 * One debt at most for two parties and an asset, in the order of asset, debtor and creditor. `malformed` where one
 * owes itself, `amount-invalid` where an amount or a sum is none.
 */
export function netBilaterally(debts: readonly Debt[]): readonly Debt[] | Refusal {
	const refusal = unfit(debts);
	if (refusal !== undefined) return refusal;
	const pairs = new Map<string, { readonly low: Bytes; readonly high: Bytes; asset: Bytes; sum: bigint }>();
	for (const { from, to, asset, amount } of debts) {
		const [low, high] = compareBytes(from, to) < 0 ? [from, to] : [to, from];
		const key = toHex(concatBytes(asset, low, high));
		const pair = pairs.get(key) ?? { low, high, asset, sum: 0n };
		pairs.set(key, pair);
		pair.sum += low === from ? amount : -amount;
	}
	const netted = [...pairs.values()]
		.filter(({ sum }) => sum !== 0n)
		.map(({ low, high, asset, sum }) =>
			sum > 0n ? { from: low, to: high, asset, amount: sum } : { from: high, to: low, asset, amount: -sum },
		);
	return inOrder(netted);
}

/** Every party's position, in the order of asset and party; none where it is even. Refused as `netBilaterally`. */
export function positionsOf(debts: readonly Debt[]): readonly Position[] | Refusal {
	const refusal = unfit(debts);
	if (refusal !== undefined) return refusal;
	const positions = new Map<string, { readonly party: Bytes; readonly asset: Bytes; net: bigint }>();
	const add = (party: Bytes, asset: Bytes, amount: bigint): void => {
		const key = toHex(concatBytes(asset, party));
		const position = positions.get(key) ?? { party, asset, net: 0n };
		positions.set(key, position);
		position.net += amount;
	};
	for (const { from, to, asset, amount } of debts) {
		add(from, asset, -amount);
		add(to, asset, amount);
	}
	return [...positions.values()]
		.filter(({ net }) => net !== 0n)
		.sort((a, b) => compareBytes(a.asset, b.asset) || compareBytes(a.party, b.party));
}

/**
 * For each asset fewer payments than it has parties: whoever owes most pays whoever is owed most, again and again;
 * among equals the lower id is first. Each payment ends one position at least. Refused as `netBilaterally`.
 */
export function netMultilaterally(debts: readonly Debt[]): readonly Debt[] | Refusal {
	const positions = positionsOf(debts);
	if (isRefusal(positions)) return positions;
	const assets = new Map<string, Position[]>();
	for (const position of positions as readonly Position[]) {
		const known = assets.get(toHex(position.asset)) ?? [];
		assets.set(toHex(position.asset), known);
		known.push(position);
	}
	return inOrder([...assets.values()].flatMap(settled));
}

/** Of one asset; positions add up to zero. */
function settled(positions: readonly Position[]): readonly Debt[] {
	const owing = positions.filter(({ net }) => net < 0n).map((each) => ({ ...each, left: -each.net }));
	const owed = positions.filter(({ net }) => net > 0n).map((each) => ({ ...each, left: each.net }));
	const payments: Debt[] = [];
	for (;;) {
		const from = largest(owing);
		const to = largest(owed);
		if (from === undefined || to === undefined) return payments;
		const amount = from.left < to.left ? from.left : to.left;
		payments.push({ from: from.party, to: to.party, asset: from.asset, amount });
		from.left -= amount;
		to.left -= amount;
	}
}

/** The first of the largest: they stand in the order of their ids. */
function largest<T extends { readonly left: bigint }>(positions: readonly T[]): T | undefined {
	let found: T | undefined;
	for (const each of positions) if (each.left > (found?.left ?? 0n)) found = each;
	return found;
}

function unfit(debts: readonly Debt[]): Refusal | undefined {
	let sum = 0n;
	for (const { from, to, amount } of debts) {
		if (equalBytes(from, to)) return refuse("malformed", "a party owes itself");
		if (amount < 1n) return refuse("amount-invalid", `a debt of ${amount}`);
		sum += amount;
	}
	return sum > limits.amount ? refuse("amount-invalid", "debts above the bound") : undefined;
}

function inOrder(debts: readonly Debt[]): readonly Debt[] {
	return debts.toSorted(
		(a, b) => compareBytes(a.asset, b.asset) || compareBytes(a.from, b.from) || compareBytes(a.to, b.to),
	);
}
