/**
 * One epoch: what was done since the last seal becomes batches and the next seal, all of it in one transaction.
 *
 *   last seal ─▶ a page of effects, taken ─▶ batches ─▶ state map, lines ─▶ the next page … ─▶ what is said of others
 *             ─▶ totals ─▶ seal ─▶ places
 *
 * The row of the last seal comes first, so that what a seal decides is before it or after it. However much was done, one
 * page of it is held at a time, with what the pages before it added up to. Totals are those of the seal before and what
 * the batches add: they cannot part from what the log says, and `examine.ts` holds both against the books. The log has
 * none of this yet: its leaves are appended from the rows that are written here.
 */
import {
	type Added,
	type AssetTotals,
	addedBy,
	type Batch,
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
import { nothingAround, type Surroundings } from "./around.ts";
import { batchesOf, batchItems, type MadeBatch } from "./batches.ts";
import { type BalanceEffect, type Effect, takeEffects } from "./effects.ts";
import { nextPlace } from "./leaves.ts";

export type Epoch = {
	/** by the key id of its root */
	readonly operator: Bytes;
	/** 32 bytes from which salts follow */
	readonly secret: Bytes;
	/** unix seconds, asked once all that the seal says is read: no word in it is ahead of it because it waited */
	readonly now: () => number;
	/** told of each page of lines that changes, as it stood */
	readonly changed?: (before: Before) => void;
	/** transactions whose effects are held at once; 4,096 if left out */
	readonly rowsTogether?: number;
};

const usualTogether = 4_096;

/**
 * Makes the next seal of everything that was done. `readAround` is asked once all of that is taken: what is said of funds
 * before value comes into circulation stands in the seal that has that value (`takeReserve`).
 */
export async function sealIn(
	transaction: Transaction,
	epoch: Epoch,
	readAround: () => Promise<Partial<Surroundings>>,
): Promise<Seal> {
	const { operator, now, rowsTogether = usualTogether } = epoch;
	const { number } = await takeLastSeal(transaction);
	const before = number === 0 ? undefined : await sealOf(transaction, number);
	const places = { number: number + 1, next: await nextPlace(transaction) };
	const added = new Sums(before?.assets ?? []);
	const newest = { states: new Newest(), balances: new Newest() };
	const credits = new Credits();
	const others: LeafEffect[] = [];
	for await (const effects of takeEffects(transaction, rowsTogether)) {
		const batches = batchesOf(effects.filter(isOf("item")), epoch.secret);
		await changeState(transaction, lastStates(effects.filter(isOf("state")), newest.states));
		const balances = lastBalances(effects.filter(isOf("balance")), newest.balances);
		for (const asset of await changeHoldings(transaction, balances, epoch)) added.of(asset);
		credits.add(effects);
		for (const { batch } of batches) added.add(batch);
		await keepBatches(transaction, places, batches);
		others.push(...effects.filter(isOf("leaf")));
	}
	for await (const lines of credits.lines(transaction, epoch.secret, rowsTogether))
		for (const asset of await changeHoldings(transaction, lines, epoch)) added.of(asset);
	const around = { ...nothingAround, ...(await readAround()) };
	const seal = await makeSeal(transaction, {
		operator,
		// Never before the one before.
		sealedAt: Math.max(now(), before?.sealedAt ?? 0),
		assets: await totalsAfter(transaction, added),
		reserves: sortedBy(around.reserves, ({ body, holder }) => [body.asset, keyId(holder)]),
		positions: sortedBy(around.positions, ({ peer, asset }) => [peer, asset]),
		checkpoints: sortedBy(around.checkpoints, ({ peer }) => [peer]),
	});
	await keepOthers(transaction, places, others);
	await insertNewSet(transaction, "seal_places", [{ number: places.number, place: places.next }]);
	await keepProofs(transaction, seal.number);
	return seal;
}

/** Turns of what several effects say of one thing: a page that comes later may be of an earlier turn. */
class Newest {
	readonly #turns = new Map<string, number>();

	/** Whether nothing newer was said of it. */
	isNew(key: string, turn: number): boolean {
		if (turn < (this.#turns.get(key) ?? 0)) return false;
		// What has one turn, as outputs have, is said once.
		if (turn > 0) this.#turns.set(key, turn);
		return true;
	}
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
	newest: Newest,
): readonly { readonly key: Bytes; readonly entry: Bytes }[] {
	const last = new Map<string, StateEffect>();
	for (const state of states) {
		const key = toHex(state.key);
		if (newest.isNew(key, state.turn)) last.set(key, state);
	}
	return [...last.values()].map(({ key, value }) => ({ key, entry: value }));
}

type Line = LineChange & { readonly asset: Bytes };

/** Changes lines; the assets of which any did. */
async function changeHoldings(
	transaction: Transaction,
	lines: readonly Line[],
	{ secret, changed = () => undefined }: Epoch,
): Promise<readonly Bytes[]> {
	const assets = new Map<string, { readonly asset: Bytes; readonly changes: LineChange[] }>();
	for (const { asset, ...change } of lines) {
		const known = assets.get(toHex(asset)) ?? { asset, changes: [] };
		assets.set(toHex(asset), known);
		known.changes.push(change);
	}
	for (const { asset, changes } of assets.values()) {
		const root = await changeLines(transaction, { asset, secret }, changes, (path, page) =>
			changed({ asset, path, page }),
		);
		if (isRefusal(root)) throw new Error(`accounts hold what no sum tree does: ${root.detail}`);
	}
	return [...assets.values()].map(({ asset }) => asset);
}

function lastBalances(balances: readonly BalanceEffect[], newest: Newest): readonly Line[] {
	const last = new Map<string, Line>();
	for (const { asset, account, amount, entries } of balances) {
		const key = toHex(account);
		if (newest.isNew(key, entries)) last.set(key, { asset, account: ledgerOwner(account), amount });
	}
	return [...last.values()];
}

/**
 * What came onto each account of the books and left it, together: in one page alone an account may have given what it
 * gets in the next.
 */
class Credits {
	readonly #sums = new Map<string, { readonly asset: Bytes; readonly account: Bytes; sum: bigint }>();

	add(effects: readonly Effect[]): void {
		for (const effect of effects) {
			if (effect.kind !== "credit" && effect.kind !== "debit") continue;
			const { asset, account, amount } = effect;
			const key = toHex(concatBytes(asset, account));
			const known = this.#sums.get(key) ?? { asset, account, sum: 0n };
			this.#sums.set(key, known);
			known.sum += effect.kind === "credit" ? amount : -amount;
		}
	}

	/** What each account holds then, a page of them at a time. */
	async *lines(transaction: Transaction, secret: Bytes, together: number): AsyncGenerator<readonly Line[]> {
		const all = [...this.#sums.values()];
		for (let from = 0; from < all.length; from += together) {
			const page = all.slice(from, from + together);
			const lines: Line[] = [];
			for (const asset of new Map(page.map((each) => [toHex(each.asset), each.asset])).values()) {
				const own = page.filter((each) => toHex(each.asset) === toHex(asset));
				const accounts = own.map(({ account }) => account);
				const held = await amountsIn(transaction, { asset, secret }, accounts);
				for (const [at, { account, sum }] of own.entries())
					lines.push({ asset, account, amount: (held[at] ?? 0n) + sum });
			}
			yield lines;
		}
	}
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

/** What each asset comes to: the seal before, and what the batches since add. */
class Sums {
	readonly #sums = new Map<string, { readonly asset: Bytes; readonly sums: MutableTotals }>();

	constructor(before: readonly AssetTotals[]) {
		for (const each of before) {
			const sums = this.of(each.asset);
			for (const name of Object.values(addedBy)) sums[name] = each[name];
		}
	}

	/** Of an asset that is in the seal from now on. */
	of(asset: Bytes): MutableTotals {
		const known = this.#sums.get(toHex(asset)) ?? { asset, sums: { ...nothing } };
		this.#sums.set(toHex(asset), known);
		return known.sums;
	}

	add(batch: Batch): void {
		if (isCounted(batch)) this.of(batch.asset)[addedBy[batch.kind]] += totalOf(batch);
	}

	get sorted(): readonly { readonly asset: Bytes; readonly sums: MutableTotals }[] {
		return [...this.#sums.values()].sort((a, b) => compareBytes(a.asset, b.asset));
	}
}

async function totalsAfter(transaction: Transaction, added: Sums): Promise<readonly AssetTotals[]> {
	const made: AssetTotals[] = [];
	for (const { asset, sums } of added.sorted) {
		const { hash: liabilities, sum: held } = await liabilitiesIn(transaction, asset);
		const outstanding = sums.issued - sums.redeemed - sums.refunded - sums.burned - sums.chargedOff;
		made.push({ asset, ...sums, outstanding, liabilities, held });
	}
	return made;
}

type LeafEffect = Extract<Effect, { readonly kind: "leaf" }>;
/** Of the seal that is made, and the place of the next leaf before it. */
type Places = { readonly number: number; next: number };

/** Places in the log for batches, and which of them holds which item. */
async function keepBatches(
	transaction: Transaction,
	places: Places,
	batches: readonly MadeBatch[],
): Promise<void> {
	const first = places.next;
	const leaves = batches.map(({ batch, items }) => ({
		leaf: serializeLeaf({ kind: "batch", batch }),
		items,
	}));
	await keepLeaves(transaction, places, leaves);
	const items = batches.flatMap((made, at) =>
		made.items.map(({ id }) => ({ item_id: id, place: first + at })),
	);
	items.sort((a, b) => compareBytes(a.item_id, b.item_id) || a.place - b.place);
	if (items.length > 0) await insertNewSet(transaction, "seal_items", items);
}

/** After all batches, in the order of their turns. */
function keepOthers(transaction: Transaction, places: Places, others: readonly LeafEffect[]): Promise<void> {
	const sorted = others.toSorted((a, b) => a.turn - b.turn || compareBytes(a.leaf, b.leaf));
	return keepLeaves(
		transaction,
		places,
		sorted.map(({ leaf }) => ({ leaf, items: [] })),
	);
}

async function keepLeaves(
	transaction: Transaction,
	places: Places,
	leaves: readonly { readonly leaf: Bytes; readonly items: MadeBatch["items"] }[],
): Promise<void> {
	const rows = leaves.map(({ leaf, items }) => ({
		place: places.next++,
		number: places.number,
		leaf,
		items: serialize(batchItems, items),
	}));
	if (rows.length > 0) await insertNewSet(transaction, "seal_leaves", rows);
}

function sortedBy<T>(values: readonly T[], idsOf: (value: T) => readonly Bytes[]): readonly T[] {
	return values.toSorted((a, b) => compareBytes(concatBytes(...idsOf(a)), concatBytes(...idsOf(b))));
}
