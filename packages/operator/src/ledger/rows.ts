/**
 * A ledger's accounts as rows: read by their ids, their sums replaced as a decision says.
 *
 * What was read may have been changed since. A row says how many entries its account had before its last change, so
 * sums are replaced only where the account is still as the decision saw it; or the decision is made again on what
 * stands now (`Overtaken`). Rows go in the order of their keys.
 */
import {
	type Bytes,
	type ChangedAccount,
	compareBytes,
	type LedgerAccount,
	ledgerKey,
} from "@tenten/protocol";
import type { Schema } from "../store/schema.ts";
import { insertNewSet, selectIn, writeParts } from "../store/sets.ts";
import { mustWrite, type Transaction } from "../store/store.ts";

type SumsRow = Schema["ledger_sums"];

const columns = [
	"account_id",
	"asset",
	"least",
	"most",
	"debits_pending",
	"debits_posted",
	"credits_pending",
	"credits_posted",
	"entries",
	"last_transfer",
	"changed_at",
] as const;

/** Those of these accounts that are open. */
export async function accountsAmong(
	transaction: Transaction,
	ids: readonly Bytes[],
): Promise<readonly LedgerAccount[]> {
	const rows = await selectIn(transaction, "ledger_sums", "account_id", columns, distinct(ids));
	return rows.map(accountOf);
}

/** Each once. */
export function distinct(ids: readonly Bytes[]): readonly Bytes[] {
	const keyed = new Map<string, Bytes>();
	for (const id of ids) keyed.set(ledgerKey(id), id);
	return [...keyed.values()];
}

/** `Overtaken` where another opened one of them meanwhile. */
export async function insertAccounts(
	transaction: Transaction,
	accounts: readonly LedgerAccount[],
): Promise<void> {
	const rows = accounts.map((account) => ({
		...sumsRow(account, 0),
		least: account.least,
		most: account.most,
	}));
	rows.sort((a, b) => compareBytes(a.account_id, b.account_id));
	if (rows.length > 0) await insertNewSet(transaction, "ledger_sums", rows);
}

/** Replaces sums; `Overtaken` where another writer changed one of these accounts since. */
export async function replaceSums(
	transaction: Transaction,
	changed: readonly ChangedAccount[],
): Promise<void> {
	const rows = changed.map(({ account, entriesBefore }) => sumsRow(account, entriesBefore));
	rows.sort((a, b) => compareBytes(a.account_id, b.account_id));
	// An upsert of rows that are there, since its parameters have the types of its columns on every engine. Their
	// limits are not among what it would insert, and stay.
	const written = await writeParts(
		transaction,
		"replace sums of a ledger",
		rows,
		(part) =>
			transaction
				.insertInto("ledger_sums")
				.values(part)
				.onConflict((conflict) =>
					conflict
						.column("account_id")
						.doUpdateSet((row) => ({
							debits_pending: row.ref("excluded.debits_pending"),
							debits_posted: row.ref("excluded.debits_posted"),
							credits_pending: row.ref("excluded.credits_pending"),
							credits_posted: row.ref("excluded.credits_posted"),
							entries: row.ref("excluded.entries"),
							entries_before: row.ref("excluded.entries_before"),
							last_transfer: row.ref("excluded.last_transfer"),
							changed_at: row.ref("excluded.changed_at"),
						}))
						.whereRef("ledger_sums.entries", "=", "excluded.entries_before"),
				),
		valuesOf,
	);
	mustWrite(written, rows.length);
}

export function accountOf(row: Pick<SumsRow, (typeof columns)[number]>): LedgerAccount {
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
		last: row.last_transfer,
		at: Number(row.changed_at),
	};
}

function sumsRow(account: LedgerAccount, entriesBefore: number): Omit<SumsRow, "least" | "most"> {
	return {
		account_id: account.id,
		asset: account.asset,
		debits_pending: account.debitsPending,
		debits_posted: account.debitsPosted,
		credits_pending: account.creditsPending,
		credits_posted: account.creditsPosted,
		entries: account.entries,
		entries_before: entriesBefore,
		last_transfer: account.last,
		changed_at: account.at,
	};
}

/** In the order of `sumsRow`. */
function valuesOf(row: Omit<SumsRow, "least" | "most">): readonly unknown[] {
	return [
		row.account_id,
		row.asset,
		row.debits_pending,
		row.debits_posted,
		row.credits_pending,
		row.credits_posted,
		row.entries,
		row.entries_before,
		row.last_transfer,
		row.changed_at,
	];
}

/** Every account of the ledger. */
export async function everyAccount(transaction: Transaction): Promise<readonly LedgerAccount[]> {
	const rows = await transaction.selectFrom("ledger_sums").select(columns).execute();
	return rows.map(accountOf);
}
