/**
 * Proof of an account: its sums are those of its entries, and each entry is its transfer's.
 *
 * Counted from the entries alone, in their order, in whatever pieces they are read.
 */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { type AccountSums, availableOf, balanceOf, heldOf, type LedgerAccount, noSums } from "./account.ts";
import type { KeptTransfer, LedgerEntry } from "./transfer.ts";
import { isSame } from "./working-book.ts";

/** What entries of one account, from the first, add up to. */
export type EntriesCount = AccountSums & {
	readonly entries: number;
	readonly last: Bytes | null;
	readonly at: number;
};

export const noEntries: EntriesCount = { ...noSums, entries: 0, last: null, at: 0 };

/** Counts one entry more; in words what is wrong with it, or null. */
export function countEntry(
	before: EntriesCount,
	entry: LedgerEntry,
): { readonly count: EntriesCount; readonly wrong: string | null } {
	const { side, pending, posted, number, at } = entry;
	const isDebit = side === "debit";
	const count = {
		debitsPending: before.debitsPending + (isDebit ? pending : 0n),
		debitsPosted: before.debitsPosted + (isDebit ? posted : 0n),
		creditsPending: before.creditsPending + (isDebit ? 0n : pending),
		creditsPosted: before.creditsPosted + (isDebit ? 0n : posted),
		entries: number,
		last: entry.transfer,
		at,
	};
	return { count, wrong: wrongEntry(before, count, entry) };
}

function wrongEntry(
	before: EntriesCount,
	count: EntriesCount,
	{ number, balance, debits, before: link }: LedgerEntry,
): string | null {
	if (number !== before.entries + 1) return `entry ${number} follows entry ${before.entries}`;
	if (balance !== balanceOf(count)) return `entry ${number} says another balance than the entries up to it`;
	if (debits !== count.debitsPosted) return `entry ${number} says other debits than the entries up to it`;
	if (!isSame(link, before.last)) return `entry ${number} names another before it`;
	if (count.at < before.at) return `entry ${number} is of before entry ${before.entries}`;
	return null;
}

/** What of an account does not agree with all of its entries, in words: empty when all is well. */
export function brokenAccount(account: LedgerAccount, counted: EntriesCount): readonly string[] {
	const { least, most } = account;
	const sums = ["debitsPending", "debitsPosted", "creditsPending", "creditsPosted"] as const;
	const checks: readonly (readonly [string, boolean])[] = [
		...sums.map((sum) => [`${sum} is the sum of its entries`, account[sum] === counted[sum]] as const),
		["it has as many entries as it says", account.entries === counted.entries],
		["its last entry is the one that it names", isSame(account.last, counted.last)],
		["nothing is negative", sums.every((sum) => account[sum] >= 0n)],
		["it is above its least", least === null || availableOf(account) >= least],
		["it is below its most", most === null || heldOf(account) <= most],
	];
	return checks.filter(([, holds]) => !holds).map(([name]) => name);
}

/** Whether an entry is one side of its transfer. `reserved` is what the reservation held that it ends, or null. */
export function isEntryOf(transfer: KeptTransfer, entry: LedgerEntry, reserved: bigint | null): boolean {
	const { kind, amount } = transfer;
	return (
		equalBytes(entry.transfer, transfer.id) &&
		equalBytes(entry.account, entry.side === "debit" ? transfer.debit : transfer.credit) &&
		entry.at === transfer.at &&
		entry.pending === (kind === "reserve" ? amount : -(reserved ?? 0n)) &&
		entry.posted === (kind === "move" || kind === "post" ? amount : 0n)
	);
}
