/**
 * Refunds: what a statement gets back once nobody else can claim it.
 *
 * Until its last day (`refundUntil`): after it the rows that would speak against a refund may be gone, so what was
 * not refunded before is refused, and nothing changes.
 *
 * A statement is no stronger than the registry: a refund takes the same rows as a redemption would, and what
 * was consumed by anything else is not refunded. Its row keeps the statement with the link that was shown: who
 * comes later with another link of the same owner convicts it by them, and draws. What its owner states to be
 * unclaimed, or who answers for it to be lost with its device, is no more than a question until it is due, and keeps
 * nothing.
 */
import {
	answersStatement,
	assetHash,
	type Bytes,
	type ConsumedOutput,
	isAboutOutput,
	isRefusal,
	type Order,
	orderDigest,
	type Refund,
	type Refusal,
	refundOrder,
	refuse,
	type SignedRuling,
	type SignedStatement,
	sameAsset,
	serialize,
	signedStatement,
	type Token,
	type Trust,
	toHex,
	type VerifiedStatement,
	verifyRefund,
	verifyStatement,
} from "@tenten/protocol";
import { statesTaken } from "./claiming/taking.ts";
import { usable } from "./claims.ts";
import type { OperatorContext } from "./context.ts";
import { certificateOf } from "./enrol.ts";
import { type Claimed, claimedBy, isRecorded, recordPayouts } from "./recording.ts";
import { type Outcome, replyTo } from "./replies.ts";
import { settle } from "./settlement.ts";
import { refusedFrozen } from "./store/freezes.ts";
import { publishedOf } from "./store/releases.ts";
import { type KeptRuling, keepRuling } from "./store/rulings.ts";
import type { Transaction } from "./store/store.ts";
import { spanned } from "./tracing.ts";
import { consumptionOf } from "./unclaimed.ts";
import { refusedPayout } from "./watch.ts";
import { tell } from "./webhooks/outbox.ts";

export type RefundOutcome =
	/** the statement is false or too late: this release is known, and answers it */
	| { readonly kind: "released"; readonly release: Bytes }
	/** what was unclaimed, or lost, had been spent */
	| { readonly kind: "consumed"; readonly consumed: ConsumedOutput }
	| {
			readonly kind: "refunded";
			readonly ruling: SignedRuling;
			/** an encoded `Reply` */
			readonly reply: Bytes;
	  };

/** `sign` signs the ruling that refunds the link or lock that it is given. */
export async function refund(
	context: OperatorContext,
	signed: SignedStatement,
	tokens: readonly Token[],
	sign: (subject: Bytes) => Promise<SignedRuling>,
): Promise<RefundOutcome | Refusal> {
	const trust = await context.trust();
	const statement = spanned("verify statement", () => verifyStatement(signed, context.id, trust));
	if (isRefusal(statement)) return statement;
	const subject = subjectOf(statement);
	if (isRefusal(subject)) return subject;
	const refunds = verifyRefunds(context, statement, tokens, trust);
	if (isRefusal(refunds)) return refunds;
	const first = refunds[0] as Refund;
	const isAsked = isAboutOutput(statement.body.says) && context.now() < first.until;
	const consumed = isAsked ? await consumptionOf(context, first) : undefined;
	if (consumed !== undefined) return { kind: "consumed", consumed };
	const due = Math.max(...refunds.map(({ from }) => from));
	if (context.now() < due) return refuse("ruling-early", `${due}`);
	const order = refundOrder(statement.body, first.token.asset);
	if (order === undefined) return refuse("order-mismatch");
	const made = { ruling: await sign(subject), statement: serialize(signedStatement, signed) };
	const recorded = await recordRefunds(context, statement, order, refunds, made, trust);
	if (isRefusal(recorded) || recorded.kind === "released") return recorded;
	const digest = orderDigest(order);
	const reply = await settle(context, digest, (transaction) =>
		replyTo(transaction, digest, recorded.outcomes),
	);
	return { kind: "refunded", ruling: recorded.ruling, reply };
}

function subjectOf({ body: { says } }: VerifiedStatement): Bytes | Refusal {
	switch (says.kind) {
		case "neverReleased":
		case "noReleaseReached":
			return says.lock;
		case "noWord":
			return says.link;
		case "unclaimed":
		case "lost":
			return says.output;
		case "balance":
		case "ticked":
		case "rest":
			return refuse("order-mismatch", "no statement about a link");
		default:
			return says satisfies never;
	}
}

/** All tokens of a statement hold, or none of them is touched. */
function verifyRefunds(
	{ id }: OperatorContext,
	statement: VerifiedStatement,
	tokens: readonly Token[],
	trust: Trust,
): readonly Refund[] | Refusal {
	const refunds: Refund[] = [];
	for (const token of tokens) {
		const verified = verifyRefund(token, statement, trust);
		if (isRefusal(verified)) return verified;
		refunds.push(verified);
	}
	const [first] = refunds;
	if (first === undefined) return refuse("malformed", "no tokens");
	const { asset } = first.token;
	if (toHex(asset.operator) !== toHex(id)) return refuse("asset-unknown", "another operator's");
	if (refunds.some(({ token }) => !sameAsset(token.asset, asset))) return refuse("asset-mismatch");
	if (new Set(refunds.map(({ output }) => toHex(output))).size < refunds.length)
		return refuse("malformed", "one token, stated twice");
	return refunds;
}

type Recorded =
	| { readonly kind: "released"; readonly release: Bytes }
	| { readonly kind: "recorded"; readonly ruling: SignedRuling; readonly outcomes: readonly Outcome[] };

/** A known release, the rows and the ruling are weighed in one transaction: whichever came first stands. */
async function recordRefunds(
	context: OperatorContext,
	statement: VerifiedStatement,
	order: Order,
	refunds: readonly Refund[],
	made: KeptRuling,
	trust: Trust,
): Promise<Recorded | Refusal> {
	const { action } = order;
	const { signer } = statement;
	if (action.kind !== "account") return refuse("order-mismatch");
	return context.commit(async (transaction) => {
		const stopped = await refusedPayout(transaction, context, order.asset.code);
		if (stopped !== undefined) return stopped;
		const account = usable(await certificateOf(transaction, action.account), trust);
		const by = { order, signer: signer.hash, account, now: context.now() };
		const digest = orderDigest(order);
		const claimed = refunds.map((refunded, position) => {
			const { output, path, kept, token } = refunded;
			const rows = [...path, { output, consumer: digest, consumed: kept }];
			return { ...claimedBy({ ...refunded, issue: token.issueId }, by), rows, position };
		});
		const frozen = await refusedFrozen(transaction, context, claimed.map(statesTaken));
		if (frozen !== undefined) return frozen;
		if (await isTooLate(transaction, claimed)) return refuse("refund-closed");
		const published = await publishedOf(transaction, made.ruling.body.subject);
		if (published !== undefined && answersStatement(statement, refunds, published.publishedAt))
			return { kind: "released", release: published.release };
		const outcomes = await recordPayouts(transaction, context, claimed, trust);
		if (outcomes.every(isRefusal)) return outcomes[0] as Refusal;
		const kept = await keepRuling(transaction, made, assetHash(order.asset));
		if (kept === made) await tellRefund(transaction, context, made, action.account);
		return { kind: "recorded", ruling: kept.ruling, outcomes };
	});
}

/** Whether the last day of every token has passed, and none of them was refunded by this statement before. */
async function isTooLate(transaction: Transaction, claimed: readonly Claimed[]): Promise<boolean> {
	if (claimed.some(({ closed }) => !closed)) return false;
	for (const one of claimed) if (await isRecorded(transaction, one)) return false;
	return true;
}

function tellRefund(
	transaction: Transaction,
	context: OperatorContext,
	{ ruling }: KeptRuling,
	account: Bytes,
): Promise<void> {
	const cause = ruling.body.subject;
	const subject = toHex(cause);
	const data = { subject, account: toHex(account) };
	return tell(transaction, context, { type: "tenten.refund.ruled", cause, subject, account, data });
}
