/**
 * Meters that were not closed by both: what either side claims alone, and a Close that is shown.
 *
 *   ticked, before `until` and grace   kept, where it goes deeper than what was kept before
 *   ticked or rest, from then on       paid, each once, unless a Close was shown by then
 *   lost, two graces after redeem      as the rest, to who answers for the payer; before, or where a Close stands,
 *   until                              shown it
 *   close, by anybody                  takes both parts of its meter
 *
 * What could go wrong is that a meter is paid twice: by a Close, and by claims. Either takes the same rows, so the
 * first stands, and a claim that a Close makes a lie convicts its claimant, whichever came first.
 */
import {
	assetHash,
	type Bytes,
	type ConsumedOutput,
	consumedOutput,
	consumedOutputs,
	equalBytes,
	finalCountOf,
	isRefusal,
	judgeRows,
	type MeterClaim,
	type MeterPayout,
	meterPart,
	type Order,
	orderDigest,
	ownRow,
	parse,
	pathRows,
	payeesPayout,
	payersPayout,
	type Refusal,
	refundOrder,
	refundUntil,
	refuse,
	rulingReply,
	type SignedRuling,
	type SignedStatement,
	serialize,
	signedStatement,
	type Token,
	type Trust,
	verifyMeterClaim,
	verifyParsedToken,
	verifyStatement,
} from "@tenten/protocol";
import { openCase } from "./cases.ts";
import { statesTaken } from "./claiming/taking.ts";
import { usable } from "./claims.ts";
import type { OperatorContext } from "./context.ts";
import { certificateOf } from "./enrol.ts";
import { convictBeside, convictClaimants } from "./metered.ts";
import { claimedBy, recordPayouts } from "./recording.ts";
import { type Outcome, replyTo } from "./replies.ts";
import { settle } from "./settlement.ts";
import { refusedFrozen } from "./store/freezes.ts";
import { claimOn, keepClaim } from "./store/meter-claims.ts";
import { insertRows, storedRows, takeIssue } from "./store/registry.ts";
import { keepRuling } from "./store/rulings.ts";
import type { Transaction } from "./store/store.ts";
import { spanned } from "./tracing.ts";
import { consumptionOf } from "./unclaimed.ts";
import { refusedPayout } from "./watch.ts";

/** Answers a statement `ticked`, `rest` or, on a metered output, `lost`; `sign` signs the ruling on what it is given. */
export async function claimMeter(
	context: OperatorContext,
	signed: SignedStatement,
	tokens: readonly Token[],
	sign: (subject: Bytes) => Promise<SignedRuling>,
): Promise<Bytes | Refusal> {
	const trust = await context.trust();
	const statement = spanned("verify statement", () => verifyStatement(signed, context.id, trust));
	if (isRefusal(statement)) return statement;
	const [token] = tokens;
	if (token === undefined || tokens.length > 1) return refuse("too-many", "a claim is on one meter");
	const claim = spanned("verify meter", () => verifyMeterClaim(token, statement, trust));
	if (isRefusal(claim)) return claim;
	if (!equalBytes(claim.token.asset.operator, context.id))
		return refuse("asset-unknown", "another operator's");
	const close = await closeOfLost(context, claim, trust);
	if (close !== undefined) return serialize(rulingReply, { kind: "consumed", consumed: close });
	if (context.now() < claim.from)
		return claim.ticks === null
			? refuse("ruling-early", `${claim.from}`)
			: keep(context, claim, claim.ticks, trust);
	return pay(context, claim, trust, sign);
}

/** The Close, of whose meter the payer is lost: its party asks, as it does of every output. */
async function closeOfLost(
	context: OperatorContext,
	{ token, statement, until }: MeterClaim,
	trust: Trust,
): Promise<ConsumedOutput | undefined> {
	if (statement.body.says.kind !== "lost" || context.now() >= until) return undefined;
	const output = meterPart(token.outputId, "payer");
	return consumptionOf(context, { token, output, path: pathRows(token, trust) });
}

/** The claim stands until it may be paid, if none goes as deep. One that a Close makes a lie is not kept. */
async function keep(
	context: OperatorContext,
	claim: MeterClaim,
	ticks: number,
	trust: Trust,
): Promise<Bytes | Refusal> {
	const { issueId, outputId } = claim.token;
	const { signed } = claim.statement;
	return context.commit(async (transaction) => {
		await takeIssue(transaction, issueId);
		const close = await closeOf(transaction, claim);
		// The rest was paid by a clock that is ahead of this one: what it left to the payee stands.
		const before = await claimOn(transaction, issueId, outputId);
		if (close === null && ticks > (before?.ticks ?? 0) && (await isTaken(transaction, claim, "payer")))
			return refuse("meter-over", "the rest is paid");
		if (close !== null && (await convictBeside(transaction, context, close, signed, trust)))
			return refuse("ruling-taken", "you have signed a lower count");
		const kept = await keepClaim(transaction, issueId, outputId, { ticks, statement: signed });
		return serialize(rulingReply, {
			kind: "claimed",
			meter: outputId,
			ticks: kept.ticks,
			from: claim.from,
		});
	});
}

/** The Close that stands in the registry, an encoded `ConsumedOutput`; null where none does. */
async function closeOf(
	transaction: Transaction,
	{ token: { issueId, outputId } }: MeterClaim,
): Promise<Bytes | null> {
	const row = { output: meterPart(outputId, "payee"), consumer: outputId, consumed: null };
	const [found] = await storedRows(transaction, issueId, [row]);
	const kept = found?.consumed ?? null;
	return kept !== null && !isRefusal(parse(consumedOutput, kept, kept.length)) ? kept : null;
}

async function isTaken(
	transaction: Transaction,
	{ token: { issueId, outputId } }: MeterClaim,
	part: "payee" | "payer",
): Promise<boolean> {
	const row = { output: meterPart(outputId, part), consumer: outputId, consumed: null };
	return (await storedRows(transaction, issueId, [row])).length > 0;
}

async function pay(
	context: OperatorContext,
	claim: MeterClaim,
	trust: Trust,
	sign: (subject: Bytes) => Promise<SignedRuling>,
): Promise<Bytes | Refusal> {
	const { statement, token } = claim;
	const order = refundOrder(statement.body, token.asset);
	if (order === undefined) return refuse("order-mismatch");
	const digest = orderDigest(order);
	const ruling = await sign(meterPart(token.outputId, claim.ticks === null ? "payer" : "payee"));
	const recorded = await context.commit((transaction) =>
		recordClaim(transaction, context, claim, order, ruling, trust),
	);
	if (isRefusal(recorded)) return recorded;
	const reply = await settle(context, digest, (transaction) =>
		replyTo(transaction, digest, recorded.outcomes),
	);
	return serialize(rulingReply, { kind: "ruled", ruling: recorded.ruling, reply });
}

type Recorded = { readonly ruling: SignedRuling; readonly outcomes: readonly Outcome[] };

async function recordClaim(
	transaction: Transaction,
	context: OperatorContext,
	claim: MeterClaim,
	order: Order,
	ruling: SignedRuling,
	trust: Trust,
): Promise<Recorded | Refusal> {
	const { action, asset } = order;
	if (action.kind !== "account") return refuse("order-mismatch");
	const stopped = await refusedPayout(transaction, context, asset.code);
	if (stopped !== undefined) return stopped;
	const payout = await payoutOf(transaction, context, claim, trust);
	if (isRefusal(payout)) return payout;
	const account = usable(await certificateOf(transaction, action.account), trust);
	const { token, until } = claim;
	const by = { order, signer: claim.statement.signer.hash, account, now: context.now() };
	const claimed = {
		...claimedBy({ ...payout, issue: token.issueId, until }, by),
		rows: [...payout.path, ownRow(payout, token.outputId, orderDigest(order))],
		position: 0,
	};
	const frozen = await refusedFrozen(transaction, context, [statesTaken(claimed)]);
	if (frozen !== undefined) return frozen;
	const outcomes = await recordPayouts(transaction, context, [claimed], trust);
	const [outcome] = outcomes;
	if (isRefusal(outcome)) return outcome;
	const statement = serialize(signedStatement, claim.statement.signed);
	const kept = await keepRuling(transaction, { ruling, statement }, assetHash(asset));
	return { ruling: kept.ruling, outcomes };
}

/** What this claim is paid now, or why nothing is. */
async function payoutOf(
	transaction: Transaction,
	context: OperatorContext,
	claim: MeterClaim,
	trust: Trust,
): Promise<MeterPayout | Refusal> {
	const { token, statement } = claim;
	// No claim is kept between this look and what it pays.
	await takeIssue(transaction, token.issueId);
	const kept = await claimOn(transaction, token.issueId, token.outputId);
	if (claim.ticks === null) return atLeastOne(payersPayout(claim, kept?.ticks ?? 0, trust));
	const own = serialize(signedStatement, statement.signed);
	if (kept === undefined || !equalBytes(serialize(signedStatement, kept.statement), own))
		return refuse("meter-over", "claim before until and grace");
	const close = await closeOf(transaction, claim);
	// What a Close makes a lie is no claim on the payee's part of it: it is judged beside it, and pays nothing.
	const isLie = close !== null && (await convictBeside(transaction, context, close, statement.signed, trust));
	const stands = close === null || isLie ? null : parse(consumedOutput, close, close.length);
	if (isRefusal(stands)) throw new Error("a stored Close that cannot be read");
	return atLeastOne(payeesPayout(claim, stands, trust));
}

function atLeastOne(payout: MeterPayout): MeterPayout | Refusal {
	return payout.amount > 0n ? payout : refuse("amount-invalid", "nothing is due");
}

/** A Close, shown by anybody: its rows are taken, so that what is claimed of its meter yields to it. */
export async function showClose(context: OperatorContext, value: Token): Promise<Bytes | Refusal> {
	const trust = await context.trust();
	const token = spanned("verify close", () => verifyParsedToken(value, trust));
	if (isRefusal(token)) return token;
	const link = token.path.at(-1);
	if (link === undefined || finalCountOf(link.body) === undefined)
		return refuse("meter-mismatch", "no Close");
	if (!equalBytes(token.asset.operator, context.id)) return refuse("asset-unknown", "another operator's");
	const { grace } = context.definitions.asset(token.asset.code) ?? { grace: 0 };
	if (context.now() >= refundUntil(token.issue, grace)) return refuse("refund-closed");
	const rows = pathRows(token, trust);
	const refusal = await context.commit(async (transaction) => {
		const stored = await storedRows(transaction, token.issueId, rows);
		const verdict = judgeRows(rows, stored, [], trust);
		if (verdict.kind === "refused") return verdict.refusal;
		for (const { kind, culprit, output, evidence } of verdict.kind === "forked" ? verdict.forks : [])
			await openCase(transaction, context, { kind, culprit: culprit.hash, input: output, evidence });
		await convictClaimants(transaction, context, { issue: token.issueId, rows }, trust);
		await insertRows(transaction, token.issueId, verdict.missing);
		return undefined;
	});
	if (refusal !== undefined) return refusal;
	const consumed = consumedOutputs(token, trust).at(-1) as ConsumedOutput;
	return serialize(rulingReply, { kind: "consumed", consumed });
}
