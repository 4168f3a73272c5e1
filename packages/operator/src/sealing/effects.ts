/**
 * Effects: what was done since the last seal, written by the very transactions that did it, and taken by the next seal.
 *
 *   a transaction ── its effects: one row ──┐
 *   a transaction ── its effects: one row ──┼── taken and gone, page by page ── the next seal
 *
 * A seal takes rows until it finds no full page any more: then it has all that stood when it looked last, and no number
 * of theirs says which. Under PostgreSQL a number that was drawn earlier may be committed later, and a cursor would pass
 * it by. What is taken is what the committed transactions did, whole; so totals are those of the books at that moment.
 * Nothing is written while no log is kept.
 */
import {
	amountOrZero,
	type Bytes,
	bytes,
	bytes32,
	concatBytes,
	entryBytes,
	enumeration,
	integer,
	isRefusal,
	type LogLeaf,
	list,
	nullable,
	parse,
	record,
	serialize,
	serializeLeaf,
	sha256,
	type TypeOf,
	union,
} from "@tenten/protocol";
import { deleteIn, insertMissing } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";

const batchKind = enumeration({
	issues: 1,
	redemptions: 2,
	certificates: 3,
	rulings: 4,
	burns: 5,
	chargeOffs: 6,
	forkDeposits: 7,
	forkDraws: 8,
	forkRepayments: 9,
	forkLosses: 10,
	records: 11,
});
const counter = integer(0, Number.MAX_SAFE_INTEGER);
const accounted = record({ asset: bytes32, account: bytes32, amount: amountOrZero });

const effect = union({
	/** an item of a batch; `asset` is null where that is of none */
	item: [1, record({ batch: batchKind, asset: nullable(bytes32), id: bytes32, amount: amountOrZero })],
	/** what stands under a key of the state map; of several the one with the highest `turn` */
	state: [2, record({ key: bytes32, value: bytes32, turn: counter })],
	/** an account of the books holds so much more, or less */
	credit: [3, accounted],
	debit: [4, accounted],
	/** what an account of the ledger holds after so many entries */
	balance: [5, record({ asset: bytes32, account: bytes32, amount: amountOrZero, entries: counter })],
	/** a leaf of another kind, for the log as it is: in the order of `turn` before the next seal */
	leaf: [6, record({ leaf: bytes(1, entryBytes), turn: counter })],
});
export type Effect = TypeOf<typeof effect>;
export type BalanceEffect = Extract<Effect, { readonly kind: "balance" }>;

export const effects = list(effect, 2 ** 24);
export const longestEffects = 2 ** 31;

/** Those that have seen that a log is kept: there is no end to that. */
const sealing = new WeakSet<Transaction>();

/** Whether what is done here goes through a log. */
export async function isSealed(transaction: Transaction): Promise<boolean> {
	if (sealing.has(transaction)) return true;
	const row = await transaction.selectFrom("sealing").select("name").executeTakeFirst();
	if (row !== undefined) sealing.add(transaction);
	return row !== undefined;
}

/**
 * Keeps what a transaction does for the next seal, where a log is kept. `cause` tells apart what else says the same:
 * the same amount may come onto an account twice.
 */
export async function noteEffects(
	transaction: Transaction,
	done: () => readonly Effect[],
	cause: Bytes = unnamed,
): Promise<void> {
	if (await isSealed(transaction)) await keepEffects(transaction, done(), cause);
}

export async function keepEffects(
	transaction: Transaction,
	done: readonly Effect[],
	cause: Bytes = unnamed,
): Promise<void> {
	if (done.length === 0) return;
	const encoded = serialize(effects, done);
	const id = sha256(concatBytes(sha256(encoded), cause));
	// What moves value happens once, by rows of its own. A ruling that was forgotten may be made again, and says the same.
	await insertMissing(transaction, "unsealed", [{ effects_id: id, effects: encoded }]);
}

/** Of effects that name what happens once: an issue, an output, a certificate. */
const unnamed: Bytes = new Uint8Array();

/**
 * A leaf that is neither batch nor seal: in the log before the next seal. `turn` puts leaves of one seal in order, as
 * their versions do.
 */
export function noteLeaf(transaction: Transaction, leaf: LogLeaf, turn: number): Promise<void> {
	return noteEffects(transaction, () => [leafEffect(leaf, turn)]);
}

export function leafEffect(leaf: LogLeaf, turn: number): Effect {
	return { kind: "leaf", leaf: serializeLeaf(leaf), turn };
}

/** Everything that was done since, which is then gone: at most so many rows of it at once, in no order. */
export async function* takeEffects(
	transaction: Transaction,
	rowsTogether: number,
): AsyncGenerator<readonly Effect[]> {
	for (;;) {
		const rows = await transaction
			.selectFrom("unsealed")
			.select(["effects_id", "effects"])
			.limit(rowsTogether)
			.execute();
		await deleteIn(
			transaction,
			"unsealed",
			"effects_id",
			rows.map(({ effects_id }) => effects_id),
		);
		if (rows.length > 0) yield rows.flatMap((row) => effectsIn(row.effects));
		if (rows.length < rowsTogether) return;
	}
}

function effectsIn(encoded: Bytes): readonly Effect[] {
	const read = parse(effects, encoded, longestEffects);
	if (isRefusal(read)) throw new Error("the database is damaged: effects that do not read");
	return read;
}

/** Rows of the registry, in the state map. */
export function consumedEffects(
	rows: readonly { readonly output: Bytes; readonly consumer: Bytes }[],
): readonly Effect[] {
	return rows.map(({ output, consumer }) => ({ kind: "state", key: output, value: consumer, turn: 0 }));
}

/** Issues that came into circulation. */
export function issuedEffects(
	rows: readonly { readonly issue_id: Bytes; readonly asset: Bytes; readonly issued: bigint }[],
): readonly Effect[] {
	return rows.map(({ issue_id, asset, issued }) => ({
		kind: "item",
		batch: "issues",
		asset,
		id: issue_id,
		amount: issued,
	}));
}
