/**
 * What the parties of an account payment say to one another; docs/spec/account-rail.md has the steps.
 *
 * Every message is of one payment, and of one kind a pair of parties and payment: its id follows from what it is,
 * so a repeat is known by its id, and other content under the same id is refused.
 */
import type { ExchangeBody } from "./exchange-messages.ts";

/** With a reservation that ends by the release of this lock, 64 hexadecimal digits (see bound.ts). */
export type Bound = `release:${string}`;

/** What D does when it credits: for good, or with a reservation that A's answer ends, or the release of a lock. */
export type Credit = "final" | "reserved" | Bound;

/** Who pays whom how much: minor units, above zero. Payer and payee are names of accounts. */
export type Terms = {
	readonly payer: string;
	readonly payee: string;
	readonly amount: bigint;
	readonly credit: Credit;
};

/** Why a payment is not made. Each is final: to pay still, make another payment. */
export const railRefusals = {
	"payer-refused": "ask your provider: this account may not pay so",
	"payee-unknown": "check whom you pay",
	"payee-refused": "ask the payee: this account may not be paid so",
	"account-unknown": "check the account",
	"funds-insufficient": "top up, and pay anew",
	"limit-exceeded": "pay less, and anew",
	"ceiling-exceeded": "the payee can hold no more: pay less, and anew",
	"permit-unknown": "pay anew",
	"permit-expired": "pay anew",
	"permit-mismatch": "pay anew",
	"given-up": "pay anew",
} as const;

export type RailRefusal = keyof typeof railRefusals;

/** What A says in step 22, once: the payer was told of completion, or gave the payment up before it was. */
export type Word = "notified" | "abandoned";

/** How a payment stands, for whoever pays or is paid. */
export type Standing = "pending" | "completed" | "reserved" | "refused" | "abandoned";

export type Told = { readonly kind: "told"; readonly standing: Standing };

export type Body =
	/** of the user to the app */
	| ({ readonly kind: "pay" } & Terms)
	| { readonly kind: "paidOtherwise" }
	/** 1, payer's app to A */
	| ({ readonly kind: "instruct" } & Terms)
	/** payer's app to A: it was never shown as paid, and will not be; nothing from A ends it but C's and D's word */
	| { readonly kind: "giveUp" }
	/** payer's app to A: it is shown as paid */
	| { readonly kind: "seen" }
	/** an app to its system: how does it stand? */
	| { readonly kind: "ask" }
	/** 3, A to B */
	| ({ readonly kind: "announce"; readonly ledger: string } & Terms)
	/** 5, B to D: may this account be credited by that ledger? */
	| ({ readonly kind: "askPermit"; readonly ledger: string; readonly system: string } & Omit<Terms, "payer">)
	/** 6, D to B */
	| { readonly kind: "permit"; readonly permit: string }
	| { readonly kind: "permitRefused"; readonly code: RailRefusal }
	/** 7, B to A */
	| { readonly kind: "accepted"; readonly permit: string; readonly ledger: string }
	| { readonly kind: "declined"; readonly code: RailRefusal }
	/** 8, A to C */
	| ({ readonly kind: "debit"; readonly permit: string; readonly ledger: string } & Omit<Terms, "payee">)
	/** 11, C to D */
	| ({ readonly kind: "credit"; readonly permit: string } & Pick<Terms, "amount" | "credit">)
	/** 14, D to C: its one answer to this permit */
	| { readonly kind: "credited" }
	| { readonly kind: "creditRefused"; readonly code: RailRefusal }
	/** 16, C to A */
	| { readonly kind: "debited" }
	| { readonly kind: "debitRefused"; readonly code: RailRefusal }
	/** 17, A to B */
	| { readonly kind: "completed" }
	| { readonly kind: "notCompleted"; readonly standing: "refused" | "abandoned" }
	/** 18 and 25, a system to its app */
	| Told
	/** 19, payee's app to B */
	| { readonly kind: "use" }
	/** 20, B to A */
	| { readonly kind: "confirm" }
	/** 22, A to B; `signature` in hexadecimal: empty until whoever hosts A has signed, see `signAnswer` */
	| { readonly kind: "answer"; readonly permit: string; readonly word: Word; readonly signature: string }
	/** 23, B to D: A's answer, or the ruling that stands in for it */
	| { readonly kind: "decide"; readonly permit: string; readonly word: Word; readonly signature: string }
	/** 25, D to C and B: its one answer to this reservation */
	| { readonly kind: "ended"; readonly word: Word }
	/** 25 of an abandoned payment, C to A: the payer has it again */
	| { readonly kind: "recredited" }
	/** 14 of a bound credit, D to B, and on to the payee's party: what is reserved for it */
	| ({ readonly kind: "held" } & Omit<Terms, "payer">)
	/** 19 and 23 of a bound credit: the release that posts it, or null: whoever would be credited gives it back */
	| { readonly kind: "settle"; readonly release: string | null }
	/** 25 of a bound credit, D to C and B, C to A, A to the payer's party: by which release it ended, or given back */
	| { readonly kind: "settled"; readonly release: string | null }
	| ExchangeBody;

export type BodyKind = Body["kind"];

/** The body of one kind of message. */
export type BodyOf<Kind extends Body["kind"]> = Extract<Body, { kind: Kind }>;

/** A message that a machine sends; whoever hosts it adds who sends it, and its id. */
export type Send = { readonly to: string; readonly step: number; readonly body: Body };
