/**
 * Proofs of what the operator sealed, made when they are asked for: of the state map and of lines under the newest seal,
 * since the trees stand still until the next; of an item under its batch, for ever.
 *
 * Nothing is kept for them: salts follow from the secret, the items of a batch are in its row.
 */
import {
	type Batch,
	type Bytes,
	isRefusal,
	parse,
	parseLeaf,
	proveLine,
	type SealProof,
	type SealWord,
	sealWord,
} from "@tenten/protocol";
import { lineProofIn, stateProofIn } from "../seal/trees.ts";
import type { Transaction } from "../store/store.ts";
import { batchItems, itemPages, itemSalt } from "./batches.ts";
import { sealOf } from "./epoch.ts";
import { placeOfSeal } from "./leaves.ts";

/** A proof, and the place of its seal or batch in the log. */
export type PlacedProof = { readonly proof: SealProof; readonly place: number };

async function newestSeal(transaction: Transaction) {
	const { number } = await transaction.selectFrom("last_seal").select("number").executeTakeFirstOrThrow();
	const place = await placeOfSeal(transaction, Number(number));
	return place === undefined ? undefined : { seal: await sealOf(transaction, Number(number)), place };
}

/** What the newest seal's state map has under a key, or that it has nothing; undefined before the first seal. */
export async function stateProofOf(transaction: Transaction, key: Bytes): Promise<PlacedProof | undefined> {
	const newest = await newestSeal(transaction);
	if (newest === undefined) return undefined;
	const { seal, place } = newest;
	return { proof: { kind: "state", seal, proof: await stateProofIn(transaction, key) }, place };
}

/** An account's line under the newest seal; undefined where it has none. */
export async function lineProofOf(
	transaction: Transaction,
	asset: Bytes,
	account: Bytes,
	secret: Bytes,
): Promise<PlacedProof | undefined> {
	const newest = await newestSeal(transaction);
	const proof = await lineProofIn(transaction, { asset, secret }, account);
	if (newest === undefined || proof === undefined) return undefined;
	const { seal, place } = newest;
	return { proof: { kind: "line", seal, asset, proof }, place };
}

/** An item of a batch of this kind, of the newest that has it; undefined where none has. */
export async function itemProofOf(
	transaction: Transaction,
	kind: Batch["kind"],
	id: Bytes,
	secret: Bytes,
): Promise<PlacedProof | undefined> {
	const rows = await transaction
		.selectFrom("seal_items")
		.innerJoin("seal_leaves", "seal_leaves.place", "seal_items.place")
		.select(["seal_leaves.place", "leaf", "items"])
		.where("item_id", "=", id)
		.orderBy("seal_leaves.place", "desc")
		.execute();
	for (const { place, leaf, items } of rows) {
		const read = parseLeaf(leaf);
		const held = parse(batchItems, items, items.length);
		if (isRefusal(read) || read.kind !== "batch" || isRefusal(held))
			throw new Error("the database is damaged: a batch does not read");
		if (read.batch.kind !== kind) continue;
		const proof = proveLine(itemPages(kind, held, secret), id, itemSalt(kind, id, secret));
		if (proof === undefined) throw new Error("the database is damaged: an item is not in its batch");
		return { proof: { kind: "item", batch: read.batch, proof }, place: Number(place) };
	}
	return undefined;
}

/** The leaf of a seal, 0: of the newest, with its place and what witnesses said of it; undefined where there is none. */
export async function placedSeal(
	transaction: Transaction,
	asked: number,
): Promise<
	{ readonly leaf: Bytes; readonly place: number; readonly words: readonly SealWord[] } | undefined
> {
	const { number: last } = await transaction
		.selectFrom("last_seal")
		.select("number")
		.executeTakeFirstOrThrow();
	const number = asked === 0 ? Number(last) : asked;
	const row = await transaction
		.selectFrom("seals")
		.innerJoin("seal_places", "seal_places.number", "seals.number")
		.select(["leaf", "place"])
		.where("seals.number", "=", number)
		.executeTakeFirst();
	return row && { leaf: row.leaf, place: Number(row.place), words: await wordsOn(transaction, number) };
}

async function wordsOn(transaction: Transaction, number: number): Promise<readonly SealWord[]> {
	const rows = await transaction
		.selectFrom("seal_words")
		.select("word")
		.where("number", "=", number)
		.orderBy("witness")
		.execute();
	return rows.map(({ word }) => {
		const read = parse(sealWord, word);
		if (isRefusal(read)) throw new Error("the database is damaged: a word of a witness does not read");
		return read;
	});
}
