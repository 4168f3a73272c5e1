/** The states of a payee's attempt, as they are kept. Each has only what is true in it. */
import {
	amount,
	boolean,
	bytes32,
	limits,
	list,
	nullable,
	record,
	type TypeOf,
	union,
	unixSeconds,
} from "../codec/index.ts";
import { type Counts, type Spendable, token, type UnsignedLink } from "../token/index.ts";
import type { AcceptedTokens } from "./acceptance.ts";
import { type Document, type Manifest, manifest } from "./document.ts";
import { keptMessage, type MessageOf } from "./messages.ts";
import { signedRequest, type VerifiedRequest } from "./request.ts";

/** What stays the same through an attempt. */
const payeeTerms = record({
	attempt: bytes32,
	/** one's own */
	request: signedRequest,
	/** hash of the release; null in the direct mode */
	lock: nullable(bytes32),
	links: list(bytes32, limits.tokens, 1),
	amount,
	/** certificate hash of the owner of the first input: signs a cancel of a two-phase lock */
	payer: bytes32,
	reply: nullable(manifest),
	/** until then the record is kept */
	keepUntil: unixSeconds,
});
export type PayeeTerms = TypeOf<typeof payeeTerms>;

const tokens = list(token, limits.tokens, 1);

/** What the non-decider of an exchange gives. */
const counterLeg = record({
	inputs: list(bytes32, limits.tokens, 1),
	/** locked like the links, spendable with them */
	change: list(token, limits.tokens),
	/** the decider's request for this leg */
	request: signedRequest,
});
export type CounterLeg = TypeOf<typeof counterLeg>;

/** The payee's states that are ever durable. `answer` is what was sent: reserved, or the counter transfer. */
export const payeeState = union({
	reserved: [1, record({ terms: payeeTerms, tokens, answer: keptMessage })],
	/** `reserved` of an exchange: our own tokens are held too, with no timer and no cancel of our own */
	lockedForeign: [2, record({ terms: payeeTerms, tokens, answer: keptMessage, counter: counterLeg })],
	/** `secret` is null for a direct transfer; with `answer` it is the payer's receipt */
	owned: [3, record({ terms: payeeTerms, answer: keptMessage, secret: nullable(bytes32) })],
	/** the tokens stay: a release shown later still decides for us */
	cancelled: [4, record({ terms: payeeTerms, tokens, cancel: keptMessage })],
	resolving: [5, record({ terms: payeeTerms, tokens, answer: keptMessage, counter: nullable(counterLeg) })],
	/** in an exchange `answer` is what a statement about one's own leg shows */
	ruled: [6, record({ terms: payeeTerms, answer: keptMessage, ruling: keptMessage })],
	/** a direct transfer that we sent back; `done`: its payer has said that it has it */
	returned: [7, record({ terms: payeeTerms, returned: keptMessage, done: boolean })],
});
export type DurablePayee = TypeOf<typeof payeeState>;
export type Reserved = Extract<DurablePayee, { readonly kind: "reserved" | "lockedForeign" }>;
export type Owned = Extract<DurablePayee, { readonly kind: "owned" }>;
export type Cancelled = Extract<DurablePayee, { readonly kind: "cancelled" }>;
/** Holds a reservation whose outcome it does not know. */
export type Waiting = Reserved | Extract<DurablePayee, { readonly kind: "resolving" }>;

/** What is given in an exchange, and null otherwise. */
export function counterOf(state: Waiting): CounterLeg | null {
	return state.kind === "reserved" ? null : state.counter;
}

/** A transfer that passed every check and waits for the app's word. */
export type Offer = {
	readonly transfer: MessageOf<"transfer">;
	readonly request: VerifiedRequest;
	readonly counterRequest: VerifiedRequest | null;
	readonly accepted: AcceptedTokens;
	readonly documents: readonly Document[];
};

/**
 * The app's word on an offer. `inputs` are what it gives in an exchange, none otherwise; `counts`, of what this
 * module's devices have signed for.
 */
export type PayeeConsent = {
	readonly reply: Manifest | null;
	readonly inputs: readonly Spendable[];
	readonly counts: Counts;
};

export type Payee =
	| { readonly kind: "none" }
	| { readonly kind: "asked"; readonly offer: Offer }
	| {
			readonly kind: "signing";
			readonly offer: Offer;
			readonly terms: PayeeTerms;
			/** of the other leg, none outside an exchange */
			readonly links: readonly UnsignedLink[];
	  }
	| {
			readonly kind: "returning";
			readonly owned: Owned;
			readonly links: readonly UnsignedLink[];
	  }
	| DurablePayee;
