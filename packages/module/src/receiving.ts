/**
 * The payee's side of the module: every check first, then the app is asked, then the reservation is durable
 * before it is told.
 */
import {
	attemptId,
	type Bytes,
	type Document,
	type DurablePayee,
	equalBytes,
	isRefusal,
	type MessageOf,
	type Offer,
	outputId,
	type Payee,
	type PayeeEvent,
	type Refusal,
	refuse,
	requestDigest,
	requestPayload,
	stepPayee,
	toHex,
	verifyRequest,
} from "@tenten/protocol";
import { approvalWrite, refuseApproval } from "./approving.ts";
import { type Core, refusalMessage } from "./core.ts";
import { unwanted } from "./freezing.ts";
import { documentRowsOf, keptDocuments, keptRows, packDocuments, unpackDocuments } from "./parcel.ts";
import { type Beside, spendables } from "./paying.ts";
import type { RequestRow } from "./rows.ts";
import type { RulingQuestion } from "./ruling.ts";
import { type Outcome, run } from "./run.ts";
import { tell } from "./telling.ts";
import type { VaultWrites } from "./vault.ts";

/**
 * What the app answers to an offer: documents (those that the request was made with, without), and in an exchange the
 * outputs that it gives.
 */
export type Answer = {
	readonly documents?: readonly Document[];
	readonly inputs?: readonly Bytes[];
	/** a gateway's approval of this payment: checked, and kept with the reservation */
	readonly approval?: Bytes;
};

/** Asks an operator for a ruling. */
export type Ask = (question: RulingQuestion) => Promise<Bytes | Refusal>;

export type ModuleApp = {
	/** Asked once every check has passed; it may read every document before it answers. */
	readonly consider: (offer: Offer) => Promise<Answer | Refusal>;
	/** Without it, what only an operator can end stays open. */
	readonly ask?: Ask;
};

/** Offers that are before the app: attempts in hex, by request. */
export class Asking {
	readonly #attempts = new Map<string, Map<string, Bytes>>();

	/** Some attempt at this request that the app is being asked about. */
	about(request: Bytes): Bytes | null {
		const [attempt] = this.#attempts.get(toHex(request))?.values() ?? [];
		return attempt ?? null;
	}

	/** Notes an attempt; false where the app is being asked about it already. */
	begin(request: Bytes, attempt: Bytes): boolean {
		const attempts = this.#attempts.get(toHex(request)) ?? new Map<string, Bytes>();
		if (attempts.has(toHex(attempt))) return false;
		this.#attempts.set(toHex(request), attempts.set(toHex(attempt), attempt));
		return true;
	}

	end(request: Bytes, attempt: Bytes): void {
		const attempts = this.#attempts.get(toHex(request));
		attempts?.delete(toHex(attempt));
		if (attempts?.size === 0) this.#attempts.delete(toHex(request));
	}
}

/** How often a request may be tried in vain: each attempt is kept, so that a peer cannot go on for ever. */
const mostAttempts = 16;

/** What a transfer is answered. A repeated one gets no second question before the app. */
export async function transferArrives(
	core: Core,
	asking: Asking,
	transfer: MessageOf<"transfer">,
	came: readonly MessageOf<"document">[],
	app: ModuleApp,
): Promise<readonly Bytes[]> {
	const first = await core.exclusively(() => offer(core, asking, transfer, came));
	if (!("asked" in first)) return first.messages;
	const { offer: asked, attempt } = first.asked;
	try {
		const answer = await app.consider(asked);
		return await core.exclusively(() => conclude(core, asked, answer));
	} finally {
		asking.end(transfer.request, attempt);
	}
}

type Offered =
	| { readonly messages: readonly Bytes[] }
	| { readonly asked: { readonly offer: Offer; readonly attempt: Bytes } };

async function offer(
	core: Core,
	asking: Asking,
	transfer: MessageOf<"transfer">,
	came: readonly MessageOf<"document">[],
): Promise<Offered> {
	const { request: about } = transfer;
	const refused = (refusal: Refusal): Offered => ({ messages: [refusalMessage(about, refusal)] });
	const row = core.vault.requests.get(about);
	if (row === undefined) return refused(refuse("request-mismatch", "no such request"));
	const trust = core.trust();
	if (isRefusal(trust)) return refused(trust);
	const request = verifyRequest(row.signed, trust);
	if (isRefusal(request)) return refused(request);
	const isSealed = request.body.documentKey !== null;
	const contents = await unpackDocuments(transfer.data, came, isSealed ? core.openDocument.bind(core) : null);
	const outcome = await runPayee(
		core,
		{ kind: "none" },
		{
			kind: "offered",
			transfer,
			request,
			contents,
			active: row.active ?? (request.body.isStatic ? null : asking.about(about)),
			known: (attempt) => core.vault.payees.get(attempt),
			everOwned: core.everOwned,
		},
	);
	if (isRefusal(outcome)) return refused(outcome);
	const { state } = outcome;
	if (state.kind !== "asked") return { messages: core.bundle(outcome) };
	const silenced = core.isSilenced(request.payee.hash);
	const tooOften = request.body.mode !== "direct" && row.attempts >= mostAttempts;
	const not = tooOften ? refuse("request-reused", `${row.attempts} attempts`) : silenced;
	if (not !== undefined) {
		const declined = await runPayee(core, state, { kind: "declined", refusal: not });
		return isRefusal(declined) ? refused(declined) : { messages: core.bundle(declined) };
	}
	const frozen = unwanted(core, state.offer);
	if (frozen !== undefined) return { messages: await conclude(core, state.offer, frozen) };
	const attempt = attemptId(about, state.offer.accepted.links);
	return asking.begin(about, attempt) ? { asked: { offer: state.offer, attempt } } : { messages: [] };
}

async function conclude(core: Core, offered: Offer, answer: Answer | Refusal): Promise<readonly Bytes[]> {
	const { mode } = offered.request.body;
	const isUnwanted = isRefusal(answer) && mode === "direct";
	const outcome = await conclusion(core, offered, isUnwanted ? {} : answer);
	if (isRefusal(outcome)) return [refusalMessage(offered.request.digest, outcome)];
	return isUnwanted ? goesBack(core, offered, answer, outcome) : core.bundle(outcome);
}

/** Its payer has spent it already, and a refusal would leave it with nobody: so it is taken, and sent back. */
async function goesBack(
	core: Core,
	{ request, accepted }: Offer,
	why: Refusal,
	taken: Outcome<Payee>,
): Promise<readonly Bytes[]> {
	const attempt = attemptId(request.digest, accepted.links);
	const back = await sendBack(core, attempt);
	// What cannot go back stays here, and its payer has our word for it.
	return isRefusal(back) ? core.bundle(taken) : [refusalMessage(attempt, why), ...back];
}

/** Sends an unwanted direct transfer back to its payer, whole; once more the same, where it was sent back. */
export async function sendBack(core: Core, attempt: Bytes): Promise<readonly Bytes[] | Refusal> {
	const state = core.vault.payees.get(attempt);
	if (state === undefined) return refuse("attempt-unknown");
	if (state.kind === "returned") {
		const again = await runPayee(core, state, { kind: "contact" });
		return isRefusal(again) ? again : core.bundle(again);
	}
	if (state.kind !== "owned") return refuse("attempt-decided", state.kind);
	const outputs = state.terms.links.map((link) => outputId(link, 0));
	const isHere = outputs.every((output) => core.vault.tokens.get(output) !== undefined);
	if (!isHere) return refuse("attempt-decided", "already spent");
	const tokens = spendables(core, outputs);
	if (isRefusal(tokens)) return tokens;
	const outcome = await runPayee(core, state, { kind: "sendBack", tokens });
	return isRefusal(outcome) ? outcome : (outcome.refusal ?? core.bundle(outcome));
}

/** While the app thought, another transfer may have come for the same request: it is looked up again. */
async function conclusion(
	core: Core,
	offered: Offer,
	answer: Answer | Refusal,
): Promise<Outcome<Payee> | Refusal> {
	const about = offered.request.digest;
	const state: Payee = { kind: "asked", offer: offered };
	if (isRefusal(answer)) return runPayee(core, state, { kind: "declined", refusal: answer });
	const taken = offered.accepted.tokens.some(({ outputId }) => core.everOwned(outputId));
	const row = core.vault.requests.get(about);
	if (row === undefined || taken || (row.active !== null && offered.request.body.mode !== "direct"))
		return refuse("request-reused");
	const inputs = spendables(core, answer.inputs ?? []);
	if (isRefusal(inputs)) return inputs;
	const unapproved = refuseUnapproved(core, offered, answer.approval);
	if (unapproved !== undefined) return runPayee(core, state, { kind: "declined", refusal: unapproved });
	const packed = await packDocuments(
		answer.documents ?? keptDocuments(core.vault.state.rows, "answer", about),
		offered.transfer.documentKey,
		core.random(32),
		core.cryptography,
	);
	if (isRefusal(packed)) return packed;
	const consent = { reply: packed.manifest, inputs, counts: core.vault.counts.all() };
	const event = { kind: "consented", consent, entropy: core.random(32) } as const;
	const attempt = attemptId(about, offered.accepted.links);
	const rows = [
		...packed.rows,
		...keptRows("offered", attempt, askedFor(offered)),
		...approvalWrite(attempt, answer.approval),
	];
	return runPayee(core, state, event, { ...packed, rows, reserved: offered.accepted.tokens });
}

function refuseUnapproved(core: Core, offered: Offer, approval: Bytes | undefined): Refusal | undefined {
	const trust = core.trust();
	if (approval === undefined || isRefusal(trust)) return undefined;
	return refuseApproval(approval, offered, { trust, now: core.now() });
}

/** What came with an offer and its request asks for: nobody else fills this module's store. */
function askedFor({ request, documents }: Offer): readonly Document[] {
	return documents.filter(({ mediaType }) => request.body.wants.includes(mediaType));
}

/** Runs one event of a payee's attempt. What began under a trust list that has expired since may end. */
export async function runPayee(
	core: Core,
	state: Payee,
	event: PayeeEvent,
	beside: Beside = {},
): Promise<Outcome<Payee> | Refusal> {
	const begins = event.kind === "offered" || event.kind === "consented" || event.kind === "sendBack";
	const trust = begins ? core.trust() : core.keptTrust();
	if (isRefusal(trust)) return trust;
	const isCancel = event.kind === "received" && event.message.kind === "cancel";
	// What a cancel frees could be spent, against the statement that it was not; or is here no more.
	if (isCancel && "terms" in state && state.kind !== "signing")
		if (core.vault.isStated(state.terms.attempt) || core.vault.hasLost(state))
			return refuse("attempt-decided", "the operator was asked for a refund");
	const context = { trust, now: core.now() };
	let other = beside.rows ?? [];
	const outcome = await run(stepPayee(state, event, context), {
		sign: (requests) => core.sign(requests),
		signed: (next, signatures) => stepPayee(next, { kind: "signed", signatures }, context),
		persist: async (next, changes) => {
			if (!("terms" in next) || next.kind === "signing") throw new Error(`${next.kind} is not durable`);
			const { attempt, reply } = next.terms;
			const request = activeRequest(core, next);
			const settled = needsDocuments(next) ? [] : documentRowsOf(reply);
			const gone = settled.filter((key) => core.vault.state.rows.has(key));
			const writes: VaultWrites = {
				tokens: { ...changes, add: [...changes.add, ...(beside.tokens ?? [])] },
				attempt,
				payee: [attempt, next],
				...(request === undefined ? {} : { request }),
				other: [...other, ...gone.map((key) => ({ key, value: null }))],
			};
			await core.commit(writes, beside.reserved);
			other = [];
		},
	});
	settle(core, state, outcome.state);
	tell(core, outcome, []);
	return outcome;
}

/** That what was sent back has arrived is worth no durable write of its own. */
function settle(core: Core, before: Payee, after: Payee): void {
	if (after.kind !== "returned" || !after.done || (before.kind === "returned" && before.done)) return;
	core.vault.payees.set(toHex(after.terms.attempt), after);
	core.settle(after.terms.attempt);
}

/** Whether the answer may have to be sent again. */
function needsDocuments(state: DurablePayee): boolean {
	const isWaiting = state.kind === "reserved" || state.kind === "lockedForeign" || state.kind === "resolving";
	return isWaiting || (state.kind === "owned" && state.secret === null);
}

/** The request's row with its attempt that is not cancelled, where that changes. Static requests have none. */
function activeRequest(core: Core, next: DurablePayee): readonly [Bytes, RequestRow] | undefined {
	const { body } = next.terms.request;
	if (body.isStatic) return undefined;
	const digest = requestDigest(requestPayload(body));
	const row = core.vault.requests.get(digest);
	if (row === undefined) return undefined;
	const { attempt } = next.terms;
	const isNew = core.vault.payees.get(attempt) === undefined;
	const freed = row.active !== null && equalBytes(row.active, attempt) ? null : row.active;
	const active = next.kind === "cancelled" ? freed : attempt;
	return [digest, { ...row, active, attempts: row.attempts + (isNew ? 1 : 0) }];
}
