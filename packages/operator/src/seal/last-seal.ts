/**
 * The operator's last seal, as one row that making a seal writes, and so does all that a seal excludes.
 *
 *   a step that a seal may decide ── raises `turn` ──┐
 *                                                    ├── one after the other: the second finds what the first wrote
 *   making a seal ──────────────── raises `turn` ────┘
 *
 * A seal is durable in the store before a log has it, with its bytes: after a crash the very same is appended.
 */
import { type Bytes, type Seal, sealHash, serializeLeaf } from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import type { Transaction } from "../store/store.ts";
import { takeTree } from "./tree-rows.ts";
import { stateMap, stateRoot } from "./trees.ts";

export type LastSeal = {
	/** 0: there is none */
	readonly number: number;
	readonly hash: Bytes | null;
};

/** Waits for whoever makes a seal or takes this now; nobody else does until the transaction ends. */
export async function takeLastSeal(transaction: Transaction): Promise<LastSeal> {
	const row = await transaction
		.updateTable("last_seal")
		.set((last) => ({ turn: last("turn", "+", 1n) }))
		.where("name", "=", "operator")
		.returning(["number", "hash"])
		.executeTakeFirst();
	if (row === undefined) throw new Error("the database is damaged: the row of the last seal is gone");
	return { number: Number(row.number), hash: row.hash };
}

/** All of a seal but what follows from the store. */
export type SealContent = Omit<Seal, "number" | "previous" | "state">;

/** Makes the next seal, of the state map as it stands. */
export async function makeSeal(transaction: Transaction, content: SealContent): Promise<Seal> {
	const last = await takeLastSeal(transaction);
	await takeTree(transaction, stateMap);
	const number = last.number + 1;
	const seal: Seal = { ...content, number, previous: last.hash, state: await stateRoot(transaction) };
	await insertNew(transaction, "seals", [{ number, leaf: serializeLeaf({ kind: "seal", seal }) }]);
	await transaction
		.updateTable("last_seal")
		.set({ number, hash: sealHash(seal) })
		.where("name", "=", "operator")
		.execute();
	return seal;
}

/** The bytes of seals after this number, in their order: what a log has still to append. */
export async function sealsAfter(
	transaction: Transaction,
	number: number,
	most: number,
): Promise<readonly Bytes[]> {
	const rows = await transaction
		.selectFrom("seals")
		.select("leaf")
		.where("number", ">", number)
		.orderBy("number")
		.limit(most)
		.execute();
	return rows.map(({ leaf }) => leaf);
}
