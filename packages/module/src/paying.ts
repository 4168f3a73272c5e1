/** The payer's side of the module: consent is checked here, the machine decides, the vault keeps. */
import {
	type Bytes,
	type Caveat,
	caveats,
	type Document,
	type DurablePayee,
	type DurablePayer,
	equalBytes,
	isRefusal,
	type Message,
	type MessageOf,
	matchDocuments,
	type Payer,
	type PayerEvent,
	type PayerPlan,
	parse,
	payerWakesAt,
	type Refusal,
	receipt,
	refuse,
	requestPayload,
	type SignedRequest,
	type Spendable,
	serialize,
	stepPayer,
	type Trust,
	toHex,
	type VerifiedRequest,
	type VerifiedToken,
} from "@tenten/protocol";
import { authenticate, paymentOf } from "./authenticating.ts";
import type { Core } from "./core.ts";
import { documentRowsOf, keptRows, packDocuments, unpackDocuments } from "./parcel.ts";
import type { Assertion } from "./passkey/assertion.ts";
import { recordOf } from "./records.ts";
import { isPastRedeeming, isPastRefunds } from "./redeemable.ts";
import { openRequest } from "./requesting.ts";
import { type Outcome, run } from "./run.ts";
import type { StoreWrite } from "./store.ts";
import { tell } from "./telling.ts";
import type { Vault } from "./vault.ts";

/** What the user saw and agreed to. The module signs nothing that differs from it. */
export type Consent = {
	readonly request: Bytes;
	readonly payee: Bytes;
	readonly amount: bigint;
	/** the passkey's word, needed once one is registered: see `askPasskey` */
	readonly assertion?: Assertion;
};

export type PayOptions = {
	/** the payee's signed request, encoded */
	readonly request: Bytes;
	/** the messages in which it came, where it lists documents */
	readonly messages?: readonly Bytes[];
	readonly consent: Consent;
	/** outputs to spend, the last may leave change */
	readonly inputs: readonly Bytes[];
	readonly documents?: readonly Document[];
	/** added to what the payee gets */
	readonly caveats?: readonly Caveat[];
	/** seconds after which an unanswered lock is cancelled */
	readonly patience?: number;
};

/** What goes out, and what became of the attempt. */
export type Paid = {
	readonly attempt: Bytes;
	readonly messages: readonly Bytes[];
	readonly state: DurablePayer["kind"];
};

const defaultPatience = 600;
const longestPatience = 365 * 86_400;

export async function pay(core: Core, options: PayOptions): Promise<Paid | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const request = core.readRequest(options.request);
	if (isRefusal(request)) return request;
	const not =
		checkConsent(options.consent, request) ??
		checkOptions(options) ??
		checkInvoice(options, request, trust) ??
		(request.body.isStatic ? undefined : paidBefore(core, request.digest));
	if (not !== undefined) return not;
	const inputs = spendables(core, options.inputs);
	if (isRefusal(inputs)) return inputs;
	const { amount, assertion } = options.consent;
	const authenticated = authenticate(core, paymentOf(request, amount), assertion);
	if (isRefusal(authenticated)) return authenticated;
	const documents = options.documents ?? [];
	const packed = await packDocuments(documents, request.body.documentKey, core.random(32), core.cryptography);
	if (isRefusal(packed)) return packed;
	const counterRequest = await signCounterRequest(core, request, amount);
	if (isRefusal(counterRequest)) return counterRequest;
	const plan: PayerPlan = {
		request,
		amount,
		inputs,
		data: packed.manifest,
		counterRequest,
		documentKey: core.documentKey,
		caveats: options.caveats ?? [],
		patience: options.patience ?? defaultPatience,
		counts: core.vault.counts.all(),
	};
	const event: PayerEvent = { kind: "start", plan, entropy: core.random(64) };
	const rows = [...packed.rows, ...authenticated];
	const outcome = await runPayer(core, { kind: "idle" }, event, { ...packed, rows });
	if (isRefusal(outcome)) return outcome;
	const { state, refusal } = outcome;
	if (state.kind !== "locked" && state.kind !== "sent") return refusal ?? refuse("attempt-unknown");
	return { attempt: state.terms.attempt, messages: core.bundle(outcome), state: state.kind };
}

function checkConsent({ request, payee, amount }: Consent, shown: VerifiedRequest): Refusal | undefined {
	if (!equalBytes(request, shown.digest) || !equalBytes(payee, shown.payee.hash))
		return refuse("consent-missing", "consent was given to another request");
	return amount > 0n ? undefined : refuse("amount-invalid");
}

/** What nobody could read back must not be signed: a direct transfer of it would be lost. */
function checkOptions({ caveats: added = [], patience = 0 }: PayOptions): Refusal | undefined {
	if (!Number.isSafeInteger(patience) || patience < 0 || patience > longestPatience)
		return refuse("malformed", "patience");
	const readBack = parse(caveats, serialize(caveats, added));
	return isRefusal(readBack) ? readBack : undefined;
}

/** Whoever asks for money with documents is paid only by someone who has them. */
function checkInvoice(
	{ request, messages }: PayOptions,
	{ body }: VerifiedRequest,
	trust: Trust,
): Refusal | undefined {
	if (body.invoice === null) return undefined;
	const read = openRequest(messages ?? [], trust);
	if (isRefusal(read)) return messages === undefined ? refuse("document-missing", "invoice") : read;
	return equalBytes(read.encoded, request) ? undefined : refuse("document-mismatch", "another request's");
}

/** A request is paid once: what is open, sent or paid already stands in the way. */
function paidBefore({ vault }: Core, request: Bytes): Refusal | undefined {
	const states = vault.index.payersOf(request).map((attempt) => vault.payers.entries.get(attempt)?.kind);
	if (states.includes("locked")) return refuse("attempt-pending", "this request is being paid");
	return states.includes("released") || states.includes("sent") ? refuse("request-reused") : undefined;
}

/** The inputs that an app chose, made ready to be spent. */
export function spendables(core: Core, outputs: readonly Bytes[]): readonly Spendable[] | Refusal {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const found: Spendable[] = [];
	for (const output of outputs) {
		const spendable = core.vault.spendable(output, trust);
		if (isRefusal(spendable)) return spendable;
		const silenced = core.isSilenced(spendable.token.owner.certificate.hash);
		if (silenced !== undefined) return silenced;
		found.push(spendable);
	}
	return found;
}

/** In an exchange: our own request for what the other side gives. */
async function signCounterRequest(
	core: Core,
	{ body }: VerifiedRequest,
	amount: bigint,
): Promise<SignedRequest | null | Refusal> {
	if (body.against === null) return null;
	const own = core.certificateFor(body.against.asset.operator);
	if (isRefusal(own)) return own;
	const counter = {
		...body,
		certificate: own.encoded,
		asset: body.against.asset,
		amount: body.against.amount,
		against: { asset: body.asset, amount },
		nonce: core.random(32),
		purpose: null,
		documentKey: core.documentKey,
		wants: [],
		invoice: null,
	};
	const [signature] = await core.sign([
		{ signer: own.hash, type: "request", payload: requestPayload(counter) },
	]);
	return { body: counter, signature: signature ?? new Uint8Array() };
}

/** What becomes durable with the machine's next state. */
export type Beside = {
	readonly rows?: readonly StoreWrite[];
	/** spendable from now on, by an operator's word */
	readonly tokens?: readonly VerifiedToken[];
	/** verified, and reserved from now on */
	readonly reserved?: readonly VerifiedToken[];
	/** what the other side answered with, to be told */
	readonly answered?: readonly Document[];
};

/** Runs one event of a payer's attempt. What began under a trust list that has expired since may end. */
export async function runPayer(
	core: Core,
	state: Payer,
	event: PayerEvent,
	beside: Beside = {},
): Promise<Outcome<Payer> | Refusal> {
	const trust = takesTokens(event) ? core.trust() : core.keptTrust();
	if (isRefusal(trust)) return trust;
	const stopped = mayNotDecide(core, state, event);
	if (stopped !== undefined) return stopped;
	const context = { trust, now: core.now() };
	let other = beside.rows ?? [];
	const outcome = await run(stepPayer(state, event, context), {
		sign: (requests) => core.sign(requests),
		signed: (next, signatures) => stepPayer(next, { kind: "signed", signatures }, context),
		persist: async (next, changes) => {
			if (next.kind === "idle" || next.kind === "signing" || next.kind === "cancelling")
				throw new Error(`${next.kind} is not durable`);
			const { attempt, data } = next.terms;
			const settled = needsDocuments(next) ? [] : documentRowsOf(data);
			const gone = settled.filter((key) => core.vault.state.rows.has(key));
			const tokens = { ...changes, add: [...changes.add, ...(beside.tokens ?? [])] };
			const recorded = recordOf(core, next, () => mustHave(receiptOf(next)));
			const rows = [...other, ...recorded, ...gone.map((key) => ({ key, value: null }))];
			await core.commit({ tokens, attempt, payers: [[attempt, next]], other: rows });
			other = [];
		},
	});
	settle(core, state, outcome.state);
	tell(core, outcome, beside.answered ?? []);
	return outcome;
}

/** That the payee is done is worth no durable write of its own. */
function settle(core: Core, before: Payer, after: Payer): void {
	if (after.kind !== "released" || !after.done || (before.kind === "released" && before.done)) return;
	core.vault.payers.set(toHex(after.terms.attempt), after);
	core.settle(after.terms.attempt);
}

/** Whether an event brings in tokens, or begins something: only a current trust list judges these. */
function takesTokens(event: PayerEvent): boolean {
	if (event.kind === "start") return true;
	const kind = event.kind === "received" ? event.message.kind : undefined;
	return kind === "counterTransfer" || kind === "returned";
}

/**
 * A lock of a restored backup was perhaps decided since; one that an operator was told of stays as it is. What a
 * cancel frees after redeem until could not be redeemed: a refund brings it back, to its last day.
 */
function mayNotDecide(core: Core, state: Payer, event: PayerEvent): Refusal | undefined {
	if (state.kind !== "locked" || event.kind === "contact") return undefined;
	const kind = event.kind === "received" ? event.message.kind : undefined;
	if (kind === "ruling" || kind === "status") return undefined;
	if (core.vault.isStated(state.terms.attempt))
		return refuse("attempt-decided", "the operator was told that this was never released");
	const cancels = event.kind === "cancel" || kind === "refused";
	if (cancels && isPastRedeeming(state, core.now()) && !isPastRefunds(core, state))
		return refuse("redeem-closed", "what a cancel frees could not be redeemed: ask for a refund");
	return core.isSilenced(state.terms.signer);
}

/** Whether a user's cancel would count now. */
export function mayCancel(core: Core, state: DurablePayer): boolean {
	return state.kind === "locked" && mayNotDecide(core, state, { kind: "cancel" }) === undefined;
}

/** Whether the transfer may have to be sent again. */
function needsDocuments(state: DurablePayer): boolean {
	return state.kind === "locked" || (state.kind === "sent" && state.acknowledged === null);
}

/** What a payer makes of a message, with the documents that came beside it. */
export async function payerReceives(
	core: Core,
	state: DurablePayer,
	message: Message,
	came: readonly MessageOf<"document">[],
): Promise<Outcome<Payer> | Refusal> {
	const { attempt } = state.terms;
	const reply = message.kind === "reserved" || message.kind === "counterTransfer" ? message.reply : null;
	const contents = await unpackDocuments(reply, came, (place, sealed) => core.openDocument(place, sealed));
	const found = matchDocuments(reply, contents);
	const answered = isRefusal(found) ? [] : found;
	const event = { kind: "received", message, contents, everOwned: core.everOwned } as const;
	// The answer is the payer's proof: its documents become durable with the release that pays for them.
	return runPayer(core, state, event, { rows: keptRows("received", attempt, answered), answered });
}

/** Locks that have waited too long. Unix seconds. */
export function dueCancels(core: Core, now: number): readonly DurablePayer[] {
	return [...core.vault.payers.entries.values()].filter(
		(state) =>
			state.kind === "locked" && (payerWakesAt(state) ?? now + 1) <= now && !isPastRedeeming(state, now),
	);
}

function mustHave(proof: Bytes | Refusal): Bytes {
	if (isRefusal(proof)) throw new Error(`a payment that is made has no receipt: ${proof.code}`);
	return proof;
}

/** Proof of payment, once there is one: the payee holds the same as the payer. */
function receiptOf(state: DurablePayer | DurablePayee): Bytes | Refusal {
	if (state.kind === "released" || state.kind === "owned")
		return serialize(receipt, { request: state.terms.request, answer: state.answer, secret: state.secret });
	if (state.kind === "sent" && state.acknowledged !== null)
		return serialize(receipt, { request: state.terms.request, answer: state.acknowledged, secret: null });
	return refuse("attempt-pending", state.kind);
}

/** The same of a payment on record, on either side. */
export function receiptIn({ payers, payees }: Vault, attempt: Bytes): Bytes | Refusal {
	const state = payers.get(attempt) ?? payees.get(attempt);
	return state === undefined ? refuse("attempt-unknown") : receiptOf(state);
}
