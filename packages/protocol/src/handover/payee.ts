/**
 * The payee's machine: once it has said that it holds a reservation, only the other side's word or an
 * operator's ruling moves it, never a timer.
 *
 *          offered       consented        signed
 *   none ─────────▶ asked ─────────▶ signing ────▶ reserved ──release──▶ owned
 *     ▲               │ declined        │           │  │ ▲ └─cancel──▶ cancelled ──release──▶ owned
 *     └───────────────┘                 │    resolve│  │ └─ anything else: the answer again
 *                                       │           ▼  └──ruling──▶ ruled | owned
 *                                       │        resolving ──ruling, cancel──▶ ruled | owned | cancelled
 *                        signed (exchange)▶ lockedForeign: as reserved; a cancel frees what we gave
 *                        signed (direct)──▶ owned ──send back──▶ returned ──done──▶ returned
 */
import { type Bytes, equalBytes, isRefusal, limits, type Refusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import type { Trust } from "../identity/index.ts";
import {
	cancelPayload,
	counting,
	lockHash,
	noChanges,
	type Spendable,
	signatureRequests,
	type TokenChanges,
	verifyRuling,
} from "../token/index.ts";
import { signedPayment } from "./draft.ts";
import { type Context, type Step, send, stay } from "./machine.ts";
import { attemptId, type Message, type MessageOf, serializeMessage } from "./messages.ts";
import { checkOffer, type Offering, refuseFrozenOffer } from "./offer.ts";
import { answerMessage, deciderOf, draftAnswer } from "./payee-answer.ts";
import { givenIn, isPastRedeeming, takesWhatWeGave, wasOver } from "./payee-late.ts";
import {
	type Cancelled,
	counterOf,
	type Offer,
	type Owned,
	type Payee,
	type PayeeConsent,
	type Reserved,
	type Waiting,
} from "./payee-state.ts";
import { opened, reopenAll } from "./reopen.ts";
import { draftReturn } from "./return.ts";

export type PayeeEvent =
	| ({ readonly kind: "offered" } & Offering)
	/** `entropy`: 32 random bytes */
	| { readonly kind: "consented"; readonly consent: PayeeConsent; readonly entropy: Bytes }
	| { readonly kind: "declined"; readonly refusal: Refusal }
	| { readonly kind: "signed"; readonly signatures: readonly Bytes[] }
	/** `isAnswer`: what the operator answers to a statement of one's own */
	| { readonly kind: "received"; readonly message: Message; readonly isAnswer?: boolean }
	/** the app asks the operator to rule */
	| { readonly kind: "resolve" }
	/** the app does not want a direct transfer; `tokens` are what it brought */
	| { readonly kind: "sendBack"; readonly tokens: readonly Spendable[] }
	| { readonly kind: "contact" };

type PayeeStep = Step<Payee>;

export function stepPayee(state: Payee, event: PayeeEvent, context: Context): PayeeStep {
	switch (event.kind) {
		case "offered":
			return state.kind === "none" ? offered(event, context) : again(state);
		case "consented":
			return state.kind === "asked" ? consented(state.offer, event, context) : stay(state, decided);
		case "declined":
			return state.kind === "asked" ? declined(state.offer, event.refusal) : stay(state, decided);
		case "signed":
			return signed(state, event.signatures);
		case "received":
			return received(state, event.message, event.isAnswer ?? false, context);
		case "resolve":
			return resolve(state);
		case "sendBack":
			return state.kind === "owned" ? sendBack(state, event.tokens, context) : stay(state, decided);
		case "contact":
			return again(state);
		default:
			return event satisfies never;
	}
}

const decided = refuse("attempt-decided");

/** Checks everything, then asks the app. An attempt that is known already gets its stored answer. */
function offered(event: Offering, context: Context): PayeeStep {
	const none: Payee = { kind: "none" };
	const offer = checkOffer(event, context);
	if ("refusal" in offer) return declinedWith(none, offer.about, offer.refusal);
	if ("known" in offer) return again(offer.known);
	return { state: { kind: "asked", offer }, effects: [{ kind: "ask" }] };
}

function declined({ request, accepted }: Offer, refusal: Refusal): PayeeStep {
	return declinedWith({ kind: "none" }, attemptId(request.digest, accepted.links), refusal);
}

function declinedWith(state: Payee, about: Bytes, refusal: Refusal): PayeeStep {
	const { code, detail } = refusal;
	const effects = [send({ kind: "refused", about, code, detail: detail.slice(0, 256) })];
	return { state, effects, refusal };
}

function consented(
	offer: Offer,
	{ consent, entropy }: Extract<PayeeEvent, { kind: "consented" }>,
	context: Context,
): PayeeStep {
	// A list may have come while the app thought.
	const draft = refuseFrozenOffer(offer, context) ?? draftAnswer(offer, consent, entropy, context);
	if (isRefusal(draft)) return declined(offer, draft);
	const { terms, links, answer } = draft;
	const signer = offer.request.payee.hash;
	const requests = [...signatureRequests(links), { signer, type: answer.type, payload: answer.payload }];
	return { state: { kind: "signing", offer, terms, links }, effects: [{ kind: "sign", requests }] };
}

function signed(state: Payee, signatures: readonly Bytes[]): PayeeStep {
	if (state.kind === "returning") return returned(state, signatures);
	if (state.kind !== "signing") return stay(state, decided);
	const { offer, terms, links } = state;
	const payment = signedPayment(links, signatures);
	if (isRefusal(payment)) return declined(offer, payment);
	const answer = answerMessage(
		terms,
		offer.request.digest,
		links,
		payment.paid,
		signatures.at(-1) ?? new Uint8Array(),
	);
	if (serializeMessage(answer).length > limits.message)
		return declined(offer, refuse("too-large", "the answer"));
	const tokens = offer.accepted.tokens.map(({ token }) => token);
	const reply = send(answer, terms.reply);
	if (terms.lock === null) {
		const add = offer.accepted.tokens;
		return {
			state: { kind: "owned", terms, answer, secret: null },
			effects: [{ kind: "persist", changes: { ...noChanges, add } }, { kind: "tell", news: "owned" }, reply],
		};
	}
	const { counterRequest } = offer;
	const hold = links.map(({ input }) => input.outputId);
	const next: Reserved =
		counterRequest === null
			? { kind: "reserved", terms, tokens, answer }
			: {
					kind: "lockedForeign",
					terms,
					tokens,
					answer,
					counter: {
						inputs: hold,
						change: payment.change.map(({ token }) => token),
						request: counterRequest.signed,
					},
				};
	return {
		state: next,
		effects: [
			{ kind: "persist", changes: counting({ ...noChanges, hold }, links) },
			{ kind: "tell", news: "reserved" },
			reply,
		],
	};
}

function received(state: Payee, message: Message, isAnswer: boolean, context: Context): PayeeStep {
	switch (message.kind) {
		case "release":
			return release(state, message, context);
		case "cancel":
			return cancel(state, message, context);
		case "ruling":
			return ruled(state, message, isAnswer, context);
		case "transfer":
		case "status":
			return again(state);
		case "done":
			// No durable write of its own: forgotten in a crash, it costs one more message.
			return { state: state.kind === "returned" ? { ...state, done: true } : state, effects: [] };
		default:
			return { state, effects: [] };
	}
}

/** The secret makes the links effective: value is ours, spendable at once. */
function release(state: Payee, message: MessageOf<"release">, { trust, now }: Context): PayeeStep {
	if (!isWaiting(state) && state.kind !== "cancelled") return again(state);
	const { terms, tokens } = state;
	if (terms.lock === null || !equalBytes(lockHash(message.secret), terms.lock))
		return stay(state, refuse("release-mismatch"));
	const forward: PayeeStep = { state, effects: [{ kind: "forward", message }] };
	if (state.kind === "resolving") return forward;
	// What cannot be redeemed any more opens no doors; grace is the operator's to give. Nor is what we gave taken
	// by a release that its operator may not have in time.
	if (isPastRedeeming([...tokens, ...givenIn(state)], now))
		return { ...forward, refusal: refuse("redeem-closed", "the operator rules on this release") };
	return owns(state, message.secret, trust);
}

function isWaiting(state: Payee): state is Waiting {
	return state.kind === "reserved" || state.kind === "lockedForeign" || state.kind === "resolving";
}

/** Takes the payment and, in an exchange, gives ours, in one durable write. */
function owns(state: Waiting | Cancelled, secret: Bytes, trust: Trust): PayeeStep {
	const { terms } = state;
	const isCancelled = state.kind === "cancelled";
	const counter = isCancelled ? null : counterOf(state);
	const tokens = reopenAll([...state.tokens, ...(counter?.change ?? [])], trust);
	if (isRefusal(tokens)) return stay(state, tokens);
	const add = tokens.map((token) => opened(token, secret));
	const changes: TokenChanges = { ...noChanges, add, remove: counter?.inputs ?? [] };
	const doubled = isCancelled ? ([{ kind: "tell", news: "double-decision" }] as const) : [];
	return {
		state: { kind: "owned", terms, answer: isCancelled ? state.cancel : state.answer, secret },
		effects: [
			{ kind: "persist", changes },
			{ kind: "tell", news: "owned" },
			send({ kind: "done", attempt: terms.attempt }),
			...doubled,
		],
	};
}

/** Only the decider's signature counts: of a two-phase lock the payer's, of an exchange whoever we would pay. */
function cancel(state: Payee, message: MessageOf<"cancel">, { trust, now }: Context): PayeeStep {
	if (!isWaiting(state)) return again(state);
	const { terms, tokens } = state;
	// What we gave could not be redeemed any more, and may have been refunded: only our operator's answer frees it.
	if (isPastRedeeming(givenIn(state), now)) return { state, effects: [] };
	const { lock } = terms;
	if (lock === null || !equalBytes(message.lock, lock)) return stay(state, refuse("lock-mismatch"));
	const decider = deciderOf(state, trust);
	if (isRefusal(decider)) return stay(state, decider);
	const payload = cancelPayload(lock);
	if (!verifySign1(trust.verify, decider.certificate.key, "cancel", payload, message.signature))
		return stay(state, refuse("signature-invalid", "cancel"));
	const after = { lock, decider, signature: message.signature };
	const free = (counterOf(state)?.inputs ?? []).map((output) => ({ output, after }));
	return {
		state: { kind: "cancelled", terms, tokens, cancel: message },
		effects: [
			{ kind: "persist", changes: { ...noChanges, free } },
			{ kind: "tell", news: "cancelled" },
			send({ kind: "done", attempt: terms.attempt }),
		],
	};
}

function resolve(state: Payee): PayeeStep {
	if (state.kind !== "reserved" && state.kind !== "lockedForeign") return again(state);
	const { terms, tokens, answer } = state;
	return {
		state: { kind: "resolving", terms, tokens, answer, counter: counterOf(state) },
		effects: [{ kind: "persist", changes: noChanges }],
	};
}

function ruled(state: Payee, message: MessageOf<"ruling">, isAnswer: boolean, context: Context): PayeeStep {
	if (!isWaiting(state) && state.kind !== "cancelled") return stay(state, decided);
	const ruling = verifyRuling(message.ruling, context.trust);
	if (isRefusal(ruling)) return stay(state, ruling);
	const { terms } = state;
	if (terms.lock === null || !equalBytes(ruling.subject, terms.lock))
		return stay(state, refuse("request-mismatch", "a ruling on something else"));
	const { asset, against } = terms.request.body;
	const isTheirs = equalBytes(ruling.operator, asset.operator);
	if (!isTheirs && (against === null || !equalBytes(ruling.operator, against.asset.operator)))
		return stay(state, refuse("issuer-unknown", "another operator's asset"));
	if (ruling.release !== null)
		return equalBytes(lockHash(ruling.release), terms.lock)
			? released(state, message, ruling.release, context)
			: stay(state, refuse("release-mismatch"));
	return state.kind === "cancelled"
		? stay(state, decided)
		: refunded(state, message, { isTheirs, isAnswer }, context);
}

/**
 * After grace nobody pays for it any more: a payee that gave nothing for it opens no doors. That it is over is an
 * operator's to say, by the ruling or a later trust list: what a wrong clock gave up would still be worth something.
 * One that gave something gives it up only where the decider can still claim it.
 */
function released(
	state: Waiting | Cancelled,
	ruling: MessageOf<"ruling">,
	secret: Bytes,
	{ trust, now }: Context,
): PayeeStep {
	const counter = state.kind === "cancelled" ? null : counterOf(state);
	if (state.kind !== "cancelled" && counter !== null)
		return takesWhatWeGave(givenIn(state), counter, ruling.ruling.body, now)
			? owns(state, secret, trust)
			: stay(state, refuse("redeem-closed", "published too late to take what was given"));
	const isOver = wasOver(state, ruling.ruling.body, trust);
	if (now < state.terms.keepUntil && !isOver) return owns(state, secret, trust);
	if (!isOver) return stay(state, refuse("redeem-closed", "by one's own clock alone"));
	if (state.kind === "cancelled") return stay(state, refuse("redeem-closed", "cancelled, and now over"));
	const { terms, answer } = state;
	const news = { kind: "tell", news: "ruled" } as const;
	return {
		state: { kind: "ruled", terms, answer, ruling },
		effects: [{ kind: "persist", changes: noChanges }, news],
	};
}

/**
 * Each operator rules its own leg: what one issued is settled by its word alone. Where one issued both, its
 * ruling does not say whose leg came back: what we gave did if it answers our own statement.
 *
 * Once ours came back and nobody would pay the other, we wait for nothing: a cancel of before may be forgotten.
 */
function refunded(
	state: Waiting,
	message: MessageOf<"ruling">,
	{ isTheirs, isAnswer }: { readonly isTheirs: boolean; readonly isAnswer: boolean },
	{ trust }: Context,
): PayeeStep {
	const { terms, tokens, answer } = state;
	const counter = counterOf(state);
	const { body } = message.ruling;
	const isOver = isTheirs || wasOver(state, body, trust);
	if (counter === null && !isOver) return stay(state, decided);
	const isOfGiven = counter !== null && equalBytes(body.operator, counter.request.body.asset.operator);
	const isOurs = isOfGiven && (isAnswer || !isTheirs);
	const news = { kind: "tell", news: "ruled" } as const;
	if (counter !== null && !isOurs) return { state, effects: [news] };
	return {
		// Our leg came back; a release of the other may still be shown to its operator.
		state: isOver
			? { kind: "ruled", terms, answer, ruling: message }
			: { kind: "resolving", terms, tokens, answer, counter: null },
		effects: [{ kind: "persist", changes: { ...noChanges, remove: counter?.inputs ?? [] } }, news],
	};
}

function sendBack(state: Owned, tokens: readonly Spendable[], context: Context): PayeeStep {
	const links = draftReturn(state.terms, tokens, context);
	if (isRefusal(links)) return stay(state, links);
	return {
		state: { kind: "returning", owned: state, links },
		effects: [{ kind: "sign", requests: signatureRequests(links) }],
	};
}

function returned(state: Extract<Payee, { kind: "returning" }>, signatures: readonly Bytes[]): PayeeStep {
	const { terms } = state.owned;
	const payment = signedPayment(state.links, signatures);
	if (isRefusal(payment)) return stay(state.owned, payment);
	const back: Message = {
		kind: "returned",
		attempt: terms.attempt,
		tokens: payment.paid.map(({ token }) => token),
	};
	if (serializeMessage(back).length > limits.message)
		return stay(state.owned, refuse("too-large", "keep it, or refresh it first"));
	const remove = state.links.map(({ input }) => input.outputId);
	return {
		state: { kind: "returned", terms, returned: back, done: false },
		effects: [
			{ kind: "persist", changes: { ...noChanges, remove } },
			{ kind: "tell", news: "returned" },
			send(back),
		],
	};
}

/** The stored message of the last step, byte for byte. */
function again(state: Payee): PayeeStep {
	switch (state.kind) {
		case "none":
		case "asked":
		case "signing":
		case "returning":
			return { state, effects: [] };
		case "reserved":
		case "lockedForeign":
		case "resolving":
			return { state, effects: [send(state.answer, state.terms.reply)] };
		case "owned":
			return state.secret === null
				? { state, effects: [send(state.answer, state.terms.reply)] }
				: { state, effects: [send({ kind: "done", attempt: state.terms.attempt })] };
		case "cancelled":
			return { state, effects: [send({ kind: "done", attempt: state.terms.attempt })] };
		case "returned":
			return { state, effects: [send(state.returned)] };
		case "ruled":
			return { state, effects: [send(state.ruling)] };
		default:
			return state satisfies never;
	}
}
