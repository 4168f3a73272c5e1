/** The states of a payer's attempt, as they are kept. Each has only what is true in it. */
import {
	amount,
	type Bytes,
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
import { type Caveat, type Counts, type Spendable, token, type UnsignedLink } from "../token/index.ts";
import type { Manifest } from "./document.ts";
import { manifest } from "./document.ts";
import { keptMessage } from "./messages.ts";
import { type SignedRequest, signedRequest, type VerifiedRequest } from "./request.ts";

/** What stays the same through an attempt. */
const payerTerms = record({
	attempt: bytes32,
	request: signedRequest,
	/** outputs that are spent */
	inputs: list(bytes32, limits.tokens, 1),
	links: list(bytes32, limits.tokens, 1),
	/** hash of the release; null in the direct mode */
	lock: nullable(bytes32),
	amount,
	/** who signs a cancel: the certificate that owns the first input; in an exchange the counter request's */
	signer: bytes32,
	/** one's own request for the other leg of an exchange */
	counterRequest: nullable(signedRequest),
	data: nullable(manifest),
	/** after this the payer can only cancel */
	spendUntil: unixSeconds,
	/** until then the record is kept */
	keepUntil: unixSeconds,
});
export type PayerTerms = TypeOf<typeof payerTerms>;

/** The payer's states that are ever durable. */
export const payerState = union({
	locked: [
		1,
		record({
			terms: payerTerms,
			secret: bytes32,
			transfer: keptMessage,
			/** locked like the payment, spendable with it */
			change: list(token, limits.tokens),
			cancelAt: unixSeconds,
		}),
	],
	/** direct: effective when signed, never restored by itself */
	sent: [
		2,
		record({
			terms: payerTerms,
			transfer: keptMessage,
			/** the payee's `reserved`: with it the receipt */
			acknowledged: nullable(keptMessage),
			/** links that their payee has paid on, as a token that came in shows */
			passedOn: list(bytes32, limits.tokens),
		}),
	],
	/** `answer` (reserved or counter transfer) with `secret` is the receipt */
	released: [3, record({ terms: payerTerms, answer: keptMessage, secret: bytes32, done: boolean })],
	/** the secret is gone */
	cancelled: [4, record({ terms: payerTerms, cancel: keptMessage })],
	returned: [5, record({ terms: payerTerms, returned: keptMessage })],
	/** a lock is ruled once and each leg refunded on its owner's statement: `transfer` is what that shows */
	ruled: [6, record({ terms: payerTerms, transfer: keptMessage, ruling: keptMessage })],
});
export type DurablePayer = TypeOf<typeof payerState>;
export type Locked = Extract<DurablePayer, { readonly kind: "locked" }>;
export type Sent = Extract<DurablePayer, { readonly kind: "sent" }>;

/** Whether the payee is known to have all of a direct transfer: by its word, or because it paid all of it on. */
export function hasArrived({ acknowledged, passedOn, terms }: Sent): boolean {
	return acknowledged !== null || passedOn.length === terms.links.length;
}

/** What the user consented to. */
export type PayerPlan = {
	readonly request: VerifiedRequest;
	readonly amount: bigint;
	readonly inputs: readonly Spendable[];
	readonly data: Manifest | null;
	readonly counterRequest: SignedRequest | null;
	/** X25519: documents of the answer are sealed to it */
	readonly documentKey: Bytes | null;
	readonly caveats: readonly Caveat[];
	/** seconds after which an unanswered lock is cancelled */
	readonly patience: number;
	/** of what this module's devices have signed for */
	readonly counts: Counts;
};

export type DraftPlan = {
	readonly links: readonly UnsignedLink[];
	/** certificate hash of who signs a cancel */
	readonly signer: Bytes;
};

/** Before anything is durable, and while a cancel is being signed, a crash leads back. */
export type Payer =
	| { readonly kind: "idle" }
	| {
			readonly kind: "signing";
			readonly plan: PayerPlan;
			readonly draft: DraftPlan;
			readonly secret: Bytes;
	  }
	| { readonly kind: "cancelling"; readonly locked: Locked }
	| DurablePayer;
