/**
 * What the machines of the account rail share: they take an event and say what is kept, sent and posted.
 *
 *   received | woken ──▶ step ──▶ kept, sends, at most one posting
 *                          ▲                   │
 *                          └──── entered ◀─────┘ what the ledger said, before anything is durable
 *
 * A host runs an event with all that follows from it in one durable write, and sends afterwards.
 */
import type { Body, RailRefusal, Send } from "./messages.ts";

/** What a ledger is to do. Ids of transfers are made of the payment, so that each is posted once. */
export type Posting =
	| {
			readonly kind: "transfer" | "reserve";
			readonly name: string;
			readonly from: string;
			readonly to: string;
			readonly amount: bigint;
	  }
	/** ends the reservation of this name, all of it */
	| { readonly kind: "post"; readonly name: string; readonly reservation: string; readonly amount: bigint }
	| { readonly kind: "void"; readonly name: string; readonly reservation: string };

export type RailEvent =
	| { readonly kind: "received"; readonly from: string; readonly body: Body }
	/** the time that the kept state named has come */
	| { readonly kind: "woken" }
	/** what the ledger said to the posting that was asked for */
	| { readonly kind: "entered"; readonly refusal: RailRefusal | null };

/** Why a message is not taken; it changes nothing, and will not be taken later. */
export type MessageRefusal =
	| "sender-refused"
	| "kind-unexpected"
	| "content-differs"
	| "signature-invalid"
	| "release-mismatch";

export type Step<Kept> =
	| {
			readonly kind: "stepped";
			readonly kept: Kept;
			readonly sends: readonly Send[];
			readonly posting: Posting | null;
	  }
	| { readonly kind: "refused"; readonly code: MessageRefusal };

/** What a machine is given besides the event. */
export type Moment = {
	readonly payment: string;
	/** milliseconds */
	readonly now: number;
	/** 32 random bytes in hexadecimal, fresh for each event */
	readonly fresh: string;
};

export function stepped<Kept>(
	kept: Kept,
	sends: readonly Send[] = [],
	posting: Posting | null = null,
): Step<Kept> {
	return { kind: "stepped", kept, sends, posting };
}

/** Nothing changes; where nothing is kept, nothing was to come. */
export function stay<Kept>(kept: Kept | undefined): Step<Kept> {
	return kept === undefined ? refusedMessage("kind-unexpected") : stepped(kept);
}

export function refusedMessage(code: MessageRefusal): Step<never> {
	return { kind: "refused", code };
}

/** The account in which one ledger keeps what is between it and another. */
export function transitAccount(ledger: string): string {
	return `transit ${ledger}`;
}

/** What a table says of a name that came from outside: nothing of what every object has. */
export function namedIn<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
	return Object.hasOwn(table, name) ? table[name] : undefined;
}
