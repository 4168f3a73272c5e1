/**
 * Leaves that the store has for the log: batches and seals, each at the place that was its when it was made.
 *
 * The log holds these and nothing else. So how many it has says which come next, and a leaf that it has at a place must
 * be the store's.
 */
import type { Bytes } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";

/** The place of the leaf that is made next: so many there are. */
export async function nextPlace(transaction: Transaction): Promise<number> {
	const row = await transaction
		.selectFrom("seal_places")
		.select("place")
		.orderBy("place", "desc")
		.limit(1)
		.executeTakeFirst();
	return row === undefined ? 0 : Number(row.place) + 1;
}

/** Leaves from this place on, in their order, at most about so many. */
export async function leavesFrom(
	transaction: Transaction,
	place: number,
	most: number,
): Promise<readonly Bytes[]> {
	const batches = await transaction
		.selectFrom("seal_leaves")
		.select(["place", "leaf"])
		.where("place", ">=", place)
		.where("place", "<", place + most)
		.execute();
	const seals = await transaction
		.selectFrom("seal_places")
		.innerJoin("seals", "seals.number", "seal_places.number")
		.select(["place", "leaf"])
		.where("place", ">=", place)
		.where("place", "<", place + most)
		.execute();
	const leaves = [...batches, ...seals].sort((a, b) => Number(a.place) - Number(b.place));
	if (leaves.some((leaf, at) => Number(leaf.place) !== place + at))
		throw new Error(`the database is damaged: a leaf of the log after place ${place} is gone`);
	return leaves.map(({ leaf }) => leaf);
}

/** Where a seal stands in the log; undefined where none of this number was made. */
export async function placeOfSeal(transaction: Transaction, number: number): Promise<number | undefined> {
	const row = await transaction
		.selectFrom("seal_places")
		.select("place")
		.where("number", "=", number)
		.executeTakeFirst();
	return row && Number(row.place);
}
