/**
 * What changes a ledger, inside a transaction of the store: read, decide, write.
 *
 * Whoever keeps rows of its own beside a ledger writes them in the same transaction, with the results in hand: both
 * are durable, or neither. The transaction may be run again; nothing here has an effect but through it.
 */
import {
	type AccountTerms,
	type Bytes,
	decideOpening,
	decideTransfers,
	type KeptTransfer,
	type LedgerAccount,
	type LedgerChanges,
	type LedgerDecision,
	type LedgerRows,
	type LinkedTransfers,
	ledgerKey,
	ledgerRows,
	neededAccounts,
	neededTransfers,
	type OpeningResult,
	openedAccount,
	type TransferResult,
	toHex,
} from "@tenten/protocol";
import { type BalanceEffect, noteEffects } from "../sealing/effects.ts";
import type { Transaction } from "../store/store.ts";
import { insertPosted, type Posted, postedAmong, replaceDue, withEndings } from "./journal.ts";
import { nothingKnown } from "./known-rows.ts";
import { accountsAmong, insertAccounts, replaceSums } from "./rows.ts";

/** Does a batch of transfers; one result each, in their order. `now` in unix seconds. */
export async function postIn(
	transaction: Transaction,
	batch: readonly LinkedTransfers[],
	now: number,
): Promise<readonly TransferResult[]> {
	return (await postKnowing(transaction, batch, now, nothingKnown)).decision.results;
}

/**
 * As `postIn`, without reading what is known already, and without looking for ids that are not: they are taken for
 * fresh. What is known may be older than what stands, and an id may be used: then what is done is `Overtaken`, and what
 * would be refused is decided on what stands instead (`isFresh`).
 */
export async function postKnowing(
	transaction: Transaction,
	batch: readonly LinkedTransfers[],
	now: number,
	known: LedgerRows,
): Promise<{ readonly decision: LedgerDecision; readonly isFresh: boolean }> {
	const isFresh = known === nothingKnown;
	const isMissing = (id: Bytes): boolean => known.transferAt(ledgerKey(id)) === undefined;
	const wanted = isFresh ? neededTransfers(batch) : reservationsOf(batch).filter(isMissing);
	const posted = await postedAmong(transaction, wanted);
	const read = posted.map(({ transfer }) => transfer);
	const accounts = await accountsAmong(transaction, missingAccounts(batch, read, known));
	// After the accounts: an ending that comes later changes them.
	const rows = ledgerRows(accounts, await withEndings(transaction, read));
	const decision = decideTransfers(isFresh ? rows : over(rows, known), batch, now);
	if (!isFresh && decision.results.some(({ kind }) => kind === "refused"))
		return postKnowing(transaction, batch, now, nothingKnown);
	await writeChanges(transaction, decision.changes);
	return { decision, isFresh };
}

function over(rows: LedgerRows, known: LedgerRows): LedgerRows {
	return {
		accountAt: (key) => known.accountAt(key) ?? rows.accountAt(key),
		transferAt: (key) => known.transferAt(key) ?? rows.transferAt(key),
	};
}

function reservationsOf(batch: readonly LinkedTransfers[]): readonly Bytes[] {
	return batch.flatMap((linked) =>
		linked.flatMap((asked) => ("reservation" in asked ? [asked.reservation] : [])),
	);
}

/** Those of which nothing is known. The accounts of a transfer that is known are known with it. */
function missingAccounts(
	batch: readonly LinkedTransfers[],
	read: readonly KeptTransfer[],
	known: LedgerRows,
): readonly Bytes[] {
	return neededAccounts(batch, read).filter((id) => known.accountAt(ledgerKey(id)) === undefined);
}

/** Writes what was decided, all of it; `Overtaken` where another writer was first. */
async function writeChanges(
	transaction: Transaction,
	{ transfers, entries, ended, accounts }: LedgerChanges,
): Promise<void> {
	if (transfers.length === 0) return;
	const posted = transfers.map((transfer, position): Posted => {
		const [debit, credit] = [entries[2 * position], entries[2 * position + 1]];
		if (debit === undefined || credit === undefined) throw new Error("a transfer without its two entries");
		return { transfer, debit, credit };
	});
	await replaceSums(transaction, accounts);
	await insertPosted(transaction, posted);
	await replaceDue(transaction, transfers, ended);
	await noteEffects(transaction, () => accounts.map(({ account }) => heldEffect(account)));
}

/** What an account holds is owed to it; of one that owes itself nothing is. */
export function heldEffect({
	id,
	asset,
	creditsPosted,
	debitsPosted,
	entries,
}: LedgerAccount): BalanceEffect {
	const held = creditsPosted - debitsPosted;
	return { kind: "balance", asset, account: id, amount: held > 0n ? held : 0n, entries };
}

/** Opens accounts; one result each, in their order. */
export async function openAccountsIn(
	transaction: Transaction,
	asked: readonly AccountTerms[],
	now: number,
): Promise<readonly OpeningResult[]> {
	const known = await accountsAmong(
		transaction,
		asked.map(({ id }) => id),
	);
	const accounts = new Map<string, LedgerAccount>(known.map((account) => [toHex(account.id), account]));
	const opened: LedgerAccount[] = [];
	const results = asked.map((terms) => {
		const result = decideOpening(accounts.get(toHex(terms.id)), terms);
		if (result.kind !== "done") return result;
		const account = openedAccount(terms, now);
		accounts.set(toHex(terms.id), account);
		opened.push(account);
		return result;
	});
	await insertAccounts(transaction, opened);
	return results;
}

const together = 500;

/**
 * Ends reservations whose time limit is over, the longest over first; answers how many, until there are none. Ids are
 * drawn: one that could be foreseen could be used up by whoever wants the reservation to stay.
 */
export async function expireIn(
	transaction: Transaction,
	now: number,
	random: (length: number) => Bytes,
): Promise<number> {
	const due = await transaction
		.selectFrom("ledger_due")
		.select("transfer_id")
		.where("expires_at", "<=", now)
		.orderBy("expires_at")
		.limit(together)
		.execute();
	const batch = due.map(({ transfer_id }) => [
		{ id: random(32), reference: null, kind: "expire" as const, reservation: transfer_id },
	]);
	const results = await postIn(transaction, batch, now);
	return results.filter(({ kind }) => kind === "done").length;
}
