/**
 * One hand-over of each mode, with every state that either side passes and every message that is sent.
 *
 * Alice pays Bob. Both machines are stepped by hand, so a test can take any state and give it any event.
 */
import assert from "node:assert/strict";
import {
	type Bytes,
	type Context,
	dataHash,
	type Effect,
	type Manifest,
	type Message,
	type MessageOf,
	manifestOf,
	type Payee,
	type PayeeConsent,
	type PayeeEvent,
	type Payer,
	type PayerPlan,
	type RequestBody,
	requestPayload,
	type SignatureRequest,
	type Spendable,
	type Step,
	stepPayee,
	stepPayer,
	toHex,
	type VerifiedCertificate,
	type VerifiedRequest,
	type VerifiedToken,
	verifyRequest,
} from "@tenten/protocol";
import {
	bytesOf,
	certify,
	densha,
	epoch,
	issueTo,
	machi,
	must,
	signRuling,
	tickets,
	toyKey,
	toySign,
	trust,
	yen,
} from "./ecosystem.ts";

export const context: Context = { trust, now: epoch + 10 };

const keys = new Map<string, string>();

/** A certificate that the stages can sign for. */
export function person(name: string, options: Parameters<typeof certify>[1] = {}): VerifiedCertificate {
	const certificate = certify(name, options);
	keys.set(toHex(certificate.hash), name);
	return certificate;
}

export const alice: VerifiedCertificate = person("alice");
/** Alice's newer certificate: she is paid under it. */
export const aliceToo: VerifiedCertificate = person("alice too");
export const bob: VerifiedCertificate = person("bob");
export const carol: VerifiedCertificate = person("carol");

export function signAll(requests: readonly SignatureRequest[]): readonly Bytes[] {
	return requests.map(({ signer, type, payload }) =>
		toySign(toyKey(keys.get(toHex(signer)) ?? "nobody"), type, payload),
	);
}

export function requestOf(payee: VerifiedCertificate, body: Partial<RequestBody> = {}): VerifiedRequest {
	const full: RequestBody = {
		certificate: payee.encoded,
		mode: "twoPhase",
		asset: yen,
		amount: 120n,
		nonce: bytesOf("nonce"),
		purpose: null,
		memo: "",
		documentKey: null,
		wants: [],
		invoice: null,
		against: null,
		isStatic: false,
		issuedAt: epoch,
		expiresAt: epoch + 1_000,
		...body,
	};
	const payload = requestPayload(full);
	return must(verifyRequest({ body: full, signature: toySign(payee.key, "request", payload) }, trust));
}

/** A token of `owner`, ready to be spent. */
export function purse(owner: VerifiedCertificate, amount: bigint, name: string, options = {}): Spendable {
	return { token: issueTo(owner, amount, name, options), after: [] };
}

export const defaultInputs: readonly Spendable[] = [purse(alice, 100n, "first"), purse(alice, 40n, "second")];

export function planOf(request: VerifiedRequest, changes: Partial<PayerPlan> = {}): PayerPlan {
	return {
		request,
		amount: request.body.amount,
		inputs: defaultInputs,
		data: null,
		counterRequest: null,
		documentKey: null,
		caveats: [],
		patience: 300,
		counts: new Map(),
		...changes,
	};
}

export const entropy: Bytes = Uint8Array.from([...bytesOf("secret"), ...bytesOf("change")]);
export const noContents: ReadonlyMap<number, Bytes> = new Map();

export function started(plan: PayerPlan, at: Context = context): Step<Payer> {
	return stepPayer({ kind: "idle" }, { kind: "start", plan, entropy }, at);
}

/** The step after every signature that `step` asks for. */
export function signedPayer(step: Step<Payer>, at: Context = context): Step<Payer> {
	return stepPayer(step.state, { kind: "signed", signatures: signAll(asked(step)) }, at);
}

export function signedPayee(step: Step<Payee>, at: Context = context): Step<Payee> {
	return stepPayee(step.state, { kind: "signed", signatures: signAll(asked(step)) }, at);
}

function asked({ effects, refusal }: Step<Payer | Payee>): readonly SignatureRequest[] {
	const effect = effects.find(({ kind }) => kind === "sign");
	assert.ok(effect?.kind === "sign", `nothing to sign: ${refusal?.code} ${refusal?.detail}`);
	return effect.requests;
}

/** The one message that a step sends. */
export function sentBy<K extends Message["kind"]>(step: Step<Payer | Payee>, kind: K): MessageOf<K> {
	const effect = step.effects.find((each: Effect) => each.kind === "send");
	assert.ok(effect?.kind === "send", `nothing sent: ${step.refusal?.code} ${step.refusal?.detail}`);
	const [message] = effect.messages;
	assert.equal(message?.kind, kind);
	return message as MessageOf<K>;
}

export function toPayer(
	state: Payer,
	message: Message,
	at: Context = context,
	contents = noContents,
): Step<Payer> {
	return stepPayer(state, { kind: "received", message, contents, everOwned: () => false }, at);
}

export function toPayee(state: Payee, message: Message, at: Context = context): Step<Payee> {
	return stepPayee(state, { kind: "received", message }, at);
}

export function offering(
	transfer: MessageOf<"transfer">,
	request: VerifiedRequest,
	changes: Partial<Extract<PayeeEvent, { kind: "offered" }>> = {},
): Extract<PayeeEvent, { kind: "offered" }> {
	const nothingKnown = { active: null, known: () => undefined, everOwned: () => false };
	return { kind: "offered", transfer, request, contents: noContents, ...nothingKnown, ...changes };
}

/** A manifest of one document, and its content. */
export function letter(words: string): {
	readonly manifest: Manifest;
	readonly contents: ReadonlyMap<number, Bytes>;
} {
	const document = { mediaType: "text/plain", content: bytesOf(words) };
	const manifest = manifestOf([document], bytesOf("salt", words));
	assert.ok(manifest !== null && dataHash(manifest) !== null);
	return { manifest, contents: new Map([[0, document.content]]) };
}

export type PayeeChoices = { readonly consent?: Partial<PayeeConsent>; readonly at?: Context };

/** Offered and consented: what the payee is asked to sign, or why not. */
export function considered(
	transfer: MessageOf<"transfer">,
	request: VerifiedRequest,
	{ consent = {}, at = context }: PayeeChoices = {},
): { readonly asked: Step<Payee>; readonly signing: Step<Payee> } {
	const asked = stepPayee({ kind: "none" }, offering(transfer, request), at);
	const full: PayeeConsent = { reply: null, inputs: [], counts: new Map(), ...consent };
	const event: PayeeEvent = { kind: "consented", consent: full, entropy: bytesOf("payee's change") };
	return { asked, signing: stepPayee(asked.state, event, at) };
}

/** As `considered`, and signed. */
export function taken(
	transfer: MessageOf<"transfer">,
	request: VerifiedRequest,
	choices: PayeeChoices = {},
): { readonly asked: Step<Payee>; readonly taken: Step<Payee>; readonly signing: Step<Payee> } {
	const steps = considered(transfer, request, choices);
	return { ...steps, taken: signedPayee(steps.signing, choices.at) };
}

export type Stages = {
	readonly request: VerifiedRequest;
	readonly payer: Readonly<Record<string, Payer>>;
	readonly payee: Readonly<Record<string, Payee>>;
	readonly messages: {
		readonly transfer: MessageOf<"transfer">;
		readonly answer: Message;
		readonly refunded: Message;
		readonly release?: Message;
		readonly cancel?: Message;
		readonly ruledReleased?: Message;
		/** a refund by the operator of what Bob gives in an exchange */
		readonly theirs?: Message;
		readonly returned?: Message;
	};
};

export function rulingsOn(
	subject: Bytes,
	release: Bytes,
	by = densha,
	ruledAt = epoch,
): { readonly [K in "refunded" | "ruledReleased"]: Message } {
	const body = { subject, ruledAt };
	const refunded = signRuling(by, { ...body, verdict: "refunded", release: null });
	const released = signRuling(by, { ...body, verdict: "released", release });
	return {
		refunded: { kind: "ruling", ruling: refunded },
		ruledReleased: { kind: "ruling", ruling: released },
	};
}

function stagesOf(plan: PayerPlan, consent: Partial<PayeeConsent>): Stages {
	const { request } = plan;
	const signing = started(plan);
	const locked = signedPayer(signing);
	const transfer = sentBy(locked, "transfer");
	const payee = taken(transfer, request, { consent });
	const answer = sentBy(payee.taken, plan.counterRequest === null ? "reserved" : "counterTransfer");
	const released = toPayer(locked.state, answer);
	const release = sentBy(released, "release");
	const owned = toPayee(payee.taken.state, release);
	const done = sentBy(owned, "done");
	const cancelling = stepPayer(locked.state, { kind: "cancel" }, context);
	const cancelled = signedPayer(cancelling);
	const cancel = sentBy(cancelled, "cancel");
	const resolving = stepPayee(payee.taken.state, { kind: "resolve" }, context);
	const { refunded, ruledReleased } = rulingsOn(cancel.lock, release.secret);
	const theirs = rulingsOn(cancel.lock, release.secret, machi).refunded;
	return {
		request,
		payer: {
			idle: { kind: "idle" },
			signing: signing.state,
			locked: locked.state,
			cancelling: cancelling.state,
			released: released.state,
			"released, done": toPayer(released.state, done).state,
			cancelled: cancelled.state,
			ruled: toPayer(locked.state, refunded).state,
		},
		payee: {
			none: { kind: "none" },
			asked: payee.asked.state,
			signing: payee.signing.state,
			waiting: payee.taken.state,
			owned: owned.state,
			cancelled: toPayee(payee.taken.state, cancel).state,
			resolving: resolving.state,
			ruled: toPayee(payee.taken.state, plan.counterRequest === null ? refunded : theirs).state,
		},
		messages: { transfer, answer, release, cancel, refunded, ruledReleased, theirs },
	};
}

export function payerIn({ payer }: Stages, name: string): Payer {
	const state = payer[name];
	assert.ok(state, name);
	return state;
}

export function payeeIn({ payee }: Stages, name: string): Payee {
	const state = payee[name];
	assert.ok(state, name);
	return state;
}

export function twoPhase(): Stages {
	return stagesOf(planOf(requestOf(bob)), {});
}

/** Bob gives two tickets, one of another operator than the yen that he gets. */
export function exchange(): Stages {
	const against = { asset: tickets, amount: 2n };
	const request = requestOf(bob, { mode: "exchange", against });
	const counterRequest = requestOf(aliceToo, {
		mode: "exchange",
		asset: tickets,
		amount: 2n,
		against: { asset: yen, amount: 120n },
	}).signed;
	const given = [purse(bob, 3n, "tickets", { asset: tickets })];
	return stagesOf(planOf(request, { counterRequest }), { inputs: given });
}

export function direct(): Stages {
	const request = requestOf(bob, { mode: "direct" });
	const signing = started(planOf(request));
	const sent = signedPayer(signing);
	const transfer = sentBy(sent, "transfer");
	const payee = taken(transfer, request);
	const answer = sentBy(payee.taken, "reserved");
	const returning = stepPayee(
		payee.taken.state,
		{ kind: "sendBack", tokens: received(payee.asked) },
		context,
	);
	const returned = signedPayee(returning);
	const back = sentBy(returned, "returned");
	const home = toPayer(sent.state, back);
	const arrived = sentBy(home, "done");
	const { refunded } = rulingsOn(
		(sent.state as Extract<Payer, { kind: "sent" }>).terms.links[0] as Bytes,
		entropy,
	);
	return {
		request,
		payer: {
			sent: sent.state,
			"sent, acknowledged": toPayer(sent.state, answer).state,
			returned: home.state,
			"ruled, direct": toPayer(sent.state, refunded).state,
		},
		payee: {
			"owned, direct": payee.taken.state,
			returning: returning.state,
			returned: returned.state,
			"returned, done": stepPayee(returned.state, { kind: "received", message: arrived }, context).state,
		},
		messages: { transfer, answer, returned: back, refunded },
	};
}

/** What a direct offer brought, as its payee may spend it. */
export function received({ state }: Step<Payee>): readonly Spendable[] {
	assert.equal(state.kind, "asked");
	const { tokens } = (state as Extract<Payee, { kind: "asked" }>).offer.accepted;
	return tokens.map((token: VerifiedToken) => ({ token, after: [] }));
}
