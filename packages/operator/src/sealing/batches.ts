/**
 * Batches from effects: items of one kind and asset under one root, at most so many, in an order that follows from them.
 */
import {
	amountOrZero,
	type Batch,
	type Bytes,
	bytes32,
	changePages,
	compareBytes,
	drawnIn,
	equalBytes,
	type LineProof,
	limits,
	lineKey,
	list,
	proveLine,
	record,
	rootOf,
	type SumNode,
	type SumPages,
	sumAlgebra,
	type TypeOf,
	toHex,
} from "@tenten/protocol";
import { saltOf } from "../seal/trees.ts";
import type { Effect } from "./effects.ts";

export type ItemEffect = Extract<Effect, { readonly kind: "item" }>;

export const batchItems = list(record({ id: bytes32, amount: amountOrZero }), 2 ** 16);
type BatchItems = TypeOf<typeof batchItems>;

export type MadeBatch = { readonly batch: Batch; readonly items: BatchItems };

/** More make another batch: whoever proves one item builds its tree. */
const itemsMost = 4_096;

/** Of rulings that move nothing. Zeros would be the state map's name among the trees. */
const noAsset: Bytes = new Uint8Array(32).fill(0xff);

export function batchesOf(effects: readonly ItemEffect[], secret: Bytes): readonly MadeBatch[] {
	const groups = new Map<string, { readonly of: ItemEffect; readonly amounts: Map<string, Item> }>();
	for (const effect of effects) {
		const key = `${effect.batch} ${toHex(effect.asset ?? noAsset)}`;
		const group = groups.get(key) ?? { of: effect, amounts: new Map<string, Item>() };
		groups.set(key, group);
		const id = toHex(effect.id);
		const amount = effect.amount + (group.amounts.get(id)?.amount ?? 0n);
		group.amounts.set(id, { id: effect.id, amount });
	}
	return [...groups]
		.toSorted(([a], [b]) => (a < b ? -1 : 1))
		.flatMap(([, { of, amounts }]) => {
			const items = [...amounts.values()].sort((a, b) => compareBytes(a.id, b.id));
			return partsOf(items).map((part) => madeBatch(of, part, secret));
		});
}

type Item = BatchItems[number];

/** Each as many items as a batch has, whose total is an amount: what devices record is bounded by no books. */
function partsOf(items: BatchItems): readonly BatchItems[] {
	const parts: Item[][] = [];
	let total = 0n;
	for (const item of items) {
		const part = parts.at(-1);
		const hasRoom = part !== undefined && part.length < itemsMost && total + item.amount <= limits.amount;
		total = hasRoom ? total + item.amount : item.amount;
		if (hasRoom) part.push(item);
		else parts.push([item]);
	}
	return parts;
}

function madeBatch({ batch: kind, asset }: ItemEffect, items: BatchItems, secret: Bytes): MadeBatch {
	const { hash: root, sum: total } = itemRoot(itemPages(kind, items, secret));
	const count = items.length;
	const batch: Batch =
		kind === "certificates" ? { kind, count, root } : { kind, asset: asset ?? noAsset, count, total, root };
	return { batch, items };
}

/** The tree of a batch's items. */
export function itemPages(kind: Batch["kind"], items: BatchItems, secret: Bytes): SumPages {
	const changes = items.map(({ id, amount }) => ({
		key: lineKey(id, itemSalt(kind, id, secret)),
		entry: amount,
	}));
	const pages = [...changePages<bigint, SumNode>(sumAlgebra, new Map(), changes)];
	return new Map(pages.flatMap(([path, page]) => (page === null ? [] : [[path, page]])));
}

/** The proof of the item that a number below the batch's total names: items are drawn by their amounts. */
export function drawnItem(
	kind: Batch["kind"],
	items: BatchItems,
	secret: Bytes,
	drawn: bigint,
): LineProof | undefined {
	const pages = itemPages(kind, items, secret);
	const found = drawnIn(pages, drawn);
	if (found === null || !("key" in found)) return undefined;
	const item = items.find(({ id }) => equalBytes(lineKey(id, itemSalt(kind, id, secret)), found.key));
	return item && proveLine(pages, item.id, itemSalt(kind, item.id, secret));
}

function itemRoot(pages: SumPages): SumNode {
	return rootOf(sumAlgebra, pages);
}

/** As of a line, under the name of the batch's kind in the place of an asset: no asset's hash is so short. */
export function itemSalt(kind: Batch["kind"], id: Bytes, secret: Bytes): Bytes {
	const place = new Uint8Array(32);
	place.set(new TextEncoder().encode(kind));
	return saltOf({ asset: place, secret }, id);
}
