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
	type LedgerAccount,
	type LedgerDecision,
	type LinkedTransfers,
	neededAccounts,
	neededTransfers,
	type OpeningResult,
	openedAccount,
	type TransferResult,
	toHex,
} from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { type KnownAccounts, nothingKnown } from "./known-accounts.ts";
import { accountsAmong, insertAccounts, transfersAmong, writeChanges } from "./rows.ts";

/** Does a batch of transfers; one result each, in their order. `now` in unix seconds. */
export async function postIn(
	transaction: Transaction,
	batch: readonly LinkedTransfers[],
	now: number,
): Promise<readonly TransferResult[]> {
	return (await postKnowing(transaction, batch, now, nothingKnown)).results;
}

/**
 * As `postIn`, without reading the accounts that are known already. They may be older than what stands: then what is
 * done on them is `Overtaken`, and what would be refused on them is decided on what stands instead.
 */
export async function postKnowing(
	transaction: Transaction,
	batch: readonly LinkedTransfers[],
	now: number,
	known: KnownAccounts,
): Promise<LedgerDecision> {
	const transfers = await transfersAmong(transaction, neededTransfers(batch));
	const needed = neededAccounts(batch, transfers);
	const from = known.among(needed);
	const read = await accountsAmong(transaction, from.missing);
	const decision = decideTransfers({ accounts: [...from.found, ...read], transfers }, batch, now);
	if (from.found.length > 0 && decision.results.some(({ kind }) => kind === "refused"))
		return postKnowing(transaction, batch, now, nothingKnown);
	await writeChanges(transaction, decision.changes);
	return decision;
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
		.selectFrom("ledger_transfers")
		.select("transfer_id")
		.where("expires_at", "is not", null)
		.where("ending", "is", null)
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
