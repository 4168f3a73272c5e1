/**
 * A ledger's rows: read by their ids, written as a decision says.
 *
 * What was read may have been changed since. Whoever changes an account writes its next entry, and whoever does a
 * transfer writes its id: both must be new, or the decision is made again on what stands now (`Overtaken`). So what is
 * written after them, sums and endings, was decided by nobody else. Rows go in the order of their keys.
 */
import {
	type Bytes,
	compareBytes,
	type Ending,
	type KeptTransfer,
	type LedgerAccount,
	type LedgerChanges,
	type LedgerEntry,
	type LedgerTransfer,
	ledgerKey,
} from "@tenten/protocol";
import { sql } from "kysely";
import { numberOrNull } from "../store/numbers.ts";
import type { Schema } from "../store/schema.ts";
import { inParts, insertNewSet, selectIn } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";

const accountColumns = [
	"account_id",
	"asset",
	"least",
	"most",
	"debits_pending",
	"debits_posted",
	"credits_pending",
	"credits_posted",
	"entries",
	"changed_at",
] as const;
const transferColumns = [
	"transfer_id",
	"kind",
	"debit",
	"credit",
	"amount",
	"reservation",
	"expires_at",
	"reference",
	"made_at",
	"ending",
] as const;

/** Those of these accounts that are open. */
export async function accountsAmong(
	transaction: Transaction,
	ids: readonly Bytes[],
): Promise<readonly LedgerAccount[]> {
	const rows = await selectIn(transaction, "ledger_accounts", "account_id", accountColumns, distinct(ids));
	return rows.map(accountOf);
}

/** Those of these transfers that were done. */
export async function transfersAmong(
	transaction: Transaction,
	ids: readonly Bytes[],
): Promise<readonly KeptTransfer[]> {
	const rows = await selectIn(transaction, "ledger_transfers", "transfer_id", transferColumns, distinct(ids));
	return rows.map(transferOf);
}

/** Each once. */
function distinct(ids: readonly Bytes[]): readonly Bytes[] {
	const keyed = new Map<string, Bytes>();
	for (const id of ids) keyed.set(ledgerKey(id), id);
	return [...keyed.values()];
}

/** `Overtaken` where another opened one of them meanwhile. */
export async function insertAccounts(
	transaction: Transaction,
	accounts: readonly LedgerAccount[],
): Promise<void> {
	const rows = accounts.map(accountRow).sort((a, b) => compareBytes(a.account_id, b.account_id));
	if (rows.length > 0) await insertNewSet(transaction, "ledger_accounts", rows);
}

/** Writes what was decided, all of it; `Overtaken` where another writer was first. */
export async function writeChanges(
	transaction: Transaction,
	{ transfers, entries, ended, accounts }: LedgerChanges,
): Promise<void> {
	if (transfers.length === 0) return;
	const made = transfers.map(transferRow).sort((a, b) => compareBytes(a.transfer_id, b.transfer_id));
	await insertNewSet(transaction, "ledger_transfers", made);
	const entered = entries.map(entryRow).sort(byPlace);
	await insertNewSet(transaction, "ledger_entries", entered);
	const changed = accounts.map(sumsRow).sort((a, b) => compareBytes(a.account_id, b.account_id));
	await replaceSums(transaction, changed);
	for (const ending of ["posted", "voided", "expired"] as const) {
		const ids = ended.flatMap((one) => (one.ending === ending ? [one.id] : [])).sort(compareBytes);
		await markEnded(transaction, ids, ending);
	}
}

function byPlace(a: Schema["ledger_entries"], b: Schema["ledger_entries"]): number {
	return compareBytes(a.account_id, b.account_id) || Number(a.number) - Number(b.number);
}

async function replaceSums(transaction: Transaction, rows: readonly SumsRow[]): Promise<void> {
	// An upsert of rows that are there, since its parameters have the types of its columns on every engine. Their
	// limits are not among what it would insert, and stay.
	await inParts(
		transaction,
		"replace sums of ledger accounts",
		rows,
		(part) =>
			transaction
				.insertInto("ledger_accounts")
				.values(part)
				.onConflict((conflict) =>
					conflict.column("account_id").doUpdateSet((row) => ({
						debits_pending: row.ref("excluded.debits_pending"),
						debits_posted: row.ref("excluded.debits_posted"),
						credits_pending: row.ref("excluded.credits_pending"),
						credits_posted: row.ref("excluded.credits_posted"),
						entries: row.ref("excluded.entries"),
						changed_at: row.ref("excluded.changed_at"),
					})),
				),
		(row) => [
			row.account_id,
			row.asset,
			row.debits_pending,
			row.debits_posted,
			row.credits_pending,
			row.credits_posted,
			row.entries,
			row.changed_at,
		],
	);
}

async function markEnded(transaction: Transaction, ids: readonly Bytes[], ending: Ending): Promise<void> {
	await inParts(
		transaction,
		`mark ledger reservations ${ending}`,
		ids,
		(part) => ({
			compile: () =>
				sql`update ledger_transfers set ending = ${sql.lit(ending)}
					where transfer_id in (${sql.join([...part])})`.compile(transaction),
		}),
		(id) => [id],
	);
}

export function accountOf(row: Schema["ledger_accounts"]): LedgerAccount {
	return {
		id: row.account_id,
		asset: row.asset,
		least: row.least,
		most: row.most,
		debitsPending: row.debits_pending,
		debitsPosted: row.debits_posted,
		creditsPending: row.credits_pending,
		creditsPosted: row.credits_posted,
		entries: Number(row.entries),
		at: Number(row.changed_at),
	};
}

function accountRow(account: LedgerAccount): Schema["ledger_accounts"] {
	return { ...sumsRow(account), least: account.least, most: account.most };
}

type SumsRow = Omit<Schema["ledger_accounts"], "least" | "most">;

function sumsRow(account: LedgerAccount): SumsRow {
	return {
		account_id: account.id,
		asset: account.asset,
		debits_pending: account.debitsPending,
		debits_posted: account.debitsPosted,
		credits_pending: account.creditsPending,
		credits_posted: account.creditsPosted,
		entries: account.entries,
		changed_at: account.at,
	};
}

// Kinds, sides and endings are written by this file alone.
function transferOf(row: Schema["ledger_transfers"]): KeptTransfer {
	return {
		id: row.transfer_id,
		kind: row.kind as LedgerTransfer["kind"],
		debit: row.debit,
		credit: row.credit,
		amount: row.amount,
		reservation: row.reservation,
		until: numberOrNull(row.expires_at),
		reference: row.reference,
		at: Number(row.made_at),
		ending: row.ending as Ending | null,
	};
}

function transferRow(transfer: KeptTransfer): Schema["ledger_transfers"] {
	return {
		transfer_id: transfer.id,
		kind: transfer.kind,
		debit: transfer.debit,
		credit: transfer.credit,
		amount: transfer.amount,
		reservation: transfer.reservation,
		expires_at: transfer.until,
		reference: transfer.reference,
		made_at: transfer.at,
		ending: transfer.ending,
	};
}

export function entryOf(row: Schema["ledger_entries"]): LedgerEntry {
	return {
		account: row.account_id,
		number: Number(row.number),
		transfer: row.transfer_id,
		side: row.side as LedgerEntry["side"],
		pending: row.pending,
		posted: row.posted,
		balance: row.balance,
		at: Number(row.made_at),
	};
}

function entryRow(entry: LedgerEntry): Schema["ledger_entries"] {
	return {
		account_id: entry.account,
		number: entry.number,
		transfer_id: entry.transfer,
		side: entry.side,
		pending: entry.pending,
		posted: entry.posted,
		balance: entry.balance,
		made_at: entry.at,
	};
}
