/**
 * What two operators say to one another of payments between them: one question, one answer (docs/spec/crossing.md).
 *
 * Each is sent as docs/spec/peers.md says, so whoever speaks is known. What moves value proves itself beside that: a
 * quote by both signatures, a state by a witnessed seal.
 */
import {
	amount,
	bytes32,
	integer,
	list,
	nullable,
	record,
	type TypeOf,
	text,
	union,
} from "../codec/index.ts";
import { signature } from "../crypto/index.ts";
import { stateProof } from "../seal/index.ts";
import { shownSeal } from "./entry.ts";
import { quote, signedQuote } from "./quote.ts";
import { settlementBody } from "./settlement.ts";
import { crossingState } from "./state.ts";

/** In one message; with the proofs of a map of 2⁴⁰ entries it still fits. */
export const mostTogether = 64;

/** What the source asks the destination to price, and to sign. */
export const quoteAsked = record({
	agreement: bytes32,
	nonce: bytes32,
	credits: amount,
	payer: bytes32,
	payee: bytes32,
	release: bytes32,
	decides: integer(1, Number.MAX_SAFE_INTEGER),
});
export type QuoteAsked = TypeOf<typeof quoteAsked>;

/** What a seal shows of one payment; with its quote, where the other side may not have it yet. */
export const shownItem = record({
	transfer: bytes32,
	quote: nullable(signedQuote),
	state: nullable(crossingState),
	proof: stateProof,
});
export type ShownItem = TypeOf<typeof shownItem>;

export const crossingQuestion = union({
	/** of a source */
	quotes: [1, record({ quotes: list(quoteAsked, mostTogether, 1) })],
	/** what a seal of whoever asks shows; of nothing, it says that the seal is there */
	shown: [2, record({ seal: shownSeal, items: list(shownItem, mostTogether) })],
	/** payments of which whoever asks waits for what the other's seals show */
	wanted: [3, record({ transfers: list(bytes32, mostTogether, 1) })],
	/** of a destination */
	settlement: [4, record({ body: settlementBody, byDestination: signature })],
});
export type CrossingQuestion = TypeOf<typeof crossingQuestion>;

/** a code of docs/spec/encoding.md or ledger.md */
const code = text(64);

export const quoteAnswer = union({
	quoted: [1, record({ body: quote, byDestination: signature })],
	refused: [2, record({ code })],
});
export type QuoteAnswer = TypeOf<typeof quoteAnswer>;

export const stateAnswer = union({
	stands: [1, record({ state: crossingState })],
	refused: [2, record({ code })],
});
export type StateAnswer = TypeOf<typeof stateAnswer>;

export const crossingReply = union({
	/** one answer each, in their order */
	quotes: [1, record({ answers: list(quoteAnswer, mostTogether) })],
	shown: [2, record({ answers: list(stateAnswer, mostTogether) })],
	/** how many of them will be shown again */
	wanted: [3, record({ count: integer(0, mostTogether) })],
	settlement: [4, record({ bySource: signature })],
	/** the whole question: nothing changed */
	refused: [5, record({ code })],
});
export type CrossingReply = TypeOf<typeof crossingReply>;
