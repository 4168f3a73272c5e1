/**
 * What happened in one cell, event by event, with every change of what a party holds and says.
 *
 * Both worlds write it, the judge reads nothing else, and the page replays it.
 */
import type { Holdings, Seen } from "./party.ts";

export type Happening =
	| "tapped"
	| "sent"
	| "sent-again"
	| "lost"
	| "held"
	| "doubled"
	| "missed"
	| "taken"
	| "acknowledged"
	| "acknowledgement-lost"
	| "acknowledgement-held"
	| "woke"
	| "down"
	| "up"
	| "patience-ended"
	| "cash";

/** What a party holds and says. One that is down holds what it held, as far as anybody knows, and says nothing. */
export type State = {
	readonly isUp: boolean;
	readonly holdings: Holdings;
	/** undefined of a party without a user */
	readonly sees: Seen | undefined;
};

export type TraceEvent = {
	/** since the payer tapped */
	readonly at_ms: number;
	readonly happening: Happening;
	/** 0 where it belongs to no numbered step */
	readonly step: number;
	readonly from: string;
	readonly to: string;
	/** what is different of whom after it */
	readonly changed: Readonly<Record<string, State>>;
};

export type CellTrace = {
	/** before the payer tapped */
	readonly begun: Readonly<Record<string, State>>;
	readonly events: readonly TraceEvent[];
	/** whether nothing was left to do at the end */
	readonly isAtRest: boolean;
	/** whether the fault was met */
	readonly hasStruck: boolean;
};

/** States as they are after each event, the first of them before any. */
export function* statesOf({ begun, events }: CellTrace): Generator<{
	readonly event: TraceEvent | undefined;
	readonly states: Readonly<Record<string, State>>;
}> {
	let states = begun;
	yield { event: undefined, states };
	for (const event of events) {
		states = { ...states, ...event.changed };
		yield { event, states };
	}
}
