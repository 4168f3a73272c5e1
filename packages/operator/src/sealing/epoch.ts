/**
 * One epoch: what was done since the last seal becomes batches and the next seal, all of it in one transaction.
 *
 *   last seal ─▶ effects, taken ─▶ batches ─▶ state map, lines ─▶ totals ─▶ seal ─▶ places in the log
 *
 * The row of the last seal comes first, so that what a seal decides is before it or after it. Totals are those of the
 * seal before and what the batches add: they cannot part from what the log says, and `examine.ts` holds both against
 * the books. The log has none of this yet: its leaves are appended from the rows that are written here.
 */
import {
	type Added,
	type AssetTotals,
	addedBy,
	type Bytes,
	compareBytes,
	concatBytes,
	isCounted,
	isRefusal,
	keyId,
	type LogLeaf,
	ledgerOwner,
	parseLeaf,
	type Refusal,
	type Seal,
	serialize,
	serializeLeaf,
	toHex,
	totalOf,
} from "@tenten/protocol";
import { keepProofs } from "../crossing/proofs.ts";
import { makeSeal, takeLastSeal } from "../seal/last-seal.ts";
import type { Before } from "../seal/past-lines.ts";
import { amountsIn, changeLines, changeState, type LineChange, liabilitiesIn } from "../seal/trees.ts";
import { insertNewSet } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import type { Surroundings } from "./around.ts";
import { batchesOf, batchItems, type MadeBatch } from "./batches.ts";
import { type BalanceEffect, type Effect, takeEffects } from "./effects.ts";
import { nextPlace } from "./leaves.ts";

export type Epoch = {
	/** by the key id of its root */
	readonly operator: Bytes;
	/** 32 bytes from which salts follow */
	readonly secret: Bytes;
	/** unix seconds; a seal is never before the one before */
	readonly now: number;
	/** told of each page of lines that changes, as it stood */
	readonly changed?: (before: Before) => void;
};

/** Makes the next seal of everything that was done. */
export async function sealIn(
	transaction: Transaction,
	{ operator, secret, now, changed = () => undefined }: Epoch,
	around: Surroundings,
): Promise<Seal> {
	const { number } = await takeLastSeal(transaction);
	const before = number === 0 ? undefined : await sealOf(transaction, number);
	const effects = await takeEffects(transaction);
	const batches = batchesOf(effects.filter(isOf("item")), secret);
	await changeState(transaction, lastStates(effects.filter(isOf("state"))));
	const lined = await changeHoldings(transaction, effects, secret, changed);
	const assets = await totalsAfter(transaction, before?.assets ?? [], batches, lined);
	const seal = await makeSeal(transaction, {
		operator,
		sealedAt: Math.max(now, before?.sealedAt ?? 0),
		assets,
		reserves: sortedBy(around.reserves, ({ body, holder }) => [body.asset, keyId(holder)]),
		positions: sortedBy(around.positions, ({ peer, asset }) => [peer, asset]),
		checkpoints: sortedBy(around.checkpoints, ({ peer }) => [peer]),
	});
	await keepLeaves(transaction, seal.number, batches, effects.filter(isOf("leaf")));
	await keepProofs(transaction, seal.number);
	return seal;
}

function isOf<K extends Effect["kind"]>(kind: K) {
	return (effect: Effect): effect is Extract<Effect, { readonly kind: K }> => effect.kind === kind;
}

/** The seal of a number that was made. */
export async function sealOf(transaction: Transaction, number: number): Promise<Seal> {
	const row = await transaction
		.selectFrom("seals")
		.select("leaf")
		.where("number", "=", number)
		.executeTakeFirst();
	const leaf: LogLeaf | Refusal | undefined = row && parseLeaf(row.leaf);
	if (leaf === undefined || isRefusal(leaf) || leaf.kind !== "seal")
		throw new Error(`the database is damaged: seal ${number} is gone`);
	return leaf.seal;
}

type StateEffect = Extract<Effect, { readonly kind: "state" }>;

function lastStates(
	states: readonly StateEffect[],
): readonly { readonly key: Bytes; readonly entry: Bytes }[] {
	const last = new Map<string, StateEffect>();
	for (const state of states) {
		const key = toHex(state.key);
		if (state.turn >= (last.get(key)?.turn ?? 0)) last.set(key, state);
	}
	return [...last.values()].map(({ key, value }) => ({ key, entry: value }));
}

/** Changes lines; the assets of which any did. */
async function changeHoldings(
	transaction: Transaction,
	effects: readonly Effect[],
	secret: Bytes,
	changed: (before: Before) => void,
): Promise<readonly Bytes[]> {
	const assets = new Map<string, { readonly asset: Bytes; readonly changes: LineChange[] }>();
	const add = (asset: Bytes, change: LineChange): void => {
		const known = assets.get(toHex(asset)) ?? { asset, changes: [] };
		assets.set(toHex(asset), known);
		known.changes.push(change);
	};
	for (const { asset, account, amount } of lastBalances(effects.filter(isOf("balance"))))
		add(asset, { account: ledgerOwner(account), amount });
	for (const [, { asset, sums }] of sumsOf(effects)) {
		const held = await amountsIn(
			transaction,
			{ asset, secret },
			sums.map(({ account }) => account),
		);
		for (const [at, { account, sum }] of sums.entries())
			add(asset, { account, amount: (held[at] ?? 0n) + sum });
	}
	for (const { asset, changes } of assets.values()) {
		const root = await changeLines(transaction, { asset, secret }, changes, (path, page) =>
			changed({ asset, path, page }),
		);
		if (isRefusal(root)) throw new Error(`accounts hold what no sum tree does: ${root.detail}`);
	}
	return [...assets.values()].map(({ asset }) => asset);
}

function lastBalances(balances: readonly BalanceEffect[]): Iterable<BalanceEffect> {
	const last = new Map<string, BalanceEffect>();
	for (const balance of balances) {
		const key = toHex(balance.account);
		if (balance.entries >= (last.get(key)?.entries ?? 0)) last.set(key, balance);
	}
	return last.values();
}

type Sums = { readonly asset: Bytes; readonly sums: { readonly account: Bytes; readonly sum: bigint }[] };

/** What came onto each account and left it, together. */
function sumsOf(effects: readonly Effect[]): ReadonlyMap<string, Sums> {
	const sums = new Map<string, { readonly asset: Bytes; readonly account: Bytes; readonly sum: bigint }>();
	for (const effect of effects) {
		if (effect.kind !== "credit" && effect.kind !== "debit") continue;
		const { asset, account, amount } = effect;
		const key = toHex(concatBytes(asset, account));
		const before = sums.get(key)?.sum ?? 0n;
		sums.set(key, { asset, account, sum: effect.kind === "credit" ? before + amount : before - amount });
	}
	const byAsset = new Map<string, Sums>();
	for (const { asset, account, sum } of sums.values()) {
		const known = byAsset.get(toHex(asset)) ?? { asset, sums: [] };
		byAsset.set(toHex(asset), known);
		known.sums.push({ account, sum });
	}
	return byAsset;
}

type MutableTotals = { -readonly [K in Added]: bigint };

const nothing: MutableTotals = {
	issued: 0n,
	redeemed: 0n,
	refunded: 0n,
	burned: 0n,
	chargedOff: 0n,
	forkFunded: 0n,
	forkDrawn: 0n,
	forkRepaid: 0n,
	forkLost: 0n,
};

async function totalsAfter(
	transaction: Transaction,
	before: readonly AssetTotals[],
	batches: readonly MadeBatch[],
	lined: readonly Bytes[],
): Promise<readonly AssetTotals[]> {
	const totals = new Map<string, { readonly asset: Bytes; readonly sums: MutableTotals }>();
	const of = (asset: Bytes): MutableTotals => {
		const known = totals.get(toHex(asset)) ?? { asset, sums: { ...nothing } };
		totals.set(toHex(asset), known);
		return known.sums;
	};
	for (const each of before) {
		const sums = of(each.asset);
		for (const name of Object.values(addedBy)) sums[name] = each[name];
	}
	for (const asset of lined) of(asset);
	for (const { batch } of batches)
		if (isCounted(batch)) of(batch.asset)[addedBy[batch.kind]] += totalOf(batch);
	const sorted = [...totals.values()].sort((a, b) => compareBytes(a.asset, b.asset));
	const made: AssetTotals[] = [];
	for (const { asset, sums } of sorted) {
		const { hash: liabilities, sum: held } = await liabilitiesIn(transaction, asset);
		const outstanding = sums.issued - sums.redeemed - sums.refunded - sums.burned - sums.chargedOff;
		made.push({ asset, ...sums, outstanding, liabilities, held });
	}
	return made;
}

type LeafEffect = Extract<Effect, { readonly kind: "leaf" }>;

/** Places in the log for batches, other leaves and seal, and which batch holds which item. */
async function keepLeaves(
	transaction: Transaction,
	number: number,
	batches: readonly MadeBatch[],
	others: readonly LeafEffect[],
): Promise<void> {
	const first = await nextPlace(transaction);
	const sorted = others.toSorted((a, b) => a.turn - b.turn || compareBytes(a.leaf, b.leaf));
	const rows = [
		...batches.map(({ batch, items }) => ({ leaf: serializeLeaf({ kind: "batch", batch }), items })),
		...sorted.map(({ leaf }) => ({ leaf, items: [] })),
	].map(({ leaf, items }, at) => ({
		place: first + at,
		number,
		leaf,
		items: serialize(batchItems, items),
	}));
	if (rows.length > 0) await insertNewSet(transaction, "seal_leaves", rows);
	const items = batches.flatMap((made, at) =>
		made.items.map(({ id }) => ({ item_id: id, place: first + at })),
	);
	items.sort((a, b) => compareBytes(a.item_id, b.item_id) || a.place - b.place);
	if (items.length > 0) await insertNewSet(transaction, "seal_items", items);
	await insertNewSet(transaction, "seal_places", [{ number, place: first + rows.length }]);
}

function sortedBy<T>(values: readonly T[], idsOf: (value: T) => readonly Bytes[]): readonly T[] {
	return values.toSorted((a, b) => compareBytes(concatBytes(...idsOf(a)), concatBytes(...idsOf(b))));
}
