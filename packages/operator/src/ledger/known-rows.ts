/**
 * Rows as this process left them: most are what the next batch needs, and reading them is a third of its work.
 *
 * Nothing is believed because it is here. Whoever changed an account since has raised its number of entries, so what is
 * decided on an old one cannot be written (`replaceSums`); and whoever ended a reservation has changed its accounts.
 * That holds while accounts that are known here have been known since the reservation was made: so reservations are
 * forgotten whenever an account is, or is read again.
 */
import {
	type KeptTransfer,
	type LedgerAccount,
	type LedgerChanges,
	type LedgerRows,
	ledgerKey,
} from "@tenten/protocol";

export const nothingKnown: LedgerRows = { accountAt: () => undefined, transferAt: () => undefined };

/** Some tens of megabytes. */
const mostAccounts = 50_000;
const mostTransfers = 50_000;

export class KeptRows implements LedgerRows {
	readonly #accounts = new Map<string, LedgerAccount>();
	/** the newest, and those before them */
	#young = new Map<string, KeptTransfer>();
	#old = new Map<string, KeptTransfer>();

	accountAt(key: string): LedgerAccount | undefined {
		return this.#accounts.get(key);
	}

	transferAt(key: string): KeptTransfer | undefined {
		return this.#young.get(key) ?? this.#old.get(key);
	}

	/** What was decided, once it is durable; `isFresh`: on rows that were read, and none of these here. */
	keep({ accounts, transfers, ended }: LedgerChanges, isFresh: boolean): void {
		// A reservation that another ended would stand beside accounts that say nothing of it any more.
		if (isFresh) this.#forgetTransfers();
		if (this.#accounts.size + accounts.length > mostAccounts) this.forget();
		for (const { account } of accounts) this.#accounts.set(ledgerKey(account.id), account);
		if (this.#young.size > mostTransfers / 2) [this.#old, this.#young] = [this.#young, new Map()];
		for (const transfer of transfers) this.#young.set(ledgerKey(transfer.id), transfer);
		for (const transfer of ended) this.#young.set(ledgerKey(transfer.id), transfer);
	}

	forget(): void {
		this.#accounts.clear();
		this.#forgetTransfers();
	}

	#forgetTransfers(): void {
		this.#young.clear();
		this.#old.clear();
	}
}
