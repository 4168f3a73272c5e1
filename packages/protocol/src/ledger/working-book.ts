/**
 * The rows of a ledger while a batch is decided, and what is to be written of them in the end.
 *
 * Linked transfers are decided in a fork, which is taken over whole or forgotten.
 */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { balanceOf, type LedgerAccount } from "./account.ts";
import type { Ending, KeptTransfer, LedgerEntry } from "./transfer.ts";

/** What a batch changes. Nothing else of the rows that it was decided on does. */
export type LedgerChanges = {
	/** new, in the order in which they were done */
	readonly transfers: readonly KeptTransfer[];
	/** new, two of each transfer in the same order: on its debit account, then on its credit account */
	readonly entries: readonly LedgerEntry[];
	/** reservations that were there before, and ended; as they are now */
	readonly ended: readonly KeptTransfer[];
	/** accounts that have new entries, as they are with them */
	readonly accounts: readonly ChangedAccount[];
};

/** `entriesBefore`: how many entries the account had when it was decided upon. */
export type ChangedAccount = { readonly account: LedgerAccount; readonly entriesBefore: number };

/** Rows by the keys of their ids (`ledgerKey`); undefined where there is none. */
export type LedgerRows = {
	accountAt(key: string): LedgerAccount | undefined;
	transferAt(key: string): KeptTransfer | undefined;
};

/** How a transfer changes what is pending and what is posted, on the debit side of one account and the credit side of the other. */
type Change = { readonly pending: bigint; readonly posted: bigint };

export class WorkingBook implements LedgerRows {
	readonly #below: LedgerRows;
	readonly #accounts = new Map<string, ChangedAccount>();
	readonly #transfers = new Map<string, KeptTransfer>();
	readonly #added: string[] = [];
	readonly #ended: string[] = [];
	readonly #entries: LedgerEntry[] = [];

	constructor(below: LedgerRows) {
		this.#below = below;
	}

	account(id: Bytes): LedgerAccount | undefined {
		return this.accountAt(ledgerKey(id));
	}

	transfer(id: Bytes): KeptTransfer | undefined {
		return this.transferAt(ledgerKey(id));
	}

	accountAt(key: string): LedgerAccount | undefined {
		return this.#accounts.get(key)?.account ?? this.#below.accountAt(key);
	}

	transferAt(key: string): KeptTransfer | undefined {
		return this.#transfers.get(key) ?? this.#below.transferAt(key);
	}

	add(transfer: KeptTransfer): void {
		const key = ledgerKey(transfer.id);
		this.#transfers.set(key, transfer);
		this.#added.push(key);
	}

	end(reservation: KeptTransfer, ending: Ending): void {
		const key = ledgerKey(reservation.id);
		// One that was made here is new, as it ended.
		if (!this.#transfers.has(key)) this.#ended.push(key);
		this.#transfers.set(key, { ...reservation, ending });
	}

	/** Enters a transfer on both accounts. */
	enter(transfer: KeptTransfer, debit: LedgerAccount, credit: LedgerAccount, change: Change): void {
		const { pending, posted } = change;
		const { id, at } = transfer;
		this.#enter(transfer, "debit", change, debit, {
			...debit,
			debitsPending: debit.debitsPending + pending,
			debitsPosted: debit.debitsPosted + posted,
			entries: debit.entries + 1,
			last: id,
			at,
		});
		this.#enter(transfer, "credit", change, credit, {
			...credit,
			creditsPending: credit.creditsPending + pending,
			creditsPosted: credit.creditsPosted + posted,
			entries: credit.entries + 1,
			last: id,
			at,
		});
	}

	#enter(
		{ id, at }: KeptTransfer,
		side: LedgerEntry["side"],
		{ pending, posted }: Change,
		before: LedgerAccount,
		account: LedgerAccount,
	): void {
		const key = ledgerKey(account.id);
		const entriesBefore = this.#accounts.get(key)?.entriesBefore ?? before.entries;
		this.#accounts.set(key, { account, entriesBefore });
		this.#entries.push({
			account: account.id,
			number: account.entries,
			transfer: id,
			before: before.last,
			side,
			pending,
			posted,
			balance: balanceOf(account),
			debits: account.debitsPosted,
			at,
		});
	}

	fork(): WorkingBook {
		return new WorkingBook(this);
	}

	/** Takes over what was done in a fork. */
	take(fork: WorkingBook): void {
		for (const key of fork.#ended) if (!this.#transfers.has(key)) this.#ended.push(key);
		for (const [key, transfer] of fork.#transfers) this.#transfers.set(key, transfer);
		for (const [key, { account, entriesBefore }] of fork.#accounts)
			this.#accounts.set(key, {
				account,
				entriesBefore: this.#accounts.get(key)?.entriesBefore ?? entriesBefore,
			});
		this.#added.push(...fork.#added);
		this.#entries.push(...fork.#entries);
	}

	changes(): LedgerChanges {
		return {
			transfers: this.#added.map((key) => this.#transfers.get(key) as KeptTransfer),
			entries: this.#entries,
			ended: this.#ended.map((key) => this.#transfers.get(key) as KeptTransfer),
			accounts: [...this.#accounts.values()],
		};
	}
}

/** Bytes as a key of a map: two in a character, in one call, since every row is looked up by it. */
export function ledgerKey(id: Bytes): string {
	if (id.length !== 32) return `${id.length} ${id.join()}`;
	const at = (position: number): number => ((id[position] as number) << 8) | (id[position + 1] as number);
	// biome-ignore format: one call, since a string of two pieces is put together when it is looked up
	return String.fromCharCode(
		at(0), at(2), at(4), at(6), at(8), at(10), at(12), at(14),
		at(16), at(18), at(20), at(22), at(24), at(26), at(28), at(30),
	);
}

/** Rows that were read. */
export function ledgerRows(
	accounts: readonly LedgerAccount[],
	transfers: readonly KeptTransfer[],
): LedgerRows {
	const [byAccount, byTransfer] = [new Map<string, LedgerAccount>(), new Map<string, KeptTransfer>()];
	for (const account of accounts) byAccount.set(ledgerKey(account.id), account);
	for (const transfer of transfers) byTransfer.set(ledgerKey(transfer.id), transfer);
	return { accountAt: (key) => byAccount.get(key), transferAt: (key) => byTransfer.get(key) };
}

/** Of ids that may be missing. */
export function isSame(one: Bytes | null, other: Bytes | null): boolean {
	return one === null || other === null ? one === other : equalBytes(one, other);
}
