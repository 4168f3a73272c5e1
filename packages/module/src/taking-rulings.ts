/**
 * What an operator's word changes of an attempt.
 *
 *   a release, or what came back to the other side    its ruling, from whoever shows it: the machine decides
 *   what this side gave came back                     the answer to its own statement alone, held against what was stated
 *
 * A question is struck out in the write that takes what its answer brought, and the attempt ends with the last of them:
 * of several links, or of what several keys gave, each is answered by itself. Tokens about which an answer ends nothing
 * are asked about again, by the same statement.
 */
import {
	type Bytes,
	type DurablePayee,
	type DurablePayer,
	equalBytes,
	holdingOf,
	isRefusal,
	noChanges,
	type Owner,
	type Payee,
	type Payer,
	parse,
	parseReply,
	parseRulingReply,
	parseRulingRequest,
	type Refusal,
	type RulingBody,
	type RulingReply,
	type RulingRequest,
	refuse,
	type SignedRuling,
	serialize,
	serializeRulingRequest,
	type Token,
	type Trust,
	termsOf,
	type VerifiedToken,
	verifyParsedToken,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { issuedTo, paidBack, type Stated, type StatedPart } from "./paid-back.ts";
import { type Beside, runPayer } from "./paying.ts";
import { runPayee } from "./receiving.ts";
import { questionsKey, questionsRow } from "./rows.ts";
import { doubtIn, type RulingQuestion } from "./ruling.ts";
import type { Outcome } from "./run.ts";
import type { StoreWrite } from "./store.ts";

type Statement = Extract<RulingRequest, { readonly kind: "statement" }>;
type Ruled = Extract<RulingReply, { readonly kind: "ruled" }>;
type State = DurablePayer | DurablePayee;

/** Takes an operator's word on an attempt, with what it issued beside. */
export async function takeRuling(
	core: Core,
	attempt: Bytes,
	{ request }: RulingQuestion,
	encoded: Bytes,
): Promise<Outcome<Payer | Payee> | Refusal> {
	const reply = parseRulingReply(encoded);
	if (isRefusal(reply)) return reply;
	if (reply.kind !== "ruled") return refuse("type-unknown", reply.kind);
	const state = core.vault.payers.get(attempt) ?? core.vault.payees.get(attempt);
	if (state === undefined) return refuse("attempt-unknown");
	const asked = parseRulingRequest(request);
	const statement = !isRefusal(asked) && asked.kind === "statement" ? asked : undefined;
	const { body } = reply.ruling;
	const comesBack = body.verdict === "refunded" && doubtIn(state) !== undefined;
	if (comesBack && statement !== undefined) return comes(core, state, { asked: statement, request }, reply);
	if (isOfOurs(state, body) && statement === undefined)
		return refuse("request-mismatch", "no answer to a statement of one's own");
	const outcome = await hears(core, state, reply.ruling, statement !== undefined);
	if (!isRefusal(outcome) && statement !== undefined)
		await strike(core, attempt, { asked: statement, request }, reply.reply);
	return outcome;
}

/**
 * Whether a ruling, whoever shows it, says that what this side gave came back: that counts with the answer to its own
 * statement alone. Where one operator issued both legs of an exchange it may speak of the other.
 */
export function isOfOurs(state: State, { verdict, operator }: RulingBody): boolean {
	if (verdict !== "refunded") return false;
	if (!("payer" in state.terms)) return true;
	return doubtIn(state) !== undefined && !equalBytes(operator, state.terms.request.body.asset.operator);
}

/** The machine decides; what becomes durable with it stands in `beside`. */
function hears(
	core: Core,
	state: State,
	ruling: SignedRuling,
	isAnswer: boolean,
	beside: Beside = {},
): Promise<Outcome<Payer | Payee> | Refusal> {
	const message = { kind: "ruling", ruling } as const;
	const { everOwned } = core;
	if (isPayers(state)) {
		const contents = new Map<number, Bytes>();
		return runPayer(core, state, { kind: "received", message, contents, everOwned }, beside);
	}
	return runPayee(core, state, { kind: "received", message, isAnswer }, beside);
}

function isPayers(state: State): state is DurablePayer {
	return !("payer" in state.terms);
}

type Asked = { readonly asked: Statement; readonly request: Bytes };

/** The answer to a statement about what is in doubt: its question is struck out with what came for it. */
async function comes(
	core: Core,
	state: State,
	asked: Asked,
	ruled: Ruled,
): Promise<Outcome<Payer | Payee> | Refusal> {
	const { attempt } = state.terms;
	const trust = core.keptTrust();
	if (isRefusal(trust)) return trust;
	const stated = statedIn(asked, trust);
	if (isRefusal(stated)) return stated;
	const back = paidBack(core, ruled, stated, trust);
	if (isRefusal(back)) return back;
	const { fresh, open } = back;
	const left = [...without(questionsOf(core, attempt), asked.request), ...stillOpen(asked, stated, open)];
	if (left.length === 0 && isPayers(state)) {
		const rows = [{ key: questionsKey(attempt), value: null }];
		return hears(core, state, ruled.ruling, true, { tokens: fresh, rows });
	}
	if (left.length === 0) {
		const outcome = await hears(core, state, ruled.ruling, true, { tokens: fresh });
		if (!isRefusal(outcome)) await strike(core, attempt, asked, null);
		return outcome;
	}
	const other = [questionsWrite(attempt, left)];
	await core.commit({ tokens: { ...noChanges, add: fresh }, other });
	const refusal = open.length === 0 ? undefined : refuse("answer-disputed", "of some of these tokens");
	return { state, sent: [], forwarded: [], news: [], asks: false, refusal };
}

/** What one's own statement asks for: of a locked link its input, of a direct link its output 0, as the input was held. */
function statedIn({ asked, request }: Asked, trust: Trust): Stated | Refusal {
	const { asset } = (asked.tokens[0] as Token).issue.issue;
	const { says } = asked.statement.body;
	const subject = "lock" in says ? says.lock : "link" in says ? says.link : undefined;
	if (subject === undefined) return refuse("order-mismatch", "no statement about an attempt");
	const parts: StatedPart[] = [];
	for (const shown of asked.tokens) {
		const token = verifyParsedToken(shown, trust, { signatures: false });
		if (isRefusal(token)) return token;
		const before = { ...shown, hops: shown.hops.slice(0, -1) };
		const held = verifyParsedToken(before, trust, { signatures: false });
		if (isRefusal(held)) return held;
		const { amount } = says.kind === "noWord" ? token : held;
		const holding = { ...holdingOf(held), amount };
		parts.push({ token, holding, most: amount, terms: termsOf(held), hops: held.hops + 1 });
	}
	const owners = parts.flatMap(({ token }) => token.inputOwners.slice(-1));
	return { asset, subject, request, owners, parts };
}

/** The question about tokens of which an answer ended nothing: what ended is not asked about again. */
function stillOpen({ asked }: Asked, { asset }: Stated, open: readonly number[]): readonly RulingQuestion[] {
	if (open.length === 0) return [];
	const tokens = open.map((position) => asked.tokens[position] as Token);
	return [{ operator: asset.operator, request: serializeRulingRequest({ ...asked, tokens }) }];
}

/** Strikes out a question of an attempt that waits for nothing of its own any more, with what still came for it. */
async function strike(
	core: Core,
	attempt: Bytes,
	{ asked, request }: Asked,
	encoded: Bytes | null,
): Promise<void> {
	const state = core.vault.payers.get(attempt) ?? core.vault.payees.get(attempt);
	const questions = questionsOf(core, attempt);
	const left = without(questions, request);
	const isDecided = state?.kind === "ruled" || state?.kind === "owned";
	if (!isDecided || left.length === questions.length) return;
	const add = broughtBy(core, asked, encoded);
	await core.commit({ tokens: { ...noChanges, add }, other: [questionsWrite(attempt, left)] });
}

/** Fresh tokens of a refund, issued to the owner that an input had. */
function broughtBy(core: Core, { tokens }: Statement, encoded: Bytes | null): readonly VerifiedToken[] {
	const trust = core.keptTrust();
	const reply = encoded === null ? undefined : parseReply(encoded);
	if (isRefusal(trust) || reply === undefined || isRefusal(reply)) return [];
	const owners = tokens.flatMap((token): readonly Owner[] => {
		const walked = verifyParsedToken(token, trust, { signatures: false });
		return isRefusal(walked) ? [] : walked.inputOwners.slice(-1);
	});
	const { asset } = (tokens[0] as Token).issue.issue;
	return issuedTo(core, reply.issues, owners, asset, trust);
}

function questionsOf(core: Core, attempt: Bytes): readonly RulingQuestion[] {
	const kept = core.vault.state.rows.get(questionsKey(attempt));
	const questions = kept === undefined ? [] : parse(questionsRow, kept, kept.length);
	if (isRefusal(questions)) throw new Error(`kept questions do not parse: ${questions.detail}`);
	return questions;
}

function without(questions: readonly RulingQuestion[], request: Bytes): readonly RulingQuestion[] {
	return questions.filter((question) => !equalBytes(question.request, request));
}

function questionsWrite(attempt: Bytes, left: readonly RulingQuestion[]): StoreWrite {
	return { key: questionsKey(attempt), value: left.length === 0 ? null : serialize(questionsRow, left) };
}
