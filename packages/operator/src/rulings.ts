/**
 * Rulings: the operator's word on a lock or a direct link whose other party is gone.
 *
 *   release shown   ruled `released`, and published: it decides for the payee, whoever shows it
 *   statement       nothing before redeem until and grace; then ruled `refunded`, where the rows are free. Of
 *                   what was unclaimed, or lost, at any time, the link that consumed it
 *   evidence        a case file
 *   close           of a meter: it stands from then on (meters.ts), where claims on meters are answered too
 *   question        the ruling that stands, or the one that follows from a published release
 *
 * Written once a lock. Every refund takes the rows of its path and of the output that it pays, so what the
 * registry paid already is never paid again; a lie told in a statement is convicted by the release.
 */
import {
	type Bytes,
	falseStatementEvidence,
	isMeterClaim,
	isRefusal,
	lockHash,
	parse,
	parseRulingRequest,
	type Refusal,
	type RulingRequest,
	refuse,
	rulingPayload,
	rulingReply,
	type SignedRuling,
	serialize,
	signedStatement,
	type Trust,
	verifyEvidence,
	verifyFalseStatement,
} from "@tenten/protocol";
import { openCase } from "./cases.ts";
import { type OperatorContext, releaseLife } from "./context.ts";
import { claimMeter, showClose } from "./meters.ts";
import { refund } from "./refunds.ts";
import { forgetReleases } from "./store/forgetting.ts";
import { publishedOf, publishUnvouched } from "./store/releases.ts";
import { keepRuling, rulingOn } from "./store/rulings.ts";
import type { Transaction } from "./store/store.ts";
import { spanned } from "./tracing.ts";

/** Answers a `RulingRequest` with a `RulingReply`. */
export async function rule(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const request = parseRulingRequest(encoded);
	if (isRefusal(request)) return request;
	switch (request.kind) {
		case "release":
			return ruleReleased(context, request.release);
		case "statement":
			return ruleOnStatement(context, request);
		case "evidence":
			return file(context, request.evidence);
		case "question":
			return answerQuestion(context, request.subject);
		case "close":
			return showClose(context, request.token);
		default:
			return request satisfies never;
	}
}

async function ruleReleased(context: OperatorContext, release: Bytes): Promise<Bytes> {
	const lock = lockHash(release);
	const { now, definitions } = context;
	await context.store.run((transaction) => forgetReleases(transaction, now(), releaseLife(definitions)));
	const { publishedAt } = await context.commit((transaction) =>
		publishUnvouched(transaction, { lock, release }, now()),
	);
	const made = await signRuling(context, lock, { release, publishedAt });
	const trust = await context.trust();
	const kept = await context.store.run(async (transaction) => {
		const standing = await keepRuling(transaction, { ruling: made, statement: null }, null);
		const lie = standing.statement;
		if (lie !== null) await convict(transaction, context, lie, release, trust);
		return standing;
	});
	return ruled(kept.ruling, null);
}

async function ruleOnStatement(
	context: OperatorContext,
	{ statement, tokens }: Extract<RulingRequest, { readonly kind: "statement" }>,
): Promise<Bytes | Refusal> {
	const sign = (subject: Bytes): Promise<SignedRuling> => signRuling(context, subject, null);
	if (isMeterClaim(statement.body.says, tokens)) return claimMeter(context, statement, tokens, sign);
	const outcome = await refund(context, statement, tokens, sign);
	if (isRefusal(outcome)) return outcome;
	switch (outcome.kind) {
		case "released": {
			const lie = serialize(signedStatement, statement);
			const trust = await context.trust();
			await context.store.run((transaction) => convict(transaction, context, lie, outcome.release, trust));
			return ruleReleased(context, outcome.release);
		}
		case "refunded":
			return ruled(outcome.ruling, outcome.reply);
		case "consumed":
			return serialize(rulingReply, outcome);
		default:
			return outcome satisfies never;
	}
}

async function answerQuestion(context: OperatorContext, subject: Bytes): Promise<Bytes | Refusal> {
	const { standing, published } = await context.store.run(async (transaction) => ({
		standing: await rulingOn(transaction, subject),
		published: await publishedOf(transaction, subject),
	}));
	if (standing !== undefined) return ruled(standing.ruling, null);
	return published === undefined
		? refuse("attempt-pending", "no ruling yet")
		: ruleReleased(context, published.release);
}

function ruled(ruling: SignedRuling, reply: Bytes | null): Bytes {
	return serialize(rulingReply, { kind: "ruled", ruling, reply });
}

/** `published` is null where the verdict is a refund. A release is ruled as of when it was published. */
async function signRuling(
	{ id, keys, now }: OperatorContext,
	subject: Bytes,
	published: { readonly release: Bytes; readonly publishedAt: number } | null,
): Promise<SignedRuling> {
	const verdict = published === null ? ("refunded" as const) : ("released" as const);
	const release = published?.release ?? null;
	const body = { operator: id, subject, verdict, release, ruledAt: published?.publishedAt ?? now() };
	return { body, signature: await keys.ruling.sign("ruling", rulingPayload(body)) };
}

/** Opens a case where the decider of a lock stated that it had never released it. */
async function convict(
	transaction: Transaction,
	context: OperatorContext,
	statement: Bytes,
	release: Bytes,
	trust: Trust,
): Promise<void> {
	const signed = parse(signedStatement, statement);
	if (isRefusal(signed)) throw new Error("a stored statement that cannot be read");
	const evidence = falseStatementEvidence(signed, release);
	const liar = verifyFalseStatement(evidence, context.id, trust);
	if (isRefusal(liar)) return;
	const input = lockHash(release);
	await openCase(transaction, context, { kind: "falseStatement", culprit: liar.hash, input, evidence });
}

async function file(context: OperatorContext, evidence: Bytes): Promise<Bytes | Refusal> {
	const trust = await context.trust();
	const conviction = spanned("verify evidence", () => verifyEvidence(evidence, trust));
	if (isRefusal(conviction)) return conviction;
	const { kind, culprit, input } = conviction;
	const made = { kind, culprit: culprit.hash, input, evidence };
	const caseId = await context.commit((transaction) => openCase(transaction, context, made));
	return serialize(rulingReply, { kind: "filed", caseId });
}
