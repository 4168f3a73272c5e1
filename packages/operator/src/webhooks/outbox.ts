/**
 * The outbox: what happened is written in the transaction in which it happens, for whoever is to be told.
 *
 * So nothing is told that was undone, and nothing that stands is untold, wherever power fails. An event's id
 * follows from its type and its cause, which happens once. Where no endpoint asks for it nothing is written; for an
 * endpoint that is disabled the event is kept, so that it can be replayed, and not queued.
 */
import { type Bytes, encodeItem, sha256, toHex } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { insertNewSet } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { allEndpoints, type Endpoint } from "../store/webhook-endpoints.ts";
import type { EventData, EventType } from "./event-types.ts";

export type NewEvent = {
	readonly [T in EventType]: {
		readonly type: T;
		/** what happened, once: its id, or whatever else no other event of this type follows from */
		readonly cause: Bytes;
		readonly subject: string;
		/** the account that it is about; null where it is about none */
		readonly account: Bytes | null;
		readonly data: EventData<T>;
	};
}[EventType];

/** What telling needs of an operator. */
export type Teller = Pick<OperatorContext, "now" | "turn">;

/** Writes events, and puts each in the queue of every endpoint that is told of it. */
export async function tell(
	transaction: Transaction,
	teller: Teller,
	...events: readonly NewEvent[]
): Promise<void> {
	if (events.length === 0) return;
	const endpoints = await allEndpoints(transaction);
	const asked = events.flatMap((event) => {
		const told = endpoints.filter((endpoint) => isTold(endpoint, event));
		return told.length === 0 ? [] : [{ event, endpoints: told }];
	});
	await queue(transaction, teller, asked);
}

/** An event, and the endpoints that are told of it, and no others. */
export type Asked = { readonly event: NewEvent; readonly endpoints: readonly Endpoint[] };

export async function queue(
	transaction: Transaction,
	{ now, turn }: Teller,
	asked: readonly Asked[],
): Promise<void> {
	const made = asked.map(({ event, endpoints }) => ({
		endpoints: endpoints.filter(({ disabled }) => disabled === ""),
		row: {
			event_id: eventId(event),
			type: event.type,
			subject: event.subject,
			account: event.account,
			data: JSON.stringify(event.data),
			made_at: now(),
			position: turn(),
		},
	}));
	await insertNewSet(
		transaction,
		"events",
		made.map(({ row }) => row),
	);
	const waiting = { state: "waiting", ended_at: null, tries: 0, failures: 0 };
	const deliveries = made.flatMap(({ row: { event_id, position, made_at }, endpoints }) =>
		endpoints.map(({ id }) => ({
			event_id,
			endpoint_id: id,
			position,
			queued_at: made_at,
			next_at: made_at,
			...waiting,
		})),
	);
	await insertNewSet(transaction, "deliveries", deliveries);
}

export function eventId({ type, cause }: Pick<NewEvent, "type" | "cause">): Bytes {
	return sha256(encodeItem([type, cause]));
}

/** Whether an endpoint asked for what this is, and may know of it. */
export function isTold(
	{ types, accounts }: Endpoint,
	{ type, account }: { readonly type: string; readonly account: Bytes | null },
): boolean {
	if (types.length > 0 && !types.includes(type)) return false;
	return accounts.length === 0 || (account !== null && accounts.includes(toHex(account)));
}
