/**
 * The rows of a ledger while a batch is decided, and what is to be written of them in the end.
 *
 * Linked transfers are decided in a fork, which is taken over whole or forgotten.
 */
import type { Bytes } from "../codec/index.ts";
import { balanceOf, type LedgerAccount } from "./account.ts";
import type { Ending, KeptTransfer, LedgerEntry } from "./transfer.ts";

/** What a batch changes. Nothing else of the rows that it was decided on does. */
export type LedgerChanges = {
	/** new rows */
	readonly transfers: readonly KeptTransfer[];
	/** new rows, an account's in their order */
	readonly entries: readonly LedgerEntry[];
	/** reservations that were there before, and ended */
	readonly ended: readonly { readonly id: Bytes; readonly ending: Ending }[];
	/** accounts that have new entries, as they are with them */
	readonly accounts: readonly LedgerAccount[];
};

/** How a transfer changes what is pending and what is posted, on the debit side of one account and the credit side of the other. */
type Change = { readonly pending: bigint; readonly posted: bigint };

export class WorkingBook {
	readonly #below: WorkingBook | null;
	readonly #accounts = new Map<string, LedgerAccount>();
	readonly #transfers = new Map<string, KeptTransfer>();
	readonly #changed = new Set<string>();
	readonly #added = new Set<string>();
	readonly #ended = new Map<string, Ending>();
	readonly #entries: LedgerEntry[] = [];

	constructor(
		accounts: readonly LedgerAccount[],
		transfers: readonly KeptTransfer[],
		below: WorkingBook | null = null,
	) {
		for (const account of accounts) this.#accounts.set(ledgerKey(account.id), account);
		for (const transfer of transfers) this.#transfers.set(ledgerKey(transfer.id), transfer);
		this.#below = below;
	}

	account(id: Bytes): LedgerAccount | undefined {
		return this.#accounts.get(ledgerKey(id)) ?? this.#below?.account(id);
	}

	transfer(id: Bytes): KeptTransfer | undefined {
		return this.#transfers.get(ledgerKey(id)) ?? this.#below?.transfer(id);
	}

	add(transfer: KeptTransfer): void {
		const key = ledgerKey(transfer.id);
		this.#transfers.set(key, transfer);
		this.#added.add(key);
	}

	end(reservation: KeptTransfer, ending: Ending): void {
		const key = ledgerKey(reservation.id);
		this.#transfers.set(key, { ...reservation, ending });
		this.#ended.set(key, ending);
	}

	/** Enters a transfer on both accounts. */
	enter(transfer: KeptTransfer, debit: LedgerAccount, credit: LedgerAccount, change: Change): void {
		const { pending, posted } = change;
		this.#enter(transfer, "debit", change, {
			...debit,
			debitsPending: debit.debitsPending + pending,
			debitsPosted: debit.debitsPosted + posted,
		});
		this.#enter(transfer, "credit", change, {
			...credit,
			creditsPending: credit.creditsPending + pending,
			creditsPosted: credit.creditsPosted + posted,
		});
	}

	#enter({ id, at }: KeptTransfer, side: LedgerEntry["side"], change: Change, after: LedgerAccount): void {
		const number = after.entries + 1;
		const key = ledgerKey(after.id);
		this.#accounts.set(key, { ...after, entries: number, at });
		this.#changed.add(key);
		this.#entries.push({
			account: after.id,
			number,
			transfer: id,
			side,
			...change,
			balance: balanceOf(after),
			at,
		});
	}

	fork(): WorkingBook {
		return new WorkingBook([], [], this);
	}

	/** Takes over what was done in a fork. */
	take(fork: WorkingBook): void {
		for (const [key, account] of fork.#accounts) this.#accounts.set(key, account);
		for (const [key, transfer] of fork.#transfers) this.#transfers.set(key, transfer);
		for (const key of fork.#changed) this.#changed.add(key);
		for (const key of fork.#added) this.#added.add(key);
		for (const [key, ending] of fork.#ended) this.#ended.set(key, ending);
		this.#entries.push(...fork.#entries);
	}

	changes(): LedgerChanges {
		return {
			transfers: [...this.#added].flatMap((key) => this.#transfers.get(key) ?? []),
			entries: this.#entries,
			ended: [...this.#ended].flatMap(([key, ending]) => {
				const transfer = this.#added.has(key) ? undefined : this.#transfers.get(key);
				return transfer === undefined ? [] : [{ id: transfer.id, ending }];
			}),
			accounts: [...this.#changed].flatMap((key) => this.#accounts.get(key) ?? []),
		};
	}
}

/** Bytes as a key of a map: two in a character, in one call, since every row is looked up by it. */
export function ledgerKey(id: Bytes): string {
	if (id.length !== 32) return `${id.length} ${id.join()}`;
	const at = (position: number): number => ((id[position] as number) << 8) | (id[position + 1] as number);
	const first = String.fromCharCode(at(0), at(2), at(4), at(6), at(8), at(10), at(12), at(14));
	return first + String.fromCharCode(at(16), at(18), at(20), at(22), at(24), at(26), at(28), at(30));
}
