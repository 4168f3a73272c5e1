/**
 * The payer's machine: it alone decides, once, and the decision is durable before it is told.
 *
 *           start          signed (two-phase, exchange)      reserved | counter transfer
 *   idle ─────────▶ signing ───────────────────▶ locked ─────────────────────────────▶ released ──done──▶ released
 *                      │                          │  ▲                                    │
 *                      │ signed (direct)   cancel │  └ cancelling (crash leads back)      │ anything: the release again
 *                      ▼                   timer  ▼ signed
 *                    sent ──returned──▶ returned  cancelled ── anything: the cancel again
 *                      └──ruling──▶ ruled (also from locked)
 *
 * `passedOn` is word of arrival without a message: a token has come in whose path goes on from our links.
 *
 * A lock holds the inputs; only its release spends them, only its cancel frees them, never both.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type RefusalCode,
	refusals,
	refuse,
	toHex,
} from "../codec/index.ts";
import {
	cancelPayload,
	counting,
	noChanges,
	signatureRequests,
	type UnsignedLink,
	type VerifiedToken,
	verifyRuling,
} from "../token/index.ts";
import { checkCounter, checkReserved, checkReturn, type Incoming, linksPassedOn } from "./answer.ts";
import { type Context, type Step, send, stay } from "./machine.ts";
import type { Message, MessageOf } from "./messages.ts";
import { hasArrived, type Locked, type Payer, type PayerPlan, type Sent } from "./payer-state.ts";
import { type BindingPayment, bindingPayment, draftPlan } from "./plan.ts";
import { opened, reopenAll } from "./reopen.ts";
import { requestDigest, requestPayload } from "./request.ts";

export type PayerEvent =
	/** `entropy`: 64 random bytes */
	| { readonly kind: "start"; readonly plan: PayerPlan; readonly entropy: Bytes }
	| { readonly kind: "signed"; readonly signatures: readonly Bytes[] }
	| ({ readonly kind: "received"; readonly message: Message } & Incoming)
	/** a token that came in, whole and verified: its path may go on from links of this attempt */
	| { readonly kind: "passedOn"; readonly token: VerifiedToken }
	| { readonly kind: "cancel" }
	/** contact with the payee, or a restart: say the last word again */
	| { readonly kind: "contact" };

type PayerStep = Step<Payer>;

/** When `cancel` should be given without being asked, or undefined. Unix seconds. */
export function payerWakesAt(state: Payer): number | undefined {
	return state.kind === "locked" ? Math.min(state.cancelAt, state.terms.spendUntil) : undefined;
}

export function stepPayer(state: Payer, event: PayerEvent, context: Context): PayerStep {
	switch (event.kind) {
		case "start":
			return state.kind === "idle" ? start(event.plan, event.entropy, context) : stay(state, decided);
		case "signed":
			return signed(state, event.signatures, context);
		case "received":
			return received(state, event.message, event, context);
		case "passedOn":
			return passedOn(state, event.token);
		case "cancel":
			return state.kind === "locked" ? cancel(state) : again(state);
		case "contact":
			return again(state);
		default:
			return event satisfies never;
	}
}

const decided = refuse("attempt-decided");

/** Checks the plan and asks for the signatures of its links. Nothing is durable yet. */
function start(plan: PayerPlan, entropy: Bytes, context: Context): PayerStep {
	const secret = entropy.slice(0, 32);
	const draft = draftPlan(plan, secret, entropy.slice(32, 64), context);
	if (isRefusal(draft)) return stay({ kind: "idle" }, draft);
	const effects = [{ kind: "sign", requests: signatureRequests(draft.links) }] as const;
	return { state: { kind: "signing", plan, draft, secret }, effects };
}

function signed(state: Payer, signatures: readonly Bytes[], context: Context): PayerStep {
	if (state.kind === "cancelling") return cancelled(state.locked, signatures[0] ?? new Uint8Array());
	if (state.kind !== "signing") return stay(state, decided);
	const { plan, draft, secret } = state;
	const payment = bindingPayment(plan, draft, signatures, context);
	if (isRefusal(payment)) return stay({ kind: "idle" }, payment);
	return payment.terms.lock === null
		? sent(payment, draft.links)
		: locked(payment, draft.links, secret, context.now + plan.patience);
}

function sent({ terms, transfer, change }: BindingPayment, links: readonly UnsignedLink[]): PayerStep {
	const changes = counting({ ...noChanges, remove: terms.inputs, add: change }, links);
	return {
		state: { kind: "sent", terms, transfer, acknowledged: null, passedOn: [] },
		effects: [{ kind: "persist", changes }, { kind: "tell", news: "sent" }, send(transfer, terms.data)],
	};
}

/** Whether it is released or cancelled, what its links count stays counted. */
function locked(
	{ terms, transfer, change }: BindingPayment,
	links: readonly UnsignedLink[],
	secret: Bytes,
	cancelAt: number,
): PayerStep {
	const changes = counting({ ...noChanges, hold: terms.inputs }, links);
	return {
		state: { kind: "locked", terms, secret, transfer, change: change.map(({ token }) => token), cancelAt },
		effects: [{ kind: "persist", changes }, { kind: "tell", news: "locked" }, send(transfer, terms.data)],
	};
}

function received(state: Payer, message: Message, incoming: Incoming, context: Context): PayerStep {
	if (state.kind === "locked") {
		if (message.kind === "reserved") return reserved(state, message, incoming, context);
		if (message.kind === "counterTransfer") return countered(state, message, incoming, context);
		if (message.kind === "refused") return refused(state, message);
	}
	if (state.kind === "sent") {
		if (message.kind === "reserved") return acknowledged(state, message, incoming, context);
		if (message.kind === "refused") return { state, effects: [{ kind: "tell", news: "refused" }] };
		if (message.kind === "returned") return returned(state, message, context);
	}
	// Worth no durable write of its own: forgotten in a crash, it costs one more message.
	if (state.kind === "released" && message.kind === "done")
		return { state: { ...state, done: true }, effects: [] };
	if (message.kind === "done" || message.kind === "refused") return { state, effects: [] };
	if (message.kind === "ruling") return ruled(state, message, context);
	return again(state);
}

/** A final refusal ends the attempt; after a transient one the transfer may be sent again. */
function refused(state: Locked, { about, code }: MessageOf<"refused">): PayerStep {
	const { attempt, request } = state.terms;
	if (!equalBytes(about, attempt) && !equalBytes(about, requestDigest(requestPayload(request.body))))
		return stay(state, refuse("request-mismatch", "a refusal of something else"));
	const persistence = Object.hasOwn(refusals, code) ? refusals[code as RefusalCode][0] : "final";
	return persistence === "final" ? cancel(state) : { state, effects: [{ kind: "tell", news: "refused" }] };
}

/** The payee holds the reservation: release, durable before it is sent. */
function reserved(
	state: Locked,
	message: MessageOf<"reserved">,
	incoming: Incoming,
	context: Context,
): PayerStep {
	const refusal = checkReserved(state.terms, message, incoming, context);
	if (refusal !== undefined) return stay(state, refusal);
	return release(state, message, [], context);
}

/** Gives and, in an exchange, takes in one durable write. */
function release(
	state: Locked,
	answer: Message,
	taken: readonly VerifiedToken[],
	{ trust, now }: Context,
): PayerStep {
	if (now >= state.terms.spendUntil) return stay(state, refuse("expired", "only a cancel is left"));
	const { terms, secret } = state;
	const change = reopenAll(state.change, trust);
	if (isRefusal(change)) return stay(state, change);
	const add = [...change, ...taken].map((token) => opened(token, secret));
	return {
		state: { kind: "released", terms, answer, secret, done: false },
		effects: [
			{ kind: "persist", changes: { ...noChanges, remove: terms.inputs, add } },
			{ kind: "tell", news: "released" },
			send({ kind: "release", attempt: terms.attempt, secret }),
		],
	};
}

/** In an exchange the other side's links are its reservation. */
function countered(
	state: Locked,
	message: MessageOf<"counterTransfer">,
	incoming: Incoming,
	context: Context,
): PayerStep {
	const taken = checkCounter(state.terms, message, incoming, context);
	return isRefusal(taken) ? stay(state, taken) : release(state, message, taken, context);
}

function acknowledged(
	state: Sent,
	message: MessageOf<"reserved">,
	incoming: Incoming,
	context: Context,
): PayerStep {
	if (state.acknowledged !== null) return { state, effects: [] };
	const refusal = checkReserved(state.terms, message, incoming, context);
	if (refusal !== undefined) return stay(state, refusal);
	return {
		state: { ...state, acknowledged: message },
		effects: [
			{ kind: "persist", changes: noChanges },
			{ kind: "tell", news: "reserved" },
		],
	};
}

/**
 * Its payee has signed a link on what we paid: it had arrived. Of direct links each arrives by itself, since whoever
 * carried them may have kept one; one release opens all links of a lock (spec: handover.md, Word of arrival).
 */
function passedOn(state: Payer, token: VerifiedToken): PayerStep {
	const nothing: PayerStep = { state, effects: [] };
	if (state.kind !== "sent" && state.kind !== "released") return nothing;
	const links = linksPassedOn(state.terms, token);
	const persist = { kind: "persist", changes: noChanges } as const;
	if (state.kind === "released")
		return links.length === 0 || state.done
			? nothing
			: { state: { ...state, done: true }, effects: [persist] };
	if (hasArrived(state)) return nothing;
	const known = new Set(state.passedOn.map(toHex));
	const found = links.filter((link) => !known.has(toHex(link)));
	if (found.length === 0) return nothing;
	return { state: { ...state, passedOn: [...state.passedOn, ...found] }, effects: [persist] };
}

/** The payee did not want a direct transfer: its links back to us, effective when signed. */
function returned(state: Sent, message: MessageOf<"returned">, context: Context): PayerStep {
	const add = checkReturn(state.terms, message, context);
	if (isRefusal(add)) return stay(state, add);
	return {
		state: { kind: "returned", terms: state.terms, returned: message },
		effects: [
			{ kind: "persist", changes: { ...noChanges, add } },
			{ kind: "tell", news: "returned" },
			send({ kind: "done", attempt: state.terms.attempt }),
		],
	};
}

/** Asks for the signature of a cancel; until it is durable the lock stands. */
function cancel(state: Locked): PayerStep {
	const payload = cancelPayload(state.terms.lock as Bytes);
	const requests = [{ signer: state.terms.signer, type: "cancel", payload }] as const;
	return { state: { kind: "cancelling", locked: state }, effects: [{ kind: "sign", requests }] };
}

/** Frees the inputs and forgets the secret in one write. */
function cancelled({ terms }: Locked, signature: Bytes): PayerStep {
	const message: Message = {
		kind: "cancel",
		attempt: terms.attempt,
		lock: terms.lock as Bytes,
		certificate: terms.signer,
		signature,
	};
	const free = terms.inputs.map((output) => ({ output, after: null }));
	return {
		state: { kind: "cancelled", terms, cancel: message },
		effects: [
			{ kind: "persist", changes: { ...noChanges, free } },
			{ kind: "tell", news: "cancelled" },
			send(message),
		],
	};
}

/** The operator refunded the inputs to the owner's account: they are gone from here. */
function ruled(before: Payer, message: MessageOf<"ruling">, { trust }: Context): PayerStep {
	const state = before.kind === "cancelling" ? before.locked : before;
	// Nothing is said again: two sides that both hold a word of the operator would never stop.
	if (state.kind !== "locked" && state.kind !== "sent") return stay(state, decided);
	const ruling = verifyRuling(message.ruling, trust);
	if (isRefusal(ruling)) return stay(before, ruling);
	const { lock, links, request } = state.terms;
	const names = (lock === null ? links : [lock]).some((subject) => equalBytes(subject, ruling.subject));
	if (!names || ruling.verdict !== "refunded")
		return stay(before, refuse("request-mismatch", "a ruling on something else"));
	if (!equalBytes(ruling.operator, request.body.asset.operator))
		return stay(before, refuse("issuer-unknown", "another operator's asset"));
	return {
		state: { kind: "ruled", terms: state.terms, transfer: state.transfer, ruling: message },
		effects: [
			{ kind: "persist", changes: { ...noChanges, remove: state.terms.inputs } },
			{ kind: "tell", news: "ruled" },
		],
	};
}

/** The stored message of the last step, byte for byte. */
function again(state: Payer): PayerStep {
	switch (state.kind) {
		case "idle":
		case "signing":
		case "cancelling":
			return { state, effects: [] };
		case "locked":
			return { state, effects: [send(state.transfer, state.terms.data)] };
		case "sent":
			return { state, effects: state.acknowledged ? [] : [send(state.transfer, state.terms.data)] };
		case "released":
			return {
				state,
				effects: [send({ kind: "release", attempt: state.terms.attempt, secret: state.secret })],
			};
		case "cancelled":
			return { state, effects: [send(state.cancel)] };
		case "ruled":
			return { state, effects: [send(state.ruling)] };
		case "returned":
			return { state, effects: [send({ kind: "done", attempt: state.terms.attempt })] };
		default:
			return state satisfies never;
	}
}
