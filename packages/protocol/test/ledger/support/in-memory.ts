/** A ledger in memory over the machine: it gives it the rows that it needs and no others, and keeps what it says. */
import {
	type AccountTerms,
	brokenAccount,
	countEntry,
	decideTransfers,
	type EntriesCount,
	isEntryOf,
	type KeptTransfer,
	type LedgerAccount,
	type LedgerEntry,
	type LinkedTransfers,
	ledgerRows,
	neededAccounts,
	neededTransfers,
	noEntries,
	openedAccount,
	type TransferResult,
	toHex,
} from "@tenten/protocol";

export class MemoryLedger {
	readonly accounts: Map<string, LedgerAccount>;
	readonly transfers = new Map<string, KeptTransfer>();
	readonly entries: LedgerEntry[] = [];

	constructor(accounts: readonly AccountTerms[], now = 0) {
		this.accounts = new Map(accounts.map((terms) => [toHex(terms.id), openedAccount(terms, now)]));
	}

	take(batch: readonly LinkedTransfers[], now: number): readonly TransferResult[] {
		const transfers = among(this.transfers, neededTransfers(batch));
		const accounts = among(this.accounts, neededAccounts(batch, transfers));
		const { results, changes } = decideTransfers(ledgerRows(accounts, transfers), batch, now);
		for (const transfer of changes.transfers) {
			if (this.transfers.has(toHex(transfer.id))) throw new Error("a transfer that is there already");
			this.transfers.set(toHex(transfer.id), transfer);
		}
		for (const ended of changes.ended) {
			if (this.transfers.get(toHex(ended.id))?.ending !== null)
				throw new Error("what ended was open no more");
			this.transfers.set(toHex(ended.id), ended);
		}
		for (const { account, entriesBefore } of changes.accounts) {
			if (this.accounts.get(toHex(account.id))?.entries !== entriesBefore)
				throw new Error("an account that was another when it was decided upon");
			this.accounts.set(toHex(account.id), account);
		}
		this.entries.push(...changes.entries);
		return results;
	}

	/** Everything that is not provable from the entries, in words. */
	wrong(): readonly string[] {
		const counts = new Map<string, EntriesCount>();
		const said: string[] = [];
		for (const entry of this.entries) {
			const key = toHex(entry.account);
			const { count, wrong } = countEntry(counts.get(key) ?? noEntries, entry);
			counts.set(key, count);
			if (wrong !== null) said.push(wrong);
		}
		for (const [key, account] of this.accounts)
			said.push(...brokenAccount(account, counts.get(key) ?? noEntries));
		for (const entry of this.entries) if (!this.#isEntered(entry)) said.push("not as its transfer");
		const sides = new Set(this.entries.map((entry) => `${toHex(entry.transfer)} ${entry.side}`));
		if (this.entries.length !== 2 * this.transfers.size || sides.size !== this.entries.length)
			said.push("not two entries a transfer");
		return said;
	}

	#isEntered(entry: LedgerEntry): boolean {
		const transfer = this.transfers.get(toHex(entry.transfer));
		if (transfer === undefined) return false;
		const { reservation } = transfer;
		const reserved = reservation === null ? null : (this.transfers.get(toHex(reservation))?.amount ?? null);
		return isEntryOf(transfer, entry, reserved);
	}
}

function among<T>(rows: ReadonlyMap<string, T>, ids: readonly Uint8Array[]): readonly T[] {
	return [...new Set(ids.map(toHex))].flatMap((id) => rows.get(id) ?? []);
}
