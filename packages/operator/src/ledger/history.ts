/**
 * What an account did: its entries in their order, a page at a time, and statements of a period.
 *
 * Entries of an account are numbered without gaps and never go back in time. So a period is found by halving over those
 * that are marked, and what an account held and had posted at any moment is what the last entry before it says.
 */
import { type Bytes, type LedgerAccount, type LedgerEntry, ledgerKey } from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { type ChainLine, linesBetween } from "./chain.ts";
import { markEvery, withEndings } from "./journal.ts";
import { accountsAmong } from "./rows.ts";

/** An entry with the transfer that made it, as it stands now. */
export type HistoryLine = ChainLine;

/** A page of an account's entries after this number, oldest first. */
export async function entriesAfter(
	transaction: Transaction,
	account: Bytes,
	after: number,
	length: number,
): Promise<readonly HistoryLine[]> {
	const [known] = await accountsAmong(transaction, [account]);
	if (known === undefined) return [];
	const lines = await linesOf(transaction, known, after + 1, after + 1 + length);
	const transfers = await withEndings(
		transaction,
		lines.map(({ transfer }) => transfer),
	);
	return lines.map(({ entry, transfer }, position) => ({ entry, transfer: transfers[position] ?? transfer }));
}

async function linesOf(
	transaction: Transaction,
	account: LedgerAccount,
	first: number,
	beyond: number,
): Promise<readonly ChainLine[]> {
	return (await linesBetween(transaction, [account], first, beyond)).get(ledgerKey(account.id)) ?? [];
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
	const first = await firstSince(transaction, known, from);
	const beyond = await firstSince(transaction, known, until);
	const opening = await postedUpTo(transaction, known, first - 1);
	const closing = await postedUpTo(transaction, known, beyond - 1);
	const debits = closing.debits - opening.debits;
	return {
		from,
		until,
		opening: opening.balance,
		closing: closing.balance,
		debits,
		credits: closing.balance - opening.balance + debits,
		first,
		beyond,
	};
}

/** The number of the first entry at or after a time; one more than the last where there is none. */
async function firstSince(transaction: Transaction, account: LedgerAccount, time: number): Promise<number> {
	// Marks up to `low` are of before that time, those after `high` are not.
	let [low, high] = [0, Math.floor(account.entries / markEvery)];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		const entry = await entryAt(transaction, account, middle * markEvery);
		if (entry.at < time) low = middle;
		else high = middle - 1;
	}
	const after = low * markEvery;
	const lines = await linesOf(transaction, account, after + 1, after + 1 + markEvery);
	return lines.find(({ entry }) => entry.at >= time)?.entry.number ?? account.entries + 1;
}

/** What was posted with the entry of this number, and all before it. */
async function postedUpTo(
	transaction: Transaction,
	account: LedgerAccount,
	number: number,
): Promise<Pick<LedgerEntry, "balance" | "debits">> {
	return number === 0 ? { balance: 0n, debits: 0n } : entryAt(transaction, account, number);
}

async function entryAt(
	transaction: Transaction,
	account: LedgerAccount,
	number: number,
): Promise<LedgerEntry> {
	const [line] = await linesOf(transaction, account, number, number + 1);
	if (line === undefined) throw new Error("an account has fewer entries than it says");
	return line.entry;
}
