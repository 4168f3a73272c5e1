/**
 * Walking back over the entries of accounts: each names the one before, and every sixteenth is marked.
 *
 *   1 … 15 ◀─ 16* ◀─ 17 … 31 ◀─ 32* ◀─ 33 … 40 (the account's last)
 *
 * A range of entries is cut at its marks, and all pieces are walked at once, of as many accounts as are asked for: as
 * many questions as a piece has entries, however long the range.
 */
import {
	type Bytes,
	type KeptTransfer,
	type LedgerAccount,
	type LedgerEntry,
	ledgerKey,
	toHex,
} from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { markEvery, type Posted, postedAmong } from "./journal.ts";
import { distinct } from "./rows.ts";

/** An entry with the transfer that made it; of a reservation, how it ended is not looked up. */
export type ChainLine = { readonly entry: LedgerEntry; readonly transfer: KeptTransfer };

/** Rows that do not belong together: somebody changed them. */
export class ChainBroken extends Error {
	constructor(account: Bytes) {
		super(`${toHex(account)}: an entry that others name is not there`);
	}
}

/** The piece of an account's chain from `from` up, whose newest entry is `transfer`'s. */
type Piece = { readonly account: Bytes; readonly transfer: Bytes; readonly from: number };

/** Entries numbered from `first` to before `beyond` of each of these accounts, each account's in their order. */
export async function linesBetween(
	transaction: Transaction,
	accounts: readonly LedgerAccount[],
	first: number,
	beyond: number,
): Promise<ReadonlyMap<string, readonly ChainLine[]>> {
	const lines = new Map<string, ChainLine[]>(accounts.map(({ id }) => [ledgerKey(id), []]));
	let pieces = await piecesOf(transaction, accounts, first, beyond);
	while (pieces.length > 0) {
		const ids = distinct(pieces.map(({ transfer }) => transfer));
		const posted = new Map(
			(await postedAmong(transaction, ids)).map((one) => [ledgerKey(one.transfer.id), one]),
		);
		pieces = pieces.flatMap((piece) => {
			const line = lineOf(posted.get(ledgerKey(piece.transfer)), piece.account);
			const { number, before } = line.entry;
			if (number >= first && number < beyond) lines.get(ledgerKey(piece.account))?.push(line);
			return number <= piece.from || before === null ? [] : [{ ...piece, transfer: before }];
		});
	}
	for (const of of lines.values()) of.sort((a, b) => a.entry.number - b.entry.number);
	return lines;
}

function lineOf(posted: Posted | undefined, account: Bytes): ChainLine {
	const key = ledgerKey(account);
	const entry = [posted?.debit, posted?.credit].find(
		(one) => one !== undefined && ledgerKey(one.account) === key,
	);
	if (posted === undefined || entry === undefined) throw new ChainBroken(account);
	return { entry, transfer: posted.transfer };
}

async function piecesOf(
	transaction: Transaction,
	accounts: readonly LedgerAccount[],
	first: number,
	beyond: number,
): Promise<readonly Piece[]> {
	const long = accounts.filter(({ entries }) => entries >= first);
	const marks = await marksOf(transaction, long, first, beyond);
	return long.flatMap(({ id, entries, last }) => {
		const heads = [...(marks.get(ledgerKey(id)) ?? [])];
		// Beyond the last mark lies the account's own end.
		const top = heads.at(-1)?.number ?? 0;
		if (last !== null && top < Math.min(beyond - 1, entries)) heads.push({ number: entries, transfer: last });
		return heads.map(({ transfer }, position) => ({
			account: id,
			transfer,
			from: Math.max(first, (heads[position - 1]?.number ?? 0) + 1),
		}));
	});
}

type Mark = { readonly number: number; readonly transfer: Bytes };

/** Marks within a range, and the first after it: from there its newest entries are walked to. */
async function marksOf(
	transaction: Transaction,
	accounts: readonly LedgerAccount[],
	first: number,
	beyond: number,
): Promise<ReadonlyMap<string, readonly Mark[]>> {
	const marks = new Map<string, Mark[]>();
	const marked = accounts.filter(({ entries }) => entries >= markEvery);
	if (marked.length === 0) return marks;
	const rows = await transaction
		.selectFrom("ledger_marks")
		.selectAll()
		.where(
			"account_id",
			"in",
			marked.map(({ id }) => id),
		)
		.where("number", ">=", first)
		.where("number", "<", beyond - 1 + markEvery)
		.orderBy("account_id")
		.orderBy("number")
		.execute();
	for (const { account_id, number, transfer_id } of rows) {
		const key = ledgerKey(account_id);
		const known = marks.get(key) ?? [];
		marks.set(key, known);
		known.push({ number: Number(number), transfer: transfer_id });
	}
	return marks;
}
