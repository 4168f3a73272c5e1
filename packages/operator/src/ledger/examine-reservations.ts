/**
 * Examining a ledger's reservations: what is pending on an account is what reservations that have not ended hold of it,
 * each that ended was ended by one transfer, and none waits past its time limit.
 *
 * Beside `examineLedger`, which counts accounts from their entries: an ending of the wrong reservation leaves every sum
 * as it was. In pages by id: a table that is spread over machines is joined with itself nowhere.
 */
import { type Bytes, equalBytes, ledgerKey, toHex } from "@tenten/protocol";
import { selectIn } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";

export type ReservationFindings = {
	readonly open: number;
	/** what does not agree, in words: empty when all is well */
	readonly broken: readonly string[];
	/** whose time limit is over, and that nobody has expired yet */
	readonly due: number;
};

const together = 500;

/** What was found so far. */
type Count = {
	open: number;
	due: number;
	/** transfers that end a reservation, and rows of the list of those with a time limit: each belongs to one */
	endings: number;
	listed: number;
	/** by account in hexadecimal, minor units */
	readonly held: Readonly<Record<"debit" | "credit", Map<string, bigint>>>;
	readonly broken: string[];
};

/** `now` in unix seconds. */
export async function examineReservations(
	transaction: Transaction,
	now: number,
): Promise<ReservationFindings> {
	const held = { debit: new Map<string, bigint>(), credit: new Map<string, bigint>() };
	const count: Count = { open: 0, due: 0, endings: 0, listed: 0, held, broken: [] };
	for (let after: Bytes = new Uint8Array(); ; ) {
		const page = await pageOf(transaction, after);
		const last = page.at(-1);
		if (last === undefined) break;
		await countPage(transaction, page, now, count);
		after = last.transfer_id;
	}
	const broken = [
		...count.broken,
		...(await wrongSides(transaction, "debit", "debits_pending", held.debit)),
		...(await wrongSides(transaction, "credit", "credits_pending", held.credit)),
		...(await strangers(transaction, count)),
	];
	return { open: count.open, broken, due: count.due };
}

const wanted = ["transfer_id", "debit", "credit", "amount", "expires_at"] as const;
type Row = Awaited<ReturnType<typeof pageOf>>[number];

function pageOf(transaction: Transaction, after: Bytes) {
	return transaction
		.selectFrom("ledger_journal")
		.select(wanted)
		.where("kind", "=", "reserve")
		.where("transfer_id", ">", after)
		.orderBy("transfer_id")
		.limit(together)
		.execute();
}

async function countPage(
	transaction: Transaction,
	page: readonly Row[],
	now: number,
	count: Count,
): Promise<void> {
	const ids = page.map(({ transfer_id }) => transfer_id);
	const sides = ["reservation", "debit", "credit"] as const;
	const ends = await selectIn(transaction, "ledger_journal", "reservation", sides, ids);
	const listed = await selectIn(transaction, "ledger_due", "transfer_id", ["transfer_id", "expires_at"], ids);
	const limits = new Map(listed.map((row) => [ledgerKey(row.transfer_id), Number(row.expires_at)]));
	const endings = new Map<string, (typeof ends)[number][]>();
	for (const end of ends) {
		const key = ledgerKey(end.reservation ?? new Uint8Array());
		endings.set(key, [...(endings.get(key) ?? []), end]);
	}
	count.endings += ends.length;
	count.listed += listed.length;
	for (const row of page) {
		const key = ledgerKey(row.transfer_id);
		const ended = endings.get(key) ?? [];
		const limit = ended.length > 0 || row.expires_at === null ? undefined : Number(row.expires_at);
		const name = toHex(row.transfer_id);
		if (ended.length > 1) count.broken.push(`${name}: ended by ${ended.length} transfers`);
		if (!ended.every((one) => equalBytes(one.debit, row.debit) && equalBytes(one.credit, row.credit)))
			count.broken.push(`${name}: ended by a transfer between other accounts`);
		if (limits.get(key) !== limit)
			count.broken.push(
				`${name}: waits until ${limit ?? "no time"}, and in the list ${limits.get(key) ?? "not"}`,
			);
		if (ended.length > 0) continue;
		count.open++;
		if (limit !== undefined && limit <= now) count.due++;
		for (const side of ["debit", "credit"] as const) {
			const account = toHex(row[side]);
			count.held[side].set(account, (count.held[side].get(account) ?? 0n) + row.amount);
		}
	}
}

async function wrongSides(
	transaction: Transaction,
	side: "debit" | "credit",
	sum: "debits_pending" | "credits_pending",
	held: ReadonlyMap<string, bigint>,
): Promise<readonly string[]> {
	const pending = await transaction
		.selectFrom("ledger_sums")
		.select(["account_id", sum])
		.where(sum, "<>", 0n)
		.execute();
	const said = new Map(pending.map((row) => [toHex(row.account_id), BigInt(row[sum])]));
	return [...new Set([...held.keys(), ...said.keys()])].flatMap((account) => {
		const [is, says] = [held.get(account) ?? 0n, said.get(account) ?? 0n];
		return is === says
			? []
			: [`${account}: reservations hold ${is} on its ${side} side, and it says ${says}`];
	});
}

/** Endings of what is no reservation, and a list that has more than those that are open. */
async function strangers(transaction: Transaction, count: Count): Promise<readonly string[]> {
	const ending = await transaction
		.selectFrom("ledger_journal")
		.select(({ fn }) => fn.countAll<bigint>().as("count"))
		.where("kind", "in", ["post", "void", "expire"])
		.executeTakeFirstOrThrow();
	const listed = await transaction
		.selectFrom("ledger_due")
		.select(({ fn }) => fn.countAll<bigint>().as("count"))
		.executeTakeFirstOrThrow();
	const broken: string[] = [];
	if (Number(ending.count) !== count.endings)
		broken.push(`${ending.count} transfers end something: reservations were ended by ${count.endings}`);
	if (Number(listed.count) !== count.listed)
		broken.push(`${listed.count} are listed as waiting until a time: ${count.listed} are reservations`);
	return broken;
}
