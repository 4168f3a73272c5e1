/**
 * The queue of webhooks: one row for each event and endpoint, taken by whoever sends it.
 *
 *   waiting ─▶ taken (tries + 1, due again when the lease ends) ─▶ delivered
 *      ▲                        │
 *      └────── failed, due later┴─▶ given up
 *
 * Of processes that take one row at once, the one that raises `tries` from what it saw has it. A process that dies
 * leaves its rows, which are due again when their lease ends. What ends an attempt is written only while `tries` is
 * still that attempt's: whoever was so slow that another took over changes nothing.
 */
import { type Bytes, compareBytes, toHex } from "@tenten/protocol";
import { sql } from "kysely";
import { numberOrNull } from "./numbers.ts";
import type { Schema } from "./schema.ts";
import type { Transaction } from "./store.ts";

export type DeliveryState = "waiting" | "delivered" | "givenUp";

/** Written out: an index that holds only what waits serves no statement whose state is a parameter. */
const waiting = sql.lit("waiting");

/** A delivery that is due, with what is to be sent. */
export type Due = {
	readonly event: Bytes;
	readonly endpoint: Bytes;
	readonly queuedAt: number;
	readonly tries: number;
	readonly failures: number;
	readonly type: string;
	readonly subject: string;
	readonly data: string;
	readonly madeAt: number;
};

/** What is due of one endpoint, as it came to be due: at most `most`. */
export async function dueOf(
	transaction: Transaction,
	endpoint: Bytes,
	now: number,
	most: number,
): Promise<readonly Due[]> {
	const rows = await transaction
		.selectFrom("deliveries")
		.innerJoin("events", "events.event_id", "deliveries.event_id")
		.select(["deliveries.event_id", "queued_at", "tries", "failures", "type", "subject", "data", "made_at"])
		.where("endpoint_id", "=", endpoint)
		.where("state", "=", waiting)
		.where("next_at", "<=", now)
		.orderBy("next_at")
		.orderBy("deliveries.position")
		.limit(most)
		.execute();
	return rows.map(({ event_id, queued_at, tries, failures, type, subject, data, made_at }) => ({
		event: event_id,
		endpoint,
		queuedAt: Number(queued_at),
		tries: Number(tries),
		failures: Number(failures),
		type,
		subject,
		data,
		madeAt: Number(made_at),
	}));
}

/** Takes what is due until `until`: those of them that nobody else took, each with its attempt's number. */
export async function takeDue(
	transaction: Transaction,
	due: readonly Due[],
	until: number,
): Promise<readonly Due[]> {
	const taken = new Map<string, number>();
	for (const one of due.toSorted((a, b) => compareBytes(a.event, b.event))) {
		const changed = { tries: one.tries + 1, next_at: until };
		if (await changeTaken(transaction, one, changed)) taken.set(keyOf(one), one.tries + 1);
	}
	return due.flatMap((one) => {
		const tries = taken.get(keyOf(one));
		return tries === undefined ? [] : [{ ...one, tries }];
	});
}

function keyOf({ event, endpoint }: Due): string {
	return `${toHex(event)} ${toHex(endpoint)}`;
}

/** Changes a delivery, if it waits and its attempt is still of this number; whether it did. */
export async function changeTaken(
	transaction: Transaction,
	{ event, endpoint, tries }: Due,
	changed: Partial<Schema["deliveries"]>,
): Promise<boolean> {
	const { numUpdatedRows } = await transaction
		.updateTable("deliveries")
		.set(changed)
		.where("event_id", "=", event)
		.where("endpoint_id", "=", endpoint)
		.where("state", "=", "waiting")
		.where("tries", "=", tries)
		.executeTakeFirst();
	return numUpdatedRows === 1n;
}

/** How one attempt ended. */
export type Attempt = {
	readonly number: number;
	/** unix seconds */
	readonly at: number;
	readonly tookMs: number;
	readonly outcome: string;
	/** null where nothing was answered */
	readonly status: number | null;
};

export async function keepAttempt(
	transaction: Transaction,
	{ event, endpoint, tries }: Due,
	{ at, tookMs, outcome, status }: Omit<Attempt, "number">,
): Promise<void> {
	const row = { event_id: event, endpoint_id: endpoint, number: tries, at, took_ms: tookMs, outcome, status };
	await transaction
		.insertInto("attempts")
		.values(row)
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

export async function attemptsOf(
	transaction: Transaction,
	event: Bytes,
	endpoint: Bytes,
): Promise<readonly Attempt[]> {
	const rows = await transaction
		.selectFrom("attempts")
		.selectAll()
		.where("event_id", "=", event)
		.where("endpoint_id", "=", endpoint)
		.orderBy("number")
		.execute();
	return rows.map(({ number, at, took_ms, outcome, status }) => ({
		number: Number(number),
		at: Number(at),
		tookMs: Number(took_ms),
		outcome,
		status: numberOrNull(status),
	}));
}

export type Delivery = {
	readonly event: Bytes;
	readonly type: string;
	readonly state: DeliveryState;
	/** unix seconds */
	readonly queuedAt: number;
	readonly nextAt: number;
	readonly endedAt: number | null;
	readonly tries: number;
	readonly position: number;
};

const deliveryColumns = [
	"deliveries.event_id",
	"deliveries.position",
	"type",
	"state",
	"queued_at",
	"next_at",
	"ended_at",
	"tries",
] as const;

const pageLength = 100;

/** A page of an endpoint's deliveries, newest first, of what was made before `before`. */
export async function deliveriesBefore(
	transaction: Transaction,
	endpoint: Bytes,
	state: DeliveryState | undefined,
	before: number,
): Promise<readonly Delivery[]> {
	let query = transaction
		.selectFrom("deliveries")
		.innerJoin("events", "events.event_id", "deliveries.event_id")
		.select(deliveryColumns)
		.where("endpoint_id", "=", endpoint)
		.where("deliveries.position", "<", before);
	if (state !== undefined) query = query.where("state", "=", state);
	const rows = await query.orderBy("deliveries.position", "desc").limit(pageLength).execute();
	return rows.map(deliveryOf);
}

export async function deliveryNamed(
	transaction: Transaction,
	event: Bytes,
	endpoint: Bytes,
): Promise<Delivery | undefined> {
	const row = await transaction
		.selectFrom("deliveries")
		.innerJoin("events", "events.event_id", "deliveries.event_id")
		.select(deliveryColumns)
		.where("deliveries.event_id", "=", event)
		.where("endpoint_id", "=", endpoint)
		.executeTakeFirst();
	return row && deliveryOf(row);
}

type DeliveryRow = Pick<
	Schema["deliveries"],
	"event_id" | "position" | "state" | "queued_at" | "next_at" | "ended_at" | "tries"
> & { readonly type: string };

function deliveryOf(row: DeliveryRow): Delivery {
	return {
		event: row.event_id,
		type: row.type,
		// No code writes another.
		state: row.state as DeliveryState,
		queuedAt: Number(row.queued_at),
		nextAt: Number(row.next_at),
		endedAt: numberOrNull(row.ended_at),
		tries: Number(row.tries),
		position: Number(row.position),
	};
}

/** Puts an event in an endpoint's queue again, or for the first time: due now, as if it had not failed. */
export async function requeue(
	transaction: Transaction,
	{ event, position }: { readonly event: Bytes; readonly position: number },
	endpoint: Bytes,
	now: number,
): Promise<void> {
	const again = { state: "waiting", queued_at: now, next_at: now, ended_at: null, failures: 0 };
	const row = { event_id: event, endpoint_id: endpoint, position, tries: 0, ...again };
	await transaction
		.insertInto("deliveries")
		.values(row)
		.onConflict((conflict) => conflict.columns(["event_id", "endpoint_id"]).doUpdateSet(again))
		.execute();
}

/** How many wait at these endpoints, and since when the oldest of them does. */
export async function queueDepth(
	transaction: Transaction,
	endpoints: readonly Bytes[],
): Promise<{ readonly waiting: number; readonly oldestAt: number | null }> {
	if (endpoints.length === 0) return { waiting: 0, oldestAt: null };
	const { count, oldest } = await transaction
		.selectFrom("deliveries")
		.select(({ fn }) => [fn.countAll<bigint>().as("count"), fn.min("queued_at").as("oldest")])
		.where("state", "=", waiting)
		.where("endpoint_id", "in", endpoints)
		.executeTakeFirstOrThrow();
	return { waiting: Number(count), oldestAt: numberOrNull(oldest) };
}
