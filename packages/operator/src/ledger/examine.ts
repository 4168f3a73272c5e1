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
	noEntries,
	toHex,
} from "@tenten/protocol";
import type { Transaction } from "../store/store.ts";
import { entriesAfter } from "./history.ts";
import { accountOf, transfersAmong } from "./rows.ts";

export type LedgerFindings = {
	readonly accounts: number;
	readonly transfers: number;
	/** what does not agree, in words, by account or transfer: empty when all is well */
	readonly broken: readonly string[];
	/** of each asset in hexadecimal, all balances added up: zero, since every transfer has two sides */
	readonly sums: ReadonlyMap<string, bigint>;
};

const together = 500;

export async function examineLedger(transaction: Transaction): Promise<LedgerFindings> {
	const broken: string[] = [];
	const sums = new Map<string, bigint>();
	let accounts = 0;
	let entries = 0;
	for (let after: Bytes = new Uint8Array(); ; ) {
		const page = await accountsAfter(transaction, after);
		for (const account of page) {
			const counted = await countAccount(transaction, account, broken);
			broken.push(...brokenAccount(account, counted).map((what) => `${toHex(account.id)}: not so: ${what}`));
			const asset = toHex(account.asset);
			sums.set(asset, (sums.get(asset) ?? 0n) + balanceOf(account));
			accounts++;
			entries += counted.entries;
		}
		const last = page.at(-1);
		if (last === undefined) break;
		after = last.id;
	}
	for (const [asset, sum] of sums) if (sum !== 0n) broken.push(`${asset}: balances add up to ${sum}`);
	const transfers = await countTransfers(transaction);
	const sides = await countSides(transaction);
	if (entries !== 2 * transfers || sides !== entries)
		broken.push(`${transfers} transfers, and ${entries} entries of ${sides} sides`);
	return { accounts, transfers, broken, sums };
}

async function accountsAfter(transaction: Transaction, after: Bytes): Promise<readonly LedgerAccount[]> {
	const rows = await transaction
		.selectFrom("ledger_accounts")
		.selectAll()
		.where("account_id", ">", after)
		.orderBy("account_id")
		.limit(together)
		.execute();
	return rows.map(accountOf);
}

/** All entries of an account, each beside its transfer. */
async function countAccount(
	transaction: Transaction,
	{ id }: LedgerAccount,
	broken: string[],
): Promise<EntriesCount> {
	let count = noEntries;
	for (;;) {
		const lines = await entriesAfter(transaction, id, count.entries, together);
		if (lines.length === 0) return count;
		const ended = await transfersAmong(
			transaction,
			lines.flatMap(({ transfer }) => transfer.reservation ?? []),
		);
		const reserved = new Map(ended.map((transfer) => [toHex(transfer.id), transfer.amount]));
		for (const { entry, transfer } of lines) {
			const { reservation } = transfer;
			const held = reservation === null ? null : (reserved.get(toHex(reservation)) ?? null);
			if (!isEntryOf(transfer, entry, held))
				broken.push(`${toHex(id)}: entry ${entry.number} is not as its transfer`);
			const counted = countEntry(count, entry);
			if (counted.wrong !== null) broken.push(`${toHex(id)}: ${counted.wrong}`);
			count = counted.count;
		}
	}
}

async function countTransfers(transaction: Transaction): Promise<number> {
	const row = await transaction
		.selectFrom("ledger_transfers")
		.select((table) => table.fn.countAll<bigint>().as("count"))
		.executeTakeFirstOrThrow();
	return Number(row.count);
}

/** Sides of transfers that entries speak of, each counted once. */
async function countSides(transaction: Transaction): Promise<number> {
	const row = await transaction
		.selectFrom((table) =>
			table.selectFrom("ledger_entries").select(["transfer_id", "side"]).distinct().as("sides"),
		)
		.select((table) => table.fn.countAll<bigint>().as("count"))
		.executeTakeFirstOrThrow();
	return Number(row.count);
}
