/**
 * A prepared claim: what a judged claim writes if nothing on its tokens' paths was consumed by anything else.
 *
 * That is what nearly every claim finds. Its plan, its issues and its reply follow from it alone, so they are
 * made and signed before the store is asked; whoever finds anything else there throws them away, and the claim
 * goes the long way (`claims.ts`).
 */
import {
	assetHash,
	type Bytes,
	type ClaimResult,
	type IssueProof,
	isRefusal,
	type NewIssue,
	planPayout,
	refusedResult,
	reply,
	serialize,
	storedResult,
	toHex,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { makeIssues } from "../issuer.ts";
import type { JudgedClaim, JudgedToken } from "../judging/judge.ts";
import { encodeRecord, type OpenPayout, shareOf } from "../payout-record.ts";
import type { RequestKey } from "../request-key.ts";
import { linesOf, settlementId, storedIssues } from "../settlement.ts";
import type { Entry } from "../store/books.ts";
import type { Schema } from "../store/schema.ts";
import { settlementEvents } from "../told-settlement.ts";
import type { NewEvent } from "../webhooks/outbox.ts";
import type { Taking } from "./taking.ts";

export type PreparedClaim = {
	/** of the claim's bytes */
	readonly hash: Bytes;
	readonly digest: Bytes;
	/** of the order's asset */
	readonly code: string;
	readonly key: RequestKey | null;
	readonly takings: readonly Taking[];
	/** unix seconds: the time by which it was judged */
	readonly at: number;
	/** null where it must go the long way whatever is stored */
	readonly writes: Writes | null;
};

/** Rows to write, apart from those of the registry, and the reply that says so. */
export type Writes = {
	readonly claims: readonly Schema["claims"][];
	readonly settlement: Schema["settlements"];
	readonly proofs: readonly IssueProof[];
	readonly entry: Entry;
	readonly reply: Bytes;
	/** what partners are told of it */
	readonly events: readonly NewEvent[];
};

/** Signs the issues of a claim whose tokens are all free, and encodes what is written for it. */
export async function prepareWrites(
	context: OperatorContext,
	{ order, digest, signer, tokens }: JudgedClaim,
	takings: readonly Taking[],
	now: number,
): Promise<Writes | null> {
	if (takings.length === 0 || takings.some(({ burned, closed }) => burned || closed)) return null;
	const open = takings.map(openPayout);
	const paid = takings.map(({ amount }) => amount);
	const plan = planPayout(
		order,
		signer,
		open.map((payout) => shareOf(payout, payout.record.amount)),
		false,
	);
	const proofs = await makeIssues({ ...context, now: () => now }, order.asset.code, plan.issues);
	if (isRefusal(proofs)) return null;
	const issues: readonly NewIssue[] = plan.issues.map(({ output }, position) => ({
		output,
		proof: proofs[position] as IssueProof,
	}));
	const credited = new Set(plan.credited.map(({ output }) => toHex(output)));
	const resultOf = (token: JudgedToken): ClaimResult => ({
		kind: credited.has(toHex(token.output)) ? "paid" : "refreshed",
		amount: token.amount,
	});
	const results = tokens.map((token) => (isRefusal(token) ? refusedResult(token) : resultOf(token)));
	const id = settlementId(digest, 0);
	return {
		claims: open.map(({ issue, output, record }) => ({
			issue_id: issue,
			output_id: output,
			order_digest: digest,
			record: encodeRecord(record),
			settlement_id: id,
			result: serialize(storedResult, results[record.position] as ClaimResult),
		})),
		settlement: { settlement_id: id, order_digest: digest, issues: serialize(storedIssues, issues) },
		proofs,
		entry: {
			id,
			asset: assetHash(order.asset),
			lines: linesOf({ unsettled: { open }, paid, plan }),
			at: now,
		},
		reply: serialize(reply, { order: digest, results, issues }),
		events: settlementEvents(context, { id, open, paid, plan }),
	};
}

function openPayout(taking: Taking): OpenPayout {
	const outcome = { kind: "accepted", source: taking.source } as const;
	return { issue: taking.issue, output: taking.output, record: { ...taking, outcome } };
}
