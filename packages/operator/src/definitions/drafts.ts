/**
 * Definitions while people sign them: proposed by one, approved by two others, published once all of them have.
 *
 *   propose ─▶ approve, approve ─▶ publish ─▶ adopted for ever (definitions.ts)
 *      └───────────┴─▶ withdraw: forgotten, and in the audit log
 *
 * Three things keep persons apart: the keys that they sign with, which the operator certified for their part, the API
 * keys that they come with, and the administrators who vouch for them. Each of these counts once for a definition.
 */
import {
	approval,
	type Bytes,
	type DefinitionBody,
	type DefinitionDraft,
	definition,
	definitionDraft,
	definitionId,
	equalBytes,
	isRefusal,
	maximumDefinitionBytes,
	parse,
	type Refusal,
	type RefusalCode,
	refuse,
	serialize,
	toHex,
	verifyProposal,
} from "@tenten/protocol";
import type { Acting } from "../access.ts";
import type { OperatorContext } from "../context.ts";
import { appendAudit, type NewEntry } from "../store/audit-log.ts";
import {
	deleteDraft,
	draftOf,
	draftsAfter,
	insertApproval,
	insertDraft,
	type KeptDraft,
} from "../store/definition-drafts.ts";
import type { Adopted } from "./definitions.ts";
import { areVouchedApart } from "./vouching.ts";

const vouchedByOne = refuse("approval-missing", "another administrator must vouch for one of its approvers");

/** Whoever proposed it, and two more. */
const signaturesNeeded = 3;
const pageLength = 100;

/** How it stands with a draft that cannot be signed, published or withdrawn. */
export type Missed = "unknown" | "decided";

export type ShownDefinition = {
	readonly id: Bytes;
	readonly body: DefinitionBody;
	readonly state: "proposed" | "published";
	/** the actors of the audit log; null where nobody signed over HTTP */
	readonly signed: readonly {
		readonly part: "proposed" | "approved";
		readonly by: string | null;
	}[];
};

export type Drafts = {
	/** Keeps a draft that one person proposed; its id. The same one again is answered alike. */
	readonly propose: (acting: Acting, encoded: Bytes) => Promise<Bytes | Refusal>;
	/** Adds an approval to a draft. */
	readonly approve: (acting: Acting, id: Bytes, encoded: Bytes) => Promise<Refusal | Missed | undefined>;
	/** Adopts a draft that two have approved. A published one is answered alike. */
	readonly publish: (acting: Acting, id: Bytes) => Promise<Refusal | "unknown" | undefined>;
	/** Forgets a draft that was not published. */
	readonly withdraw: (acting: Acting, id: Bytes) => Promise<Missed | undefined>;
	/** The record itself: as the root signed it, or as it stands while people sign. */
	readonly recordOf: (id: Bytes) => Promise<Bytes | undefined>;
	/** A page of drafts and definitions by id, after this one. */
	readonly shownAfter: (after: Bytes) => Promise<readonly ShownDefinition[]>;
	/** Stops the issue of an asset, or allows it again. What comes back is taken as before. */
	readonly setStopped: (acting: Acting, code: string, isStopped: boolean) => Promise<Refusal | undefined>;
};

/** `tend` has the operator list what was published. */
export function makeDrafts(context: OperatorContext, tend: () => Promise<void>): Drafts {
	return {
		propose: (acting, encoded) => propose(context, acting, encoded),
		approve: (acting, id, encoded) => approve(context, acting, id, encoded),
		publish: async (acting, id) => {
			const missed = await publish(context, acting, id);
			await tend();
			return missed;
		},
		withdraw: (acting, id) => withdraw(context, acting, id),
		recordOf: (id) => recordOf(context, id),
		shownAfter: (after) => shownAfter(context, after),
		setStopped: (acting, code, isStopped) => context.definitions.setStopped(code, isStopped, acting),
	};
}

async function propose(context: OperatorContext, acting: Acting, encoded: Bytes): Promise<Bytes | Refusal> {
	const { id: operator, definitions, store, trust, now } = context;
	const draft = parse(definitionDraft, encoded, maximumDefinitionBytes);
	if (isRefusal(draft)) return plainly(draft);
	const proposal = verifyProposal(draft, operator, await trust());
	if (isRefusal(proposal)) return plainly(proposal);
	if (proposal.approvers.length > 0) return refuse("approval-missing", "approved before it was proposed");
	const { id, body } = proposal;
	if (definitions.adopted(id) !== undefined) return id;
	const refusal = await definitions.refused(proposal);
	if (refusal !== undefined) return refusal;
	await store.run(async (transaction) => {
		if ((await draftOf(transaction, id)) !== undefined) return;
		const [signed] = draft.approvals.map((each) => serialize(approval, each));
		const unsigned = serialize(definitionDraft, { ...draft, approvals: [] });
		await insertDraft(transaction, { id, encoded: unsigned, proposedAt: now() });
		await insertApproval(transaction, id, { actor: acting.actor, encoded: signed as Bytes });
		const detail = `${body.code} ${body.version}`;
		await appendAudit(transaction, entryOf(context, acting, "definitionProposed", id, detail));
	});
	return id;
}

async function approve(
	context: OperatorContext,
	acting: Acting,
	id: Bytes,
	encoded: Bytes,
): Promise<Refusal | Missed | undefined> {
	const { id: operator, store } = context;
	const signed = parse(approval, encoded, maximumDefinitionBytes);
	if (isRefusal(signed)) return plainly(signed);
	if (signed.part !== "approved") return refuse("approval-missing", "that is no approval");
	const trust = await context.trust();
	return store.run(async (transaction) => {
		const kept = await draftOf(transaction, id);
		if (kept === undefined) return context.definitions.adopted(id) === undefined ? "unknown" : "decided";
		const own = kept.approvals.find(({ actor }) => actor === acting.actor);
		if (own !== undefined && equalBytes(own.encoded, encoded)) return undefined;
		if (own !== undefined)
			return refuse("approval-missing", "this API key has signed it: another person must");
		if (kept.approvals.length >= signaturesNeeded) return "decided";
		const draft = signedDraft(kept);
		const proposal = verifyProposal({ ...draft, approvals: [...draft.approvals, signed] }, operator, trust);
		if (isRefusal(proposal)) return plainly(proposal);
		if (!(await areVouchedApart(transaction, proposal.approvers))) return vouchedByOne;
		await insertApproval(transaction, id, { actor: acting.actor, encoded });
		await appendAudit(transaction, entryOf(context, acting, "definitionApproved", id, proposal.body.code));
		return undefined;
	});
}

async function publish(
	{ id: operator, definitions, store, trust }: OperatorContext,
	acting: Acting,
	id: Bytes,
): Promise<Refusal | "unknown" | undefined> {
	const kept = await store.read((transaction) => draftOf(transaction, id));
	if (definitions.adopted(id) !== undefined) return undefined;
	if (kept === undefined) return "unknown";
	const [draft, current] = [signedDraft(kept), await trust()];
	const proposal = verifyProposal(draft, operator, current);
	if (isRefusal(proposal)) return signedAgain(proposal);
	if (!(await store.read((transaction) => areVouchedApart(transaction, proposal.approvers))))
		return vouchedByOne;
	const adopted = await definitions.adopt(serialize(definitionDraft, draft), current, acting);
	return isRefusal(adopted) ? signedAgain(adopted) : undefined;
}

function withdraw(context: OperatorContext, acting: Acting, id: Bytes): Promise<Missed | undefined> {
	return context.store.run(async (transaction) => {
		if (context.definitions.adopted(id) !== undefined) return "decided";
		const kept = await draftOf(transaction, id);
		if (kept === undefined) return "unknown";
		await deleteDraft(transaction, id);
		const { code } = signedDraft(kept).body;
		await appendAudit(transaction, entryOf(context, acting, "definitionWithdrawn", id, code));
		return undefined;
	});
}

async function recordOf({ definitions, store }: OperatorContext, id: Bytes): Promise<Bytes | undefined> {
	const adopted = definitions.adopted(id);
	if (adopted !== undefined) return adopted.encoded;
	const kept = await store.read((transaction) => draftOf(transaction, id));
	return kept && serialize(definitionDraft, signedDraft(kept));
}

async function shownAfter(
	{ definitions, store }: OperatorContext,
	after: Bytes,
): Promise<readonly ShownDefinition[]> {
	const drafts = await store.read((transaction) => draftsAfter(transaction, after, pageLength));
	const shown = new Map<string, ShownDefinition>();
	for (const adopted of definitions.all()) {
		const published = shownAdopted(adopted);
		if (toHex(published.id) > toHex(after)) shown.set(toHex(published.id), published);
	}
	for (const kept of drafts) {
		const { body, approvals } = signedDraft(kept);
		const by = new Map(kept.approvals.map(({ actor, encoded }) => [toHex(encoded), actor]));
		const signed = approvals.map((each) => ({
			part: each.part,
			by: by.get(toHex(serialize(approval, each))) ?? null,
		}));
		const state = shown.has(toHex(kept.id)) ? "published" : "proposed";
		shown.set(toHex(kept.id), { id: kept.id, body, state, signed });
	}
	const inOrder = [...shown].sort(([a], [b]) => (a < b ? -1 : 1));
	return inOrder.slice(0, pageLength).map(([, definition]) => definition);
}

function shownAdopted({ body, encoded }: Adopted): ShownDefinition {
	const read = parse(definition, encoded, maximumDefinitionBytes);
	const approvals = isRefusal(read) ? [] : read.draft.approvals;
	const signed = approvals.map(({ part }) => ({ part, by: null }));
	return { id: definitionId(body), body, state: "published", signed };
}

/** A kept draft with its signatures, the proposer's first. */
function signedDraft({ encoded, approvals }: KeptDraft): DefinitionDraft {
	const draft = parse(definitionDraft, encoded, maximumDefinitionBytes);
	const signed = approvals.map((each) => parse(approval, each.encoded, maximumDefinitionBytes));
	if (isRefusal(draft)) throw new Error("a kept draft that cannot be read");
	const whole = signed.flatMap((each) => (isRefusal(each) ? [] : [each]));
	const inOrder = whole.toSorted((a, b) => Number(a.part !== "proposed") - Number(b.part !== "proposed"));
	return { ...draft, approvals: inOrder };
}

function entryOf(
	{ now }: Pick<OperatorContext, "now">,
	acting: Acting,
	act: NewEntry["act"],
	id: Bytes,
	detail: string,
): NewEntry {
	return { ...acting, at: now(), act, subject: toHex(id), outcome: "done", detail };
}

/** Ways in which a record, or a certificate in it, cannot be read: for whoever sent it they are one. */
const unreadable: readonly RefusalCode[] = [
	"too-deep",
	"too-many",
	"type-unknown",
	"amount-invalid",
	"key-refused",
	"condition-unknown",
];

function plainly(refusal: Refusal): Refusal {
	const { code, detail } = refusal;
	return unreadable.includes(code) ? refuse("malformed", `${code} ${detail}`.trim()) : refusal;
}

/** A signature that counted when it was given and does not now, as that of an authority that is listed no more. */
const lapsed: readonly RefusalCode[] = [
	"authority-unknown",
	"certificate-role",
	"signature-invalid",
	"malformed",
];

function signedAgain(refusal: Refusal): Refusal {
	const { code } = plainly(refusal);
	return lapsed.includes(code) ? refuse("approval-missing", `a signature counts no more: ${code}`) : refusal;
}
