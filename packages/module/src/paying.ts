/** The payer's side of the module: consent is checked here, the machine decides, the vault keeps. */

import type { MessageOf } from "@tenten/protocol";
import {
	type Bytes,
	type Caveat,
	type Document,
	type DurablePayer,
	dataHash,
	equalBytes,
	isRefusal,
	limits,
	type Manifest,
	type Message,
	manifestOf,
	matchDocuments,
	type Payer,
	type PayerEvent,
	type PayerPlan,
	payerWakesAt,
	type Refusal,
	receipt,
	refuse,
	requestPayload,
	type SignedRequest,
	type Spendable,
	sameAsset,
	serialize,
	stepPayer,
	toHex,
	type VerifiedRequest,
	wouldAccept,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { documentKeyOf, packDocuments, unpackDocuments } from "./parcel.ts";
import type { TokenSummary } from "./rows.ts";
import { type Outcome, run } from "./run.ts";
import type { StoreWrite } from "./store.ts";
import { tell } from "./telling.ts";

/** What the user saw and agreed to. The module signs nothing that differs from it. */
export type Consent = { readonly request: Bytes; readonly payee: Bytes; readonly amount: bigint };

export type PayOptions = {
	/** the payee's signed request, encoded */
	readonly request: Bytes;
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

export async function pay(core: Core, options: PayOptions): Promise<Paid | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const request = core.readRequest(options.request);
	if (isRefusal(request)) return request;
	const disagreement = checkConsent(options.consent, request);
	if (disagreement !== undefined) return disagreement;
	const inputs: Spendable[] = [];
	for (const output of options.inputs) {
		const spendable = core.vault.spendable(output, trust);
		if (isRefusal(spendable)) return spendable;
		inputs.push(spendable);
	}
	const documents = options.documents ?? [];
	const data = manifestOf(documents, core.random(32));
	const packed = await packDocuments(data, documents, request.body.documentKey);
	if (isRefusal(packed)) return packed;
	const counterRequest = await signCounterRequest(core, request, options.consent.amount);
	if (isRefusal(counterRequest)) return counterRequest;
	const plan: PayerPlan = {
		request,
		amount: options.consent.amount,
		inputs,
		data,
		counterRequest,
		documentKey: core.documentKey,
		caveats: options.caveats ?? [],
		patience: options.patience ?? defaultPatience,
	};
	const event: PayerEvent = { kind: "start", plan, entropy: core.random(64) };
	const outcome = await runPayer(core, { kind: "idle" }, event, packed);
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

/** Runs one event of a payer's attempt. `documents` become durable with its next state; `answered` are told. */
export async function runPayer(
	core: Core,
	state: Payer,
	event: PayerEvent,
	documents: readonly StoreWrite[] = [],
	answered: readonly Document[] = [],
): Promise<Outcome<Payer> | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const context = { trust, now: core.now() };
	let other = documents;
	const outcome = await run(stepPayer(state, event, context), {
		sign: (requests) => core.sign(requests),
		signed: (next, signatures) => stepPayer(next, { kind: "signed", signatures }, context),
		persist: async (next, tokens) => {
			if (next.kind === "idle" || next.kind === "signing" || next.kind === "cancelling")
				throw new Error(`${next.kind} is not durable`);
			const { attempt } = next.terms;
			await core.commit({ tokens, attempt, payer: [attempt, next], other });
			other = [];
		},
	});
	settle(core, state, outcome.state);
	tell(core, outcome, answered);
	return outcome;
}

/** Once the payee is done nothing is sent again. That it is done is worth no durable write of its own. */
function settle(core: Core, before: Payer, after: Payer): void {
	if (after.kind !== "released" || !after.done || (before.kind === "released" && before.done)) return;
	core.vault.payers.set(toHex(after.terms.attempt), after);
	core.settle(after.terms.attempt);
	core.drop(forgetDocuments(after.terms.data));
}

function forgetDocuments(data: Manifest | null): readonly StoreWrite[] {
	const bundle = dataHash(data);
	if (data === null || bundle === null) return [];
	return data.documents.map((_, position) => ({ key: documentKeyOf(bundle, position), value: null }));
}

/** What a payer makes of a message, with the documents that came beside it. */
export async function payerReceives(
	core: Core,
	state: DurablePayer,
	message: Message,
	came: readonly MessageOf<"document">[],
): Promise<Outcome<Payer> | Refusal> {
	const reply = message.kind === "reserved" || message.kind === "counterTransfer" ? message.reply : null;
	const contents = await unpackDocuments(reply, came, (place, sealed) => core.openDocument(place, sealed));
	const everOwned = (output: Bytes): boolean => core.vault.everOwned(output);
	const answered = matchDocuments(reply, contents);
	const event: PayerEvent = { kind: "received", message, contents, everOwned };
	return runPayer(core, state, event, [], isRefusal(answered) ? [] : answered);
}

/** The tokens with which a request could be paid: free, of its asset, and allowed by every rule on them. */
export function candidates(core: Core, encoded: Bytes, amount: bigint): readonly TokenSummary[] | Refusal {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const request = core.readRequest(encoded);
	if (isRefusal(request)) return request;
	const now = core.now();
	const { asset, purpose, against, mode } = request.body;
	return core.vault.summaries().filter((summary) => {
		if (summary.heldBy !== null || !sameAsset(summary.asset, asset) || now >= summary.spendUntil)
			return false;
		if (!summary.isBound && summary.links < limits.hops) return true;
		const spendable = core.vault.spendable(summary.output, trust);
		if (isRefusal(spendable)) return false;
		const { token } = spendable;
		const part = amount < token.amount ? amount : token.amount;
		const proposed = { token, payee: request.payee, amount: part, now, purpose, against };
		return wouldAccept({ ...proposed, direct: mode === "direct" }).length === 0;
	});
}

/** Cancels whatever has waited too long. Unix seconds. */
export function dueCancels(core: Core, now: number): readonly DurablePayer[] {
	return [...core.vault.payers.entries.values()].filter((state) => (payerWakesAt(state) ?? now + 1) <= now);
}

/** Proof of payment, once there is one. */
export function receiptOf(state: DurablePayer): Bytes | Refusal {
	if (state.kind === "released")
		return serialize(receipt, { request: state.terms.request, answer: state.answer, secret: state.secret });
	if (state.kind === "sent" && state.acknowledged !== null)
		return serialize(receipt, { request: state.terms.request, answer: state.acknowledged, secret: null });
	return refuse("attempt-pending", state.kind);
}
