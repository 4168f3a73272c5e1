/**
 * The payee's side of the module: every check first, then the app is asked, then the reservation is durable
 * before it is told.
 */
import {
	type Bytes,
	type Document,
	type DurablePayee,
	equalBytes,
	isRefusal,
	type MessageOf,
	manifestOf,
	type Offer,
	type Payee,
	type PayeeEvent,
	type Refusal,
	refuse,
	requestDigest,
	requestPayload,
	type Spendable,
	stepPayee,
	verifyRequest,
} from "@tenten/protocol";
import { type Core, refusalMessage } from "./core.ts";
import { packDocuments, unpackDocuments } from "./parcel.ts";
import type { RequestRow } from "./rows.ts";
import { type Outcome, run } from "./run.ts";
import type { StoreWrite } from "./store.ts";
import { tell } from "./telling.ts";

/** What the app answers to an offer: documents, and in an exchange the outputs that it gives. */
export type Answer = { readonly documents?: readonly Document[]; readonly inputs?: readonly Bytes[] };

export type ModuleApp = {
	/** Asked once every check has passed; it may read every document before it answers. */
	readonly consider: (offer: Offer) => Promise<Answer | Refusal>;
};

/** A request of this module that a transfer answers. */
export async function transferArrives(
	core: Core,
	transfer: MessageOf<"transfer">,
	came: readonly MessageOf<"document">[],
	app: ModuleApp,
): Promise<readonly Bytes[]> {
	const first = await core.exclusively(() => offer(core, transfer, came));
	if (!("asked" in first)) return first.messages;
	const answer = await app.consider(first.asked.offer);
	return core.exclusively(() => conclude(core, first.asked, answer));
}

type Asked = { readonly offer: Offer };
type Offered = { readonly messages: readonly Bytes[] } | { readonly asked: Asked };

async function offer(
	core: Core,
	transfer: MessageOf<"transfer">,
	came: readonly MessageOf<"document">[],
): Promise<Offered> {
	const trust = core.trust();
	if (isRefusal(trust)) return { messages: [refusalMessage(transfer.request, trust)] };
	const row = core.vault.requests.get(transfer.request);
	if (row === undefined)
		return { messages: [refusalMessage(transfer.request, refuse("request-mismatch", "no such request"))] };
	const request = verifyRequest(row.signed, trust);
	if (isRefusal(request)) return { messages: [refusalMessage(transfer.request, request)] };
	const isSealed = request.body.documentKey !== null;
	const open = isSealed ? core.openDocument.bind(core) : null;
	const contents = await unpackDocuments(transfer.data, came, open);
	const event: PayeeEvent = {
		kind: "offered",
		transfer,
		request,
		contents,
		active: row.active,
		known: (attempt) => core.vault.payees.get(attempt),
		everOwned: (output) => core.vault.everOwned(output),
	};
	const outcome = await runPayee(core, { kind: "none" }, event);
	if (isRefusal(outcome)) return { messages: [refusalMessage(transfer.request, outcome)] };
	return outcome.state.kind === "asked"
		? { asked: { offer: outcome.state.offer } }
		: { messages: core.bundle(outcome) };
}

/** While the app thought, another transfer may have come for the same request: it is looked up again. */
async function conclude(core: Core, { offer }: Asked, answer: Answer | Refusal): Promise<readonly Bytes[]> {
	const outcome = await conclusion(core, { offer }, answer);
	return isRefusal(outcome) ? [refusalMessage(offer.request.digest, outcome)] : core.bundle(outcome);
}

async function conclusion(
	core: Core,
	{ offer }: Asked,
	answer: Answer | Refusal,
): Promise<Outcome<Payee> | Refusal> {
	const about = offer.request.digest;
	const state: Payee = { kind: "asked", offer };
	if (isRefusal(answer)) {
		return runPayee(core, state, { kind: "declined", refusal: answer });
	}
	const taken = offer.accepted.tokens.some(({ outputId }) => core.vault.everOwned(outputId));
	const { active = null } = core.vault.requests.get(about) ?? {};
	if (taken || (active !== null && !offer.request.body.isStatic)) {
		const known = active && core.vault.payees.get(active);
		if (!known) return refuse("request-reused");
		return runPayee(core, known, { kind: "contact" });
	}
	const inputs = spendables(core, answer.inputs ?? []);
	if (isRefusal(inputs)) return inputs;
	const documents = answer.documents ?? [];
	const reply = manifestOf(documents, core.random(32));
	const packed = await packDocuments(reply, documents, offer.transfer.documentKey);
	if (isRefusal(packed)) return packed;
	const event: PayeeEvent = { kind: "consented", consent: { reply, inputs }, entropy: core.random(32) };
	return runPayee(core, state, event, packed);
}

function spendables(core: Core, outputs: readonly Bytes[]): readonly Spendable[] | Refusal {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const found: Spendable[] = [];
	for (const output of outputs) {
		const spendable = core.vault.spendable(output, trust);
		if (isRefusal(spendable)) return spendable;
		found.push(spendable);
	}
	return found;
}

/** Runs one event of a payee's attempt. `documents` become durable with the machine's next state. */
export async function runPayee(
	core: Core,
	state: Payee,
	event: PayeeEvent,
	documents: readonly StoreWrite[] = [],
): Promise<Outcome<Payee> | Refusal> {
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const context = { trust, now: core.now() };
	let other = documents;
	const outcome = await run(stepPayee(state, event, context), {
		sign: (requests) => core.sign(requests),
		signed: (next, signatures) => stepPayee(next, { kind: "signed", signatures }, context),
		persist: async (next, tokens) => {
			if (
				next.kind === "none" ||
				next.kind === "asked" ||
				next.kind === "signing" ||
				next.kind === "returning"
			)
				throw new Error(`${next.kind} is not durable`);
			const { attempt } = next.terms;
			const request = activeRequest(core, next);
			const own = request && ([request.digest, request.row] as const);
			await core.commit({
				tokens,
				attempt,
				payee: [attempt, next],
				...(own === undefined ? {} : { request: own }),
				other,
			});
			other = [];
		},
	});
	tell(core, outcome, []);
	return outcome;
}

/** The request's row with its attempt that is not cancelled, where that changes. Static requests have none. */
function activeRequest(
	core: Core,
	next: DurablePayee,
): { readonly digest: Bytes; readonly row: RequestRow } | undefined {
	const { body } = next.terms.request;
	if (body.isStatic) return undefined;
	const digest = requestDigest(requestPayload(body));
	const row = core.vault.requests.get(digest);
	if (row === undefined) return undefined;
	const active = next.kind === "cancelled" ? null : next.terms.attempt;
	const isSame = active !== null && row.active !== null && equalBytes(active, row.active);
	return isSame ? undefined : { digest, row: { ...row, active } };
}
