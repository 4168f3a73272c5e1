/**
 * Recording: takes the rows of what is to be paid, and writes what is owed for it, in one transaction.
 *
 * Every payout passes here, of redemption, refresh or ruling. All checks come first; a refusal writes nothing.
 */
import {
	type Bytes,
	compareBytes,
	equalBytes,
	type Fork,
	judgeRows,
	mayCredit,
	type Order,
	orderDigest,
	type Refund,
	type Refusal,
	refuse,
	type Trust,
	type Verdict,
	type VerifiedCertificate,
} from "@tenten/protocol";
import { openCase } from "./cases.ts";
import type { OperatorContext } from "./context.ts";
import type { JudgedToken } from "./judging/judge.ts";
import { convictClaimants } from "./metered.ts";
import { encodeRecord, type PayoutRecord } from "./payout-record.ts";
import type { Outcome } from "./replies.ts";
import type { Case } from "./store/case-files.ts";
import { insertNew } from "./store/insert-new.ts";
import { insertRows, storedRows, takeFromIssue } from "./store/registry.ts";
import { mustWrite, Overtaken, type Transaction } from "./store/store.ts";

/** What is to be paid for one output. */
export type Claimed = Omit<JudgedToken, "kind" | "holding" | "releases"> & {
	readonly order: Order;
	/** names the order, or the statement, wherever it is paid */
	readonly digest: Bytes;
	/** see `PayoutRecord` */
	readonly position: number;
	/** hash of the certificate that signed it */
	readonly signer: Bytes;
	readonly creditable: boolean;
	/** hashes of the certificates that would be paid */
	readonly claimants: readonly Bytes[];
	readonly source: "redeemed" | "refunded";
};

type Refunded = Pick<Refund, "output" | "amount" | "hops" | "terms" | "owner" | "holding" | "until"> & {
	readonly issue: Bytes;
};

/** By whose word something is refunded, and to whom; `account` null: a certificate that is not usable. */
type RefundedBy = {
	readonly order: Order;
	/** hash of the certificate that signed the statement */
	readonly signer: Bytes;
	readonly account: VerifiedCertificate | null;
	/** unix seconds */
	readonly now: number;
};

/** What a statement is paid for one output, before the rows that it takes. `until`: closed from then on. */
export function claimedBy(
	{ issue, output, amount, hops, terms, owner, holding, until }: Refunded,
	{ order, signer, account, now }: RefundedBy,
): Omit<Claimed, "rows" | "position"> {
	return {
		...{ order, digest: orderDigest(order), signer, issue, output, amount, hops, terms, owner },
		redeemer: signer,
		creditable: account !== null && mayCredit(holding, account, now),
		claimants: account === null ? [signer] : [signer, account.hash],
		source: "refunded",
		burned: false,
		closed: now >= until,
	};
}

/**
 * Where each payout stands recorded, now or since an earlier try, or why it does not; at its `position`. By issue,
 * as every writer does: two that want the same rows in two orders would wait for each other.
 */
export async function recordPayouts(
	transaction: Transaction,
	context: OperatorContext,
	claimed: readonly Claimed[],
	trust: Trust,
): Promise<Outcome[]> {
	const outcomes: Outcome[] = [];
	for (const one of claimed.toSorted((a, b) => compareBytes(a.issue, b.issue))) {
		const refusal = await recordPayout(transaction, context, one, trust);
		outcomes[one.position] = refusal ?? { issue: one.issue, output: one.output };
	}
	return outcomes;
}

async function recordPayout(
	transaction: Transaction,
	context: OperatorContext,
	claimed: Claimed,
	trust: Trust,
): Promise<Refusal | undefined> {
	const { issue, output, rows, claimants, source, closed } = claimed;
	if (await isRecorded(transaction, claimed)) return undefined;
	if (closed) return refuse(source === "refunded" ? "refund-closed" : "redeem-closed");
	const stored = await storedRows(transaction, issue, rows);
	const verdict = judgeRows(rows, stored, claimants, trust);
	if (verdict.kind === "refused") return verdict.refusal;
	// Reserve draws are no payment of this issue: what it holds went to the winning branch.
	if (verdict.kind === "free" && !(await takeFromIssue(transaction, issue, claimed.amount))) {
		// Whoever took it all had the issue's row until now: what was read before is old, and it may be a fork.
		mustWrite((await storedRows(transaction, issue, rows)).length, stored.length);
		// Or it was this very payout, made by another after we had looked for it.
		if (await isRecorded(transaction, claimed)) throw new Overtaken();
		return refuse("issue-proof-invalid", "more than was issued");
	}
	await convictClaimants(transaction, context, claimed, trust);
	const outcome = await outcomeOf(transaction, context, claimed, verdict);
	await insertRows(transaction, issue, verdict.missing);
	const { digest } = claimed;
	const record = encodeRecord({ ...claimed, outcome });
	const open = { settlement_id: null, result: null };
	await insertNew(transaction, "claims", [
		{ issue_id: issue, output_id: output, order_digest: digest, record, ...open },
	]);
	return undefined;
}

/** Whether this order, or statement, has its payout for this output. */
export async function isRecorded(
	transaction: Transaction,
	{ issue, output, digest }: Claimed,
): Promise<boolean> {
	const row = await transaction
		.selectFrom("claims")
		.select("order_digest")
		.where("issue_id", "=", issue)
		.where("output_id", "=", output)
		.where("order_digest", "=", digest)
		.executeTakeFirst();
	return row !== undefined;
}

async function outcomeOf(
	transaction: Transaction,
	context: OperatorContext,
	{ source, burned }: Claimed,
	verdict: Exclude<Verdict, { readonly kind: "refused" }>,
): Promise<PayoutRecord["outcome"]> {
	if (verdict.kind === "free") return burned ? { kind: "burned" } : { kind: "accepted", source };
	const { forks, last, draws } = verdict;
	for (const fork of forks) await openCase(transaction, context, caseOf(fork));
	return {
		kind: "forked",
		caseId: await openCase(transaction, context, caseOf(last)),
		culprit: last.culprit.hash,
		limit: limitOf(last.culprit, context),
		draws: draws && !burned,
	};
}

/** What the reserve pays under a culprit, minor units: another operator's word never makes us pay more than ours. */
function limitOf({ profile, operatorId }: VerifiedCertificate, { id, policy }: OperatorContext): bigint {
	const certified = profile.limits?.offlineTotal ?? policy.forkLimit;
	const isOwn = equalBytes(operatorId, id);
	return isOwn || certified < policy.forkLimit ? certified : policy.forkLimit;
}

function caseOf({ kind, culprit, output, evidence }: Fork): Case {
	return { kind, culprit: culprit.hash, input: output, evidence };
}
