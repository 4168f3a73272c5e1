/**
 * The books: double entry. The lines of each entry add up to zero; a balance is the sum of its lines.
 *
 *   holder      owed to an account                    outside     came from outside (negative)
 *   issued      brought into circulation              redeemed, refunded, burned   came back (negative)
 *   gain        the operator's own, from what burned  debt        owed by a culprit (negative)
 *   chargedOff  debts given up (negative)             recovered   debts repaid (negative)
 *
 * What the operator issues directly comes from outside, as a deposit does.
 */
import { type Bytes, limits } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

export type Book =
	| "holder"
	| "outside"
	| "issued"
	| "redeemed"
	| "refunded"
	| "burned"
	| "gain"
	| "debt"
	| "chargedOff"
	| "recovered";

export type Line = { readonly book: Book; readonly owner: Bytes; readonly amount: bigint };

/** The owner of a book that has none. */
export const nobody: Bytes = new Uint8Array(32);

export type Entry = {
	readonly id: Bytes;
	/** see `assetHash` */
	readonly asset: Bytes;
	readonly lines: readonly Line[];
	/** unix seconds */
	readonly at: number;
};

export async function postEntry(transaction: Transaction, { id, asset, lines, at }: Entry): Promise<void> {
	if (lines.reduce((sum, { amount }) => sum + amount, 0n) !== 0n) throw new Error("an entry out of balance");
	if (lines.length === 0) return;
	await transaction
		.insertInto("lines")
		.values(lines.map((line, position) => ({ ...line, entry_id: id, position, asset, made_at: at })))
		.execute();
	// Two statements: an upsert would test the bound of a holder's balance on the change alone.
	const balances = lines.map(({ book, owner }) => ({ book, owner, asset, amount: 0n }));
	await transaction
		.insertInto("balances")
		.values(balances)
		.onConflict((conflict) => conflict.columns(["book", "owner", "asset"]).doNothing())
		.execute();
	for (const { book, owner, amount } of lines)
		await transaction
			.updateTable("balances")
			.set((row) => ({ amount: row("amount", "+", amount) }))
			.where("book", "=", book)
			.where("owner", "=", owner)
			.where("asset", "=", asset)
			.execute();
}

export async function balanceOf(
	transaction: Transaction,
	book: Book,
	owner: Bytes,
	asset: Bytes,
): Promise<bigint> {
	const row = await transaction
		.selectFrom("balances")
		.select("amount")
		.where("book", "=", book)
		.where("owner", "=", owner)
		.where("asset", "=", asset)
		.executeTakeFirst();
	return row?.amount ?? 0n;
}

/**
 * Whether so much more may come from outside. All that ever came stays within one amount, so that no claim,
 * credit or sum of them outgrows its column.
 */
export async function hasRoomFor(transaction: Transaction, asset: Bytes, amount: bigint): Promise<boolean> {
	const before = -(await balanceOf(transaction, "outside", nobody, asset));
	return before + amount <= limits.amount;
}

/** Whether an entry of this id was posted. */
export async function hasEntry(transaction: Transaction, id: Bytes): Promise<boolean> {
	const row = await transaction
		.selectFrom("lines")
		.select("entry_id")
		.where("entry_id", "=", id)
		.executeTakeFirst();
	return row !== undefined;
}
