/** Events as they are kept: what happened, for a bounded time. */
import type { Bytes } from "@tenten/protocol";
import { positionAt } from "../turns.ts";
import type { Schema } from "./schema.ts";
import type { Transaction } from "./store.ts";

export type KeptEvent = {
	readonly id: Bytes;
	readonly type: string;
	readonly subject: string;
	readonly account: Bytes | null;
	/** JSON */
	readonly data: string;
	/** unix seconds */
	readonly madeAt: number;
	readonly position: number;
};

const eventPage = 100;

export async function eventNamed(transaction: Transaction, id: Bytes): Promise<KeptEvent | undefined> {
	const row = await transaction
		.selectFrom("events")
		.selectAll()
		.where("event_id", "=", id)
		.executeTakeFirst();
	return row && eventOf(row);
}

/** A page of events, newest first, of those that were made before this position. */
export async function eventsBefore(
	transaction: Transaction,
	type: string | undefined,
	before: number,
): Promise<readonly KeptEvent[]> {
	let query = transaction.selectFrom("events").selectAll().where("position", "<", before);
	if (type !== undefined) query = query.where("type", "=", type);
	return (await query.orderBy("position", "desc").limit(eventPage).execute()).map(eventOf);
}

/** A page of events, oldest first, of those that were made from this position on. */
export async function eventsFrom(transaction: Transaction, from: number): Promise<readonly KeptEvent[]> {
	const rows = await transaction
		.selectFrom("events")
		.selectAll()
		.where("position", ">=", from)
		.orderBy("position")
		.limit(eventPage)
		.execute();
	return rows.map(eventOf);
}

/** How many are forgotten in one transaction: the next one goes on. */
const atOnce = 500;

/** Forgets events of before a time, with all that is kept of their deliveries; how many. */
export async function forgetEvents(transaction: Transaction, before: number): Promise<number> {
	const old = await transaction
		.selectFrom("events")
		.select("event_id")
		.where("position", "<", positionAt(before))
		.orderBy("position")
		.limit(atOnce)
		.execute();
	if (old.length === 0) return 0;
	const ids = old.map(({ event_id }) => event_id).toSorted(Buffer.compare);
	for (const table of ["attempts", "deliveries", "events"] as const)
		await transaction.deleteFrom(table).where("event_id", "in", ids).execute();
	return ids.length;
}

function eventOf(row: Schema["events"]): KeptEvent {
	return {
		id: row.event_id,
		type: row.type,
		subject: row.subject,
		account: row.account,
		data: row.data,
		madeAt: Number(row.made_at),
		position: Number(row.position),
	};
}
