/**
 * Accounts as this process left them: most are where the next batch needs them, and reading them is a third of a
 * batch's work.
 *
 * Nothing is believed because it is here. Whoever changed an account since has written its next entry, so what is
 * decided on an old one cannot be written (`writeChanges`). Only accounts are kept: a reservation that another ended is
 * known by its accounts alone, so it is always read.
 */
import { type Bytes, type LedgerAccount, ledgerKey } from "@tenten/protocol";

export type KnownAccounts = {
	/** those that are known, and the ids of the others; some twice */
	among(ids: readonly Bytes[]): {
		readonly found: readonly LedgerAccount[];
		readonly missing: readonly Bytes[];
	};
};

export const nothingKnown: KnownAccounts = { among: (ids) => ({ found: [], missing: ids }) };

/** accounts; some tens of megabytes */
const most = 50_000;

export class KeptAccounts implements KnownAccounts {
	readonly #accounts = new Map<string, LedgerAccount>();

	among(ids: readonly Bytes[]): ReturnType<KnownAccounts["among"]> {
		const found = new Map<string, LedgerAccount>();
		const missing: Bytes[] = [];
		for (const id of ids) {
			const key = ledgerKey(id);
			const account = this.#accounts.get(key);
			if (account === undefined) missing.push(id);
			else found.set(key, account);
		}
		return { found: [...found.values()], missing };
	}

	/** Once they are durable. */
	keep(accounts: readonly LedgerAccount[]): void {
		if (this.#accounts.size + accounts.length > most) this.#accounts.clear();
		for (const account of accounts) this.#accounts.set(ledgerKey(account.id), account);
	}

	forget(): void {
		this.#accounts.clear();
	}
}
