/**
 * What a system of the account rail keeps: how each payment stands, which messages it took, and which it has to send.
 *
 * All of it is written in the transaction of the postings. Whoever changes a payment raises its version; of processes
 * that change one payment at once, one does, and the others are run again.
 */
import { type Bytes, sha256 } from "@tenten/protocol";
import { insertNew } from "../store/insert-new.ts";
import { numberOrNull } from "../store/numbers.ts";
import { selectIn } from "../store/sets.ts";
import { mustWrite, type Transaction } from "../store/store.ts";
import { type RailMessage, readKept, readMessageText, writeJson } from "./message-form.ts";

export type KeptPayment<Kept> = {
	readonly kept: Kept;
	/** messages that were sent of it: the next one's number */
	readonly sent: number;
	readonly version: bigint;
};

export async function paymentOf<Kept>(
	transaction: Transaction,
	payment: string,
): Promise<KeptPayment<Kept> | undefined> {
	const row = await transaction
		.selectFrom("rail_payments")
		.selectAll()
		.where("payment", "=", payment)
		.executeTakeFirst();
	return row && { kept: readKept(row.kept) as Kept, sent: Number(row.sent), version: BigInt(row.version) };
}

/** Writes how a payment stands after what was read of it; `due` in milliseconds, or null. */
export async function keepPayment(
	transaction: Transaction,
	payment: string,
	before: KeptPayment<unknown> | undefined,
	{ kept, sent, due }: { readonly kept: unknown; readonly sent: number; readonly due: number | null },
): Promise<void> {
	const row = { kept: writeJson(kept), sent, due_at: due };
	if (before === undefined)
		return insertNew(transaction, "rail_payments", [{ payment, ...row, version: 1n }]);
	const { numUpdatedRows } = await transaction
		.updateTable("rail_payments")
		.set({ ...row, version: before.version + 1n })
		.where("payment", "=", payment)
		.where("version", "=", before.version)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

/** Every payment whose time will come. */
export async function dueTimes(transaction: Transaction): Promise<ReadonlyMap<string, number>> {
	const rows = await transaction
		.selectFrom("rail_payments")
		.select(["payment", "due_at"])
		.where("due_at", "is not", null)
		.execute();
	return new Map(rows.map(({ payment, due_at }) => [payment, Number(due_at)]));
}

/** When a payment's time will come, or null. */
export async function dueTime(transaction: Transaction, payment: string): Promise<number | null> {
	const row = await transaction
		.selectFrom("rail_payments")
		.select("due_at")
		.where("payment", "=", payment)
		.executeTakeFirst();
	return numberOrNull(row?.due_at ?? null);
}

function hashOf(message: RailMessage): Bytes {
	return sha256(new Uint8Array(Buffer.from(writeJson(message))));
}

/** Whether a message was taken before: with this content, or with other. */
export async function lookUp(
	transaction: Transaction,
	message: RailMessage,
): Promise<"new" | "taken" | "differs"> {
	const row = await transaction
		.selectFrom("rail_inbox")
		.select("content")
		.where("message_id", "=", message.id)
		.executeTakeFirst();
	if (row === undefined) return "new";
	return Buffer.from(row.content).equals(hashOf(message)) ? "taken" : "differs";
}

export async function noteTaken(transaction: Transaction, message: RailMessage): Promise<void> {
	const { id, payment } = message;
	await insertNew(transaction, "rail_inbox", [{ message_id: id, payment, content: hashOf(message) }]);
}

export async function queueSends(transaction: Transaction, messages: readonly RailMessage[]): Promise<void> {
	const rows = messages.map((message) => ({ message_id: message.id, content: writeJson(message) }));
	await insertNew(transaction, "rail_outbox", rows);
}

export async function queuedSends(transaction: Transaction): Promise<readonly RailMessage[]> {
	const rows = await transaction.selectFrom("rail_outbox").selectAll().orderBy("message_id").execute();
	return rows.map(({ content }) => {
		const message = readMessageText(content);
		if (message === undefined) throw new Error("a message in the outbox that is none: the store is damaged");
		return message;
	});
}

export async function deleteSend(transaction: Transaction, id: string): Promise<void> {
	await transaction.deleteFrom("rail_outbox").where("message_id", "=", id).execute();
}

/** When a payment ended, milliseconds: noted until it is forgotten. */
export type End = { readonly payment: string; readonly at: number };

export async function putEnd(transaction: Transaction, payment: string, at: number): Promise<void> {
	await transaction
		.insertInto("rail_ends")
		.values({ payment, ended_at: at })
		.onConflict((conflict) => conflict.column("payment").doUpdateSet({ ended_at: at }))
		.execute();
}

export async function deleteEnd(transaction: Transaction, payment: string): Promise<void> {
	await transaction.deleteFrom("rail_ends").where("payment", "=", payment).execute();
}

export async function isEnd(transaction: Transaction, { payment, at }: End): Promise<boolean> {
	const row = await transaction
		.selectFrom("rail_ends")
		.select("ended_at")
		.where("payment", "=", payment)
		.executeTakeFirst();
	return row !== undefined && Number(row.ended_at) === at;
}

/** Of those that ended before a time, the next after one of them. */
export async function endsBefore(
	transaction: Transaction,
	before: number,
	after: End,
	most: number,
): Promise<readonly End[]> {
	const found = await transaction
		.selectFrom("rail_ends")
		.selectAll()
		.where("ended_at", "<", before)
		.where((row) =>
			row.or([
				row("ended_at", ">", after.at),
				row.and([row("ended_at", "=", after.at), row("payment", ">", after.payment)]),
			]),
		)
		.orderBy("ended_at")
		.orderBy("payment")
		.limit(most)
		.execute();
	return found.map(({ payment, ended_at }) => ({ payment, at: Number(ended_at) }));
}

/** Whether something that a party sent of a payment has not arrived; `sent`: how many that were. */
export async function isWaiting(
	transaction: Transaction,
	name: string,
	payment: string,
	sent: number,
): Promise<boolean> {
	if (sent === 0) return false;
	const ids = Array.from({ length: sent }, (_, position) => sendId(name, payment, position));
	const rows = await selectIn(transaction, "rail_outbox", "message_id", ["message_id"], ids);
	return rows.length > 0;
}

/** The id of what a party sends of a payment, counted from zero. */
export function sendId(name: string, payment: string, position: number): string {
	return `${name}.${payment}.${position}`;
}

/** Forgets which messages of a payment were taken, and when it ended. */
export async function forgetTaken(transaction: Transaction, payment: string): Promise<void> {
	await transaction.deleteFrom("rail_inbox").where("payment", "=", payment).execute();
	await deleteEnd(transaction, payment);
}
