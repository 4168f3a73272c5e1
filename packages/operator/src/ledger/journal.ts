/**
 * The journal: a row for each transfer, which holds both of its entries and is never changed.
 *
 * Each entry names the transfer of the account's entry before, so an account's history is a chain that begins at its
 * last entry (chain.ts). A reservation has ended once the transfer that ends it is there. Where ids begin with their
 * time, rows and the index of endings grow at one end, and a batch dirties a few pages whatever accounts it changes.
 */
import {
	type Bytes,
	compareBytes,
	type Ending,
	type KeptTransfer,
	type LedgerEntry,
	type LedgerTransfer,
	ledgerKey,
} from "@tenten/protocol";
import { numberOrNull } from "../store/numbers.ts";
import type { CopiedValue } from "../store/postgres-copy.ts";
import type { Schema } from "../store/schema.ts";
import { copyNewSet, deleteIn, insertNewSet, selectIn } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { distinct } from "./rows.ts";

type JournalRow = Schema["ledger_journal"];

/** A transfer with what it entered: on its debit account, and on its credit account. */
export type Posted = {
	readonly transfer: KeptTransfer;
	readonly debit: LedgerEntry;
	readonly credit: LedgerEntry;
};

const columns = [
	"transfer_id",
	"kind",
	"debit",
	"credit",
	"amount",
	"pending",
	"reservation",
	"expires_at",
	"reference",
	"made_at",
	"debit_number",
	"debit_balance",
	"debit_debits",
	"debit_before",
	"credit_number",
	"credit_balance",
	"credit_debits",
	"credit_before",
] as const satisfies readonly (keyof JournalRow)[];

/** Those of these transfers that were done; of reservations, how they ended is not looked up. */
export async function postedAmong(
	transaction: Transaction,
	ids: readonly Bytes[],
): Promise<readonly Posted[]> {
	const rows = await selectIn(transaction, "ledger_journal", "transfer_id", columns, distinct(ids));
	return rows.map(postedOf);
}

/** The same transfers, with how those that are reservations ended by now. */
export async function withEndings(
	transaction: Transaction,
	transfers: readonly KeptTransfer[],
): Promise<readonly KeptTransfer[]> {
	const reservations = transfers.flatMap(({ kind, id }) => (kind === "reserve" ? [id] : []));
	const wanted = ["reservation", "kind"] as const;
	const rows = await selectIn(transaction, "ledger_journal", "reservation", wanted, reservations);
	const endings = new Map(rows.map(({ reservation, kind }) => [ledgerKey(reservation as Bytes), kind]));
	return transfers.map((transfer) => {
		const kind = endings.get(ledgerKey(transfer.id));
		return kind === undefined ? transfer : { ...transfer, ending: endingBy(kind) };
	});
}

/** Those of these transfers that were done, as they stand now. */
export async function transfersAmong(
	transaction: Transaction,
	ids: readonly Bytes[],
): Promise<readonly KeptTransfer[]> {
	const posted = await postedAmong(transaction, ids);
	return withEndings(
		transaction,
		posted.map(({ transfer }) => transfer),
	);
}

/** Every so many entries of an account one is marked, so that no reader walks further. A migration marks the same. */
export const markEvery = 16;

/** Writes transfers with their entries; `Overtaken` where one of these ids was used. */
export async function insertPosted(transaction: Transaction, posted: readonly Posted[]): Promise<void> {
	const sorted = [...posted].sort((a, b) => compareBytes(a.transfer.id, b.transfer.id));
	await copyNewSet(transaction, "ledger_journal", columns, sorted, valuesOf);
	const marks = posted
		.flatMap(({ debit, credit }) => [debit, credit].filter(({ number }) => number % markEvery === 0))
		.map(({ account, number, transfer }) => ({ account_id: account, number, transfer_id: transfer }))
		.sort((a, b) => compareBytes(a.account_id, b.account_id) || a.number - b.number);
	if (marks.length > 0) await insertNewSet(transaction, "ledger_marks", marks);
}

/** Keeps the list of open reservations with a time limit. */
export async function replaceDue(
	transaction: Transaction,
	opened: readonly KeptTransfer[],
	ended: readonly KeptTransfer[],
): Promise<void> {
	const rows = opened.flatMap(({ id, kind, until, ending }) =>
		kind === "reserve" && until !== null && ending === null ? [{ transfer_id: id, expires_at: until }] : [],
	);
	rows.sort((a, b) => compareBytes(a.transfer_id, b.transfer_id));
	if (rows.length > 0) await insertNewSet(transaction, "ledger_due", rows);
	const over = ended.flatMap(({ id, until }) => (until === null ? [] : [id])).sort(compareBytes);
	await deleteIn(transaction, "ledger_due", "transfer_id", over);
}

// Kinds are written by this file alone.
function postedOf(row: JournalRow): Posted {
	const kind = row.kind as LedgerTransfer["kind"];
	const transfer: KeptTransfer = {
		id: row.transfer_id,
		kind,
		debit: row.debit,
		credit: row.credit,
		amount: row.amount,
		reservation: row.reservation,
		until: numberOrNull(row.expires_at),
		reference: row.reference,
		at: Number(row.made_at),
		ending: null,
	};
	const posted = kind === "move" || kind === "post" ? row.amount : 0n;
	const both = { transfer: row.transfer_id, pending: row.pending, posted, at: Number(row.made_at) };
	return {
		transfer,
		debit: {
			...both,
			side: "debit",
			account: row.debit,
			number: Number(row.debit_number),
			before: row.debit_before,
			balance: row.debit_balance,
			debits: row.debit_debits,
		},
		credit: {
			...both,
			side: "credit",
			account: row.credit,
			number: Number(row.credit_number),
			before: row.credit_before,
			balance: row.credit_balance,
			debits: row.credit_debits,
		},
	};
}

/** In the order of `columns`, without a row in between: there are many. */
function valuesOf({ transfer, debit, credit }: Posted): readonly CopiedValue[] {
	return [
		transfer.id,
		transfer.kind,
		transfer.debit,
		transfer.credit,
		transfer.amount,
		debit.pending,
		transfer.reservation,
		transfer.until,
		transfer.reference,
		transfer.at,
		debit.number,
		debit.balance,
		debit.debits,
		debit.before,
		credit.number,
		credit.balance,
		credit.debits,
		credit.before,
	];
}

function endingBy(kind: string): Ending {
	switch (kind) {
		case "post":
			return "posted";
		case "void":
			return "voided";
		case "expire":
			return "expired";
		default:
			throw new Error(`a reservation that ended by ${kind}`);
	}
}
