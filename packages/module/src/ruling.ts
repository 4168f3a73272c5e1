/**
 * Doubts that only an operator can end: what it is asked, and what its word changes.
 *
 *   RESERVED ──resolve──▶ RESOLVING     a release that comes now goes to the operator, whose answer stands
 *   LOCKED, SENT, LOCKED-FOREIGN        from redeem until and grace to the last day for it: a signed statement
 *                                       asks for a refund
 *
 * A statement is signed only while the module's own state makes it true, is durable before it is shown, and
 * from then on the attempt is neither released nor cancelled: a release, or another link on what a cancel
 * frees, would convict the owner by its own statement. The same bytes are sent until the operator answers.
 */
import {
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	equalBytes,
	fromHex,
	isRefusal,
	keyId,
	parse,
	type Refusal,
	refuse,
	type Saying,
	type Sent,
	type SignedStatement,
	serialize,
	serializeRulingRequest,
	signStatement,
	type Token,
	type Trust,
	toHex,
	type VerifiedCertificate,
	verifyParsedToken,
} from "@tenten/protocol";
import type { RefundTimes } from "./attempts.ts";
import type { Core } from "./core.ts";
import { runPayee } from "./receiving.ts";
import { lastDay } from "./redeemable.ts";
import { lateKey, lateRow, questionsKey, questionsRow } from "./rows.ts";

/** A ruling request for one operator. */
export type RulingQuestion = { readonly operator: Bytes; readonly request: Bytes };

/** A lock whose release may have been published, and by whom. */
export type Doubt = { readonly lock: Bytes; readonly operators: readonly Bytes[] };

/** RESOLVING, durable; then operators may be asked. */
export async function resolve(core: Core, attempt: Bytes): Promise<Doubt | Refusal> {
	const state = core.vault.payees.get(attempt);
	if (state === undefined) return refuse("attempt-unknown");
	const { lock } = state.terms;
	const isOpen = state.kind === "reserved" || state.kind === "lockedForeign" || state.kind === "resolving";
	if (!isOpen || lock === null) return refuse("attempt-decided", state.kind);
	if (state.kind !== "resolving") {
		const outcome = await runPayee(core, state, { kind: "resolve" });
		if (isRefusal(outcome)) return outcome;
	}
	return { lock, operators: operatorsOf(state) };
}

/** Whose word counts: the operators of what would be received and of what would be given. */
function operatorsOf({ terms }: DurablePayee): readonly Bytes[] {
	const { asset, against } = terms.request.body;
	const [theirs, ours] = [asset.operator, against?.asset.operator];
	return ours === undefined || equalBytes(ours, theirs) ? [theirs] : [theirs, ours];
}

/** A release that came when only the operator may open with it: it must not get lost on the way there. */
export async function keepLate(core: Core, attempt: Bytes, secret: Bytes): Promise<void> {
	const key = lateKey(attempt);
	if (core.vault.state.rows.has(key)) return;
	await core.commit({ other: [{ key, value: serialize(lateRow, { secret }) }] });
}

/** What to show to operators of a release that came late. */
export function lateQuestions(core: Core, attempt: Bytes): readonly RulingQuestion[] {
	const state = core.vault.payees.get(attempt);
	const kept = core.vault.state.rows.get(lateKey(attempt));
	const late = kept && parse(lateRow, kept);
	if (state === undefined || late === undefined || isRefusal(late)) return [];
	const request = serializeRulingRequest({ kind: "release", release: late.secret });
	return operatorsOf(state).map((operator) => ({ operator, request }));
}

/**
 * What to ask operators of a reservation that waits for their word: what was ruled while nobody told us, a refund
 * too. Of a payer that was refunded and has forgotten it, nobody else knows.
 */
export function openQuestions(core: Core, attempt: Bytes): readonly RulingQuestion[] {
	const state = core.vault.payees.get(attempt);
	if (state?.kind !== "resolving" || state.terms.lock === null) return [];
	const request = serializeRulingRequest({ kind: "question", subject: state.terms.lock });
	return operatorsOf(state).map((operator) => ({ operator, request }));
}

/** Statements that ask for a refund, durable before they are shown. */
export async function askRefund(core: Core, attempt: Bytes): Promise<readonly RulingQuestion[] | Refusal> {
	const key = questionsKey(attempt);
	const kept = core.vault.state.rows.get(key);
	if (kept !== undefined) return parse(questionsRow, kept, kept.length);
	const trust = core.trust();
	if (isRefusal(trust)) return trust;
	const state = core.vault.payers.get(attempt) ?? core.vault.payees.get(attempt);
	if (state === undefined) return refuse("attempt-unknown");
	const inDoubt = doubtIn(state);
	if (inDoubt === undefined) return refuse("attempt-decided", state.kind);
	const due = state.terms.keepUntil;
	if (core.now() < due) return refuse("ruling-early", `${due}`);
	if (core.surelyPast() >= lastDay(inDoubt.tokens, trust)) return refuse("refund-closed");
	const questions = await statementsOf(core, inDoubt, state.terms.lock, trust);
	if (isRefusal(questions)) return questions;
	// From here on a release goes to the operator, who weighs it against the statement.
	if (state.kind === "lockedForeign") {
		const outcome = await runPayee(core, state, { kind: "resolve" });
		if (isRefusal(outcome)) return outcome;
	}
	await core.commit({ other: [{ key, value: serialize(questionsRow, questions) }] });
	return questions;
}

type InDoubt = {
	readonly says: Exclude<Saying["kind"], "balance" | "unclaimed" | "lost" | "ticked" | "rest">;
	readonly tokens: readonly Token[];
};

/** `isSure`: not by one's own clock alone, which may be ahead. */
export type DueRefund = { readonly attempt: Bytes; readonly isSure: boolean };

/**
 * Attempts of which a refund is asked unasked: their dates are over, and what they hold was locked and never given.
 * What was sent directly is its payee's for all that is known here: its payer's user decides.
 */
export function dueRefunds(core: Core): readonly DueRefund[] {
	const { payers, payees } = core.vault;
	const states = [...payers.entries.values(), ...payees.entries.values()];
	return states.flatMap((state) => {
		const { attempt, keepUntil } = state.terms;
		const isDue = state.kind !== "sent" && core.now() >= keepUntil && doubtIn(state) !== undefined;
		return isDue ? [{ attempt, isSure: core.surelyPast() >= keepUntil }] : [];
	});
}

/** When an attempt's refund can be asked for; null where nothing of it is in doubt. */
export function refundTimes(core: Core, state: DurablePayer | DurablePayee): RefundTimes | null {
	const inDoubt = doubtIn(state);
	const trust = core.keptTrust();
	// What a backup brought is awaited by its outputs, and no statement asks for it by its lock.
	const isAwaited = state.kind === "locked" && core.isSilenced(state.terms.signer) !== undefined;
	if (inDoubt === undefined || isAwaited || isRefusal(trust)) return null;
	return { from: state.terms.keepUntil, until: lastDay(inDoubt.tokens, trust) };
}

/** Our own tokens whose fate is open, as their payee would hold them, and what can truly be said of them. */
export function doubtIn(state: DurablePayer | DurablePayee): InDoubt | undefined {
	if (state.kind === "locked" || state.kind === "sent") {
		const { transfer } = state;
		if (transfer.kind !== "transfer") return undefined;
		if (state.kind === "locked") return { says: "neverReleased", tokens: transfer.tokens };
		return unheard(state, transfer.tokens);
	}
	if (state.kind !== "lockedForeign" && state.kind !== "resolving") return undefined;
	const { answer } = state;
	const gives = state.counter !== null && answer.kind === "counterTransfer";
	return gives ? { says: "noReleaseReached", tokens: answer.tokens } : undefined;
}

/** Of a direct transfer: the tokens of which there is no word yet. They stand in the order of their links. */
function unheard({ acknowledged, passedOn, terms }: Sent, tokens: readonly Token[]): InDoubt | undefined {
	if (acknowledged !== null) return undefined;
	const heard = new Set(passedOn.map(toHex));
	const left = tokens.filter((_, i) => !heard.has(toHex(terms.links[i] as Bytes)));
	return left.length === 0 ? undefined : { says: "noWord", tokens: left };
}

/** What one owner states, of which of its outputs. */
type Stated = {
	readonly owner: VerifiedCertificate;
	readonly tokens: Token[];
	readonly inputs: Bytes[];
};

/** One statement an owner of a lock, or a direct link. */
async function statementsOf(
	core: Core,
	{ says, tokens }: InDoubt,
	lock: Bytes | null,
	trust: Trust,
): Promise<readonly RulingQuestion[] | Refusal> {
	const groups = new Map<string, Stated>();
	for (const token of tokens) {
		const walked = verifyParsedToken(token, trust, { signatures: false });
		if (isRefusal(walked)) return walked;
		const owner = walked.inputOwners.at(-1)?.certificate;
		const link = walked.path.at(-1);
		if (owner === undefined || link === undefined) return refuse("owner-mismatch");
		// What became of a lock that came with a backup nobody here knows: its inputs are `unclaimed`.
		const silenced = says === "noWord" ? undefined : core.isSilenced(owner.hash);
		if (silenced !== undefined) return silenced;
		const key = toHex(says === "noWord" ? link.id : owner.hash);
		const group = groups.get(key) ?? { owner, tokens: [], inputs: [] };
		group.tokens.push(token);
		group.inputs.push(link.input);
		groups.set(key, group);
	}
	const questions: RulingQuestion[] = [];
	for (const [key, { owner, tokens: stated, inputs }] of groups) {
		const operator = (stated[0] as Token).issue.issue.asset.operator;
		const account = core.certificates().findLast(({ operatorId }) => equalBytes(operatorId, operator));
		const refund = { account: (account ?? owner).hash, fallback: null };
		const saying = sayingOf(says, says === "noWord" ? fromHex(key) : lock, inputs, refund);
		if (isRefusal(saying)) return saying;
		const statement = await signSaying(core, owner, operator, saying);
		if (isRefusal(statement)) return statement;
		const request = serializeRulingRequest({ kind: "statement", statement, tokens: stated });
		questions.push({ operator, request });
	}
	return questions;
}

function sayingOf(
	says: InDoubt["says"],
	subject: Bytes | null | undefined,
	inputs: readonly Bytes[],
	refund: { readonly account: Bytes; readonly fallback: null },
): Saying | Refusal {
	if (subject === null || subject === undefined) return refuse("lock-mismatch");
	switch (says) {
		case "neverReleased":
			return { kind: says, lock: subject, ...refund };
		case "noReleaseReached":
			return { kind: says, lock: subject, inputs, ...refund };
		case "noWord":
			return { kind: says, link: subject, ...refund };
		default:
			return says satisfies never;
	}
}

/** What an owner, one of this module's certificates, states to an operator. */
export async function signSaying(
	core: Core,
	owner: VerifiedCertificate,
	operator: Bytes,
	says: Saying,
): Promise<SignedStatement | Refusal> {
	const signer = core.keys.signer(keyId(owner.key));
	if (isRefusal(signer)) return signer;
	const body = { operator, says, nonce: core.random(32), issuedAt: core.now() };
	return signStatement(body, owner.encoded, signer);
}
