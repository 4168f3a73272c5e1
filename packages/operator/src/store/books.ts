/**
 * The books: double entry. The lines of each entry add up to zero; a balance is the sum of its lines.
 *
 *   holder      owed to an account                    outside     came from outside (negative)
 *   issued      brought into circulation              redeemed, refunded, burned   came back (negative)
 *   gain        the operator's own, from what burned  debt        owed by a culprit (negative)
 *   chargedOff  debts given up (negative)             recovered   debts repaid (negative)
 *
 * What the operator issues directly comes from outside, as a deposit does.
 *
 * Whoever checked a balance has read what may have changed since; so each change is made within the bounds of
 * its book, or everything is run again. The balance of a book without owners, which every redemption would
 * change, lies in slots: an entry takes one by its id, so that writers do not wait for one another's commits.
 */
import { type Bytes, compareBytes, limits, toHex } from "@tenten/protocol";
import { bookedEffects } from "../sealing/booked-effects.ts";
import { noteEffects } from "../sealing/effects.ts";
import { insertNew } from "./insert-new.ts";
import { addToBalances, insertNewSet } from "./sets.ts";
import { mustWrite, type Transaction } from "./store.ts";

export type Book =
	| "holder"
	| "outside"
	| "issued"
	| "redeemed"
	| "refunded"
	| "burned"
	| "gain"
	| "debt"
	| "chargedOff"
	| "recovered";

export type Line = { readonly book: Book; readonly owner: Bytes; readonly amount: bigint };

/** The owner of a book that has none. */
export const nobody: Bytes = new Uint8Array(32);

export type Entry = {
	readonly id: Bytes;
	/** see `assetHash` */
	readonly asset: Bytes;
	readonly lines: readonly Line[];
	/** unix seconds */
	readonly at: number;
};

/** Books whose balances lie in slots: nothing is decided on what one of them holds. */
const slotted: ReadonlySet<Book> = new Set<Book>([
	"issued",
	"redeemed",
	"refunded",
	"burned",
	"gain",
	"chargedOff",
	"recovered",
]);
const slots = 16;

/** What a balance may never leave, minor units. */
const bounds: Readonly<Partial<Record<Book, { readonly least?: bigint; readonly most?: bigint }>>> = {
	holder: { least: 0n },
	outside: { least: -limits.amount },
	debt: { most: 0n },
};

/**
 * Writes many entries, each once, in few statements; `Overtaken` where one stands already. They only credit
 * holders, and change nothing else that is bounded.
 */
export async function postEntries(transaction: Transaction, entries: readonly Entry[]): Promise<void> {
	const sorted = entries.toSorted((a, b) => compareBytes(a.id, b.id));
	const rows = sorted.flatMap(({ id, asset, lines, at }) => {
		if (!isBalanced(lines)) throw new Error("an entry out of balance");
		const bounded = lines.filter(({ book, amount }) => book in bounds && (book !== "holder" || amount < 0n));
		if (bounded.length > 0) throw new Error("an entry that a bound might stop");
		return lines.map((line, position) => ({ ...line, entry_id: id, position, asset, made_at: at }));
	});
	const [first] = sorted;
	if (first === undefined || rows.length === 0) return;
	await insertNewSet(transaction, "lines", rows);
	await noteEffects(transaction, () => sorted.flatMap(bookedEffects), first.id);
	const balances = new Map<string, Line & { readonly asset: Bytes }>();
	for (const { asset, lines } of sorted)
		for (const change of changesOf(first.id, lines)) {
			const key = `${change.book} ${toHex(change.owner)} ${toHex(asset)}`;
			const before = balances.get(key)?.amount ?? 0n;
			balances.set(key, { ...change, asset, amount: before + change.amount });
		}
	const ordered = [...balances].toSorted(([a], [b]) => (a < b ? -1 : 1));
	await addToBalances(
		transaction,
		ordered.map(([, { book, owner, asset, amount }]) => ({ book, owner, asset, amount })),
	);
}

function isBalanced(lines: readonly Line[]): boolean {
	return lines.reduce((sum, { amount }) => sum + amount, 0n) === 0n;
}

/** Writes an entry once; `Overtaken` where it stands already, or a balance would leave its bounds. */
export async function postEntry(transaction: Transaction, { id, asset, lines, at }: Entry): Promise<void> {
	if (!isBalanced(lines)) throw new Error("an entry out of balance");
	if (lines.length === 0) return;
	const rows = lines.map((line, position) => ({ ...line, entry_id: id, position, asset, made_at: at }));
	await insertNew(transaction, "lines", rows);
	await noteEffects(transaction, () => bookedEffects({ id, asset, lines, at }), id);
	for (const change of changesOf(id, lines)) await changeBalance(transaction, asset, change);
}

/** One change a balance, in the order of their keys. */
function changesOf(id: Bytes, lines: readonly Line[]): readonly Line[] {
	const slot = new Uint8Array(32);
	slot[31] = (id[0] ?? 0) % slots;
	const changes = new Map<string, Line>();
	for (const { book, owner: named, amount } of lines) {
		const owner = slotted.has(book) ? slot : named;
		const key = `${book} ${toHex(owner)}`;
		changes.set(key, { book, owner, amount: amount + (changes.get(key)?.amount ?? 0n) });
	}
	return [...changes].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, change]) => change);
}

async function changeBalance(transaction: Transaction, asset: Bytes, change: Line): Promise<void> {
	if (await update(transaction, asset, change)) return;
	const { book, owner } = change;
	// Two statements: an upsert would test the bounds on the change alone.
	await transaction
		.insertInto("balances")
		.values({ book, owner, asset, amount: 0n })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
	mustWrite((await update(transaction, asset, change)) ? 1 : 0, 1);
}

/** Whether there is such a balance, and it stays within its bounds. */
async function update(
	transaction: Transaction,
	asset: Bytes,
	{ book, owner, amount }: Line,
): Promise<boolean> {
	const { least, most } = bounds[book] ?? {};
	let query = transaction
		.updateTable("balances")
		.set((row) => ({ amount: row("amount", "+", amount) }))
		.where("book", "=", book)
		.where("owner", "=", owner)
		.where("asset", "=", asset);
	if (least !== undefined) query = query.where("amount", ">=", least - amount);
	if (most !== undefined) query = query.where("amount", "<=", most - amount);
	return (await query.executeTakeFirst()).numUpdatedRows === 1n;
}

export async function balanceOf(
	transaction: Transaction,
	book: Book,
	owner: Bytes,
	asset: Bytes,
): Promise<bigint> {
	const row = await transaction
		.selectFrom("balances")
		.select("amount")
		.where("book", "=", book)
		.where("owner", "=", owner)
		.where("asset", "=", asset)
		.executeTakeFirst();
	return row?.amount ?? 0n;
}

/**
 * Whether so much more may come from outside. All that ever came stays within one amount, so that no claim,
 * credit or sum of them outgrows its column.
 */
export async function hasRoomFor(transaction: Transaction, asset: Bytes, amount: bigint): Promise<boolean> {
	const before = -(await balanceOf(transaction, "outside", nobody, asset));
	return before + amount <= limits.amount;
}

/** Whether an entry of this id was posted. */
export async function hasEntry(transaction: Transaction, id: Bytes): Promise<boolean> {
	const row = await transaction
		.selectFrom("lines")
		.select("entry_id")
		.where("entry_id", "=", id)
		.executeTakeFirst();
	return row !== undefined;
}
