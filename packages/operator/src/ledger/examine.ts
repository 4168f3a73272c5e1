/**
 * Examining a ledger: every sum counted anew from the entries, every entry compared with its transfer.
 *
 * Reads everything, in pieces, at the one moment that the transaction sees.
 */
import {
	type Bytes,
	balanceOf,
	brokenAccount,
	countEntry,
	type EntriesCount,
	isEntryOf,
	type LedgerAccount,
	ledgerKey,
	noEntries,
	toHex,
} from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { ChainBroken, type ChainLine, linesBetween } from "./chain.ts";
import { postedAmong } from "./journal.ts";
import { accountOf } from "./rows.ts";

export type LedgerFindings = {
	readonly accounts: number;
	readonly transfers: number;
	/** what does not agree, in words, by account or transfer: empty when all is well */
	readonly broken: readonly string[];
	/** of each asset in hexadecimal, all balances added up: zero, since every transfer has two sides */
	readonly sums: ReadonlyMap<string, bigint>;
};

/** accounts whose entries are walked at once, and entries of each */
const accountsTogether = 100;
const entriesTogether = 512;

export async function examineLedger(transaction: Transaction): Promise<LedgerFindings> {
	const broken: string[] = [];
	const sums = new Map<string, bigint>();
	const total = { accounts: 0, entries: 0 };
	for (let after: Bytes = new Uint8Array(); ; ) {
		const page = await accountsAfter(transaction, after);
		const counts = await countAccounts(transaction, page, broken);
		for (const account of page) {
			const counted = counts.get(ledgerKey(account.id)) ?? noEntries;
			broken.push(...brokenAccount(account, counted).map((what) => `${toHex(account.id)}: not so: ${what}`));
			const asset = toHex(account.asset);
			sums.set(asset, (sums.get(asset) ?? 0n) + balanceOf(account));
			total.accounts++;
			total.entries += counted.entries;
		}
		const last = page.at(-1);
		if (last === undefined) break;
		after = last.id;
	}
	for (const [asset, sum] of sums) if (sum !== 0n) broken.push(`${asset}: balances add up to ${sum}`);
	const transfers = await countTransfers(transaction);
	// An entry is reached by its number, on its own account: two of each transfer, if they are twice as many.
	if (total.entries !== 2 * transfers) broken.push(`${transfers} transfers, and ${total.entries} entries`);
	return { accounts: total.accounts, transfers, broken, sums };
}

async function accountsAfter(transaction: Transaction, after: Bytes): Promise<readonly LedgerAccount[]> {
	const rows = await transaction
		.selectFrom("ledger_sums")
		.selectAll()
		.where("account_id", ">", after)
		.orderBy("account_id")
		.limit(accountsTogether)
		.execute();
	return rows.map(accountOf);
}

/** All entries of these accounts, each beside its transfer. */
async function countAccounts(
	transaction: Transaction,
	accounts: readonly LedgerAccount[],
	broken: string[],
): Promise<ReadonlyMap<string, EntriesCount>> {
	const counts = new Map<string, EntriesCount>();
	const most = Math.max(0, ...accounts.map(({ entries }) => entries));
	for (let first = 1; first <= most; first += entriesTogether) {
		let lines: ReadonlyMap<string, readonly ChainLine[]>;
		try {
			lines = await linesBetween(transaction, accounts, first, first + entriesTogether);
		} catch (error) {
			if (!(error instanceof ChainBroken)) throw error;
			broken.push(error.message);
			return counts;
		}
		const ended = [...lines.values()].flat().flatMap(({ transfer }) => transfer.reservation ?? []);
		const reserved = new Map(
			(await postedAmong(transaction, ended)).map(({ transfer }) => [
				ledgerKey(transfer.id),
				transfer.amount,
			]),
		);
		for (const [key, of] of lines) {
			let count = counts.get(key) ?? noEntries;
			for (const line of of) count = countLine(count, line, reserved, broken);
			counts.set(key, count);
		}
	}
	return counts;
}

function countLine(
	before: EntriesCount,
	{ entry, transfer }: ChainLine,
	reserved: ReadonlyMap<string, bigint>,
	broken: string[],
): EntriesCount {
	const { reservation } = transfer;
	const held = reservation === null ? null : (reserved.get(ledgerKey(reservation)) ?? null);
	const name = toHex(entry.account);
	if (!isEntryOf(transfer, entry, held)) broken.push(`${name}: entry ${entry.number} is not as its transfer`);
	const { count, wrong } = countEntry(before, entry);
	if (wrong !== null) broken.push(`${name}: ${wrong}`);
	return count;
}

async function countTransfers(transaction: Transaction): Promise<number> {
	const row = await transaction
		.selectFrom("ledger_journal")
		.select((rows) => rows.fn.countAll<bigint>().as("count"))
		.executeTakeFirstOrThrow();
	return Number(row.count);
}
