/**
 * What an account did: its entries in their order, a page at a time, and statements of a period.
 *
 * Entries of an account are numbered without gaps and never go back in time. So a period is found by halving, on the
 * key alone, and what an account held at any moment is what the last entry before it says.
 */
import { type Bytes, type KeptTransfer, type LedgerEntry, toHex } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { accountsAmong, entryOf, transfersAmong } from "./rows.ts";

/** An entry with the transfer that made it. */
export type HistoryLine = { readonly entry: LedgerEntry; readonly transfer: KeptTransfer };

/** A page of an account's entries after this number, oldest first. */
export async function entriesAfter(
	transaction: Transaction,
	account: Bytes,
	after: number,
	length: number,
): Promise<readonly HistoryLine[]> {
	const rows = await transaction
		.selectFrom("ledger_entries")
		.selectAll()
		.where("account_id", "=", account)
		.where("number", ">", after)
		.orderBy("number")
		.limit(length)
		.execute();
	const entries = rows.map(entryOf);
	const ids = entries.map(({ transfer }) => transfer);
	const transfers = new Map((await transfersAmong(transaction, ids)).map((made) => [toHex(made.id), made]));
	return entries.map((entry) => {
		const transfer = transfers.get(toHex(entry.transfer));
		if (transfer === undefined) throw new Error("an entry of no transfer");
		return { entry, transfer };
	});
}

/** What an account was in a period; `from` and `until` in unix seconds, the first within it and the second not. */
export type Statement = {
	readonly from: number;
	readonly until: number;
	/** posted, minor units: before the period, and at its end */
	readonly opening: bigint;
	readonly closing: bigint;
	/** posted within the period */
	readonly debits: bigint;
	readonly credits: bigint;
	/** entries of the period: their numbers go from `first` to before `beyond` */
	readonly first: number;
	readonly beyond: number;
};

/** undefined: there is no such account. */
export async function statementOf(
	transaction: Transaction,
	account: Bytes,
	from: number,
	until: number,
): Promise<Statement | undefined> {
	const [known] = await accountsAmong(transaction, [account]);
	if (known === undefined) return undefined;
	const first = await firstSince(transaction, account, known.entries, from);
	const beyond = await firstSince(transaction, account, known.entries, until);
	const sums = await transaction
		.selectFrom("ledger_entries")
		.select((row) => ["side", row.fn.sum<bigint | string | null>("posted").as("posted")])
		.where("account_id", "=", account)
		.where("number", ">=", first)
		.where("number", "<", beyond)
		.groupBy("side")
		.execute();
	const posted = (side: string): bigint => BigInt(sums.find((row) => row.side === side)?.posted ?? 0n);
	return {
		from,
		until,
		opening: await balanceAfter(transaction, account, first - 1),
		closing: await balanceAfter(transaction, account, beyond - 1),
		debits: posted("debit"),
		credits: posted("credit"),
		first,
		beyond,
	};
}

/** The number of the first entry at or after a time; one more than the last where there is none. */
async function firstSince(
	transaction: Transaction,
	account: Bytes,
	entries: number,
	time: number,
): Promise<number> {
	let [low, high] = [1, entries + 1];
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		const entry = await entryAt(transaction, account, middle);
		if (entry.at < time) low = middle + 1;
		else high = middle;
	}
	return low;
}

async function balanceAfter(transaction: Transaction, account: Bytes, number: number): Promise<bigint> {
	return number === 0 ? 0n : (await entryAt(transaction, account, number)).balance;
}

async function entryAt(transaction: Transaction, account: Bytes, number: number): Promise<LedgerEntry> {
	const row = await transaction
		.selectFrom("ledger_entries")
		.selectAll()
		.where("account_id", "=", account)
		.where("number", "=", number)
		.executeTakeFirst();
	if (row === undefined) throw new Error("an account has fewer entries than it says");
	return entryOf(row);
}
