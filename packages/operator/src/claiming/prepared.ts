/**
 * A prepared claim: what a judged claim writes if nothing on its tokens' paths was consumed by anything else.
 *
 * That is what nearly every claim finds. Its plan, its issues and its reply follow from it alone, so they are
 * made and signed before the store is asked; whoever finds anything else there throws them away, and the claim
 * goes the long way (`claims.ts`).
 */
import {
	type Bytes,
	type ClaimResult,
	type IssueProof,
	isRefusal,
	refusedResult,
	reply,
	serialize,
	storedResult,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import type { JudgedClaim } from "../judging/judge.ts";
import { encodeRecord, type OpenPayout } from "../payout-record.ts";
import type { RequestKey } from "../request-key.ts";
import { acceptedResult, planSettlement, type SettlementWrites, settlementWrites } from "../settlement.ts";
import type { Schema } from "../store/schema.ts";
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
	readonly proofs: readonly IssueProof[];
	readonly settled: SettlementWrites;
	readonly reply: Bytes;
};

/** Signs the issues of a claim whose tokens are all free, and encodes what is written for it. */
export async function prepareWrites(
	context: OperatorContext,
	{ digest, tokens }: JudgedClaim,
	takings: readonly Taking[],
	now: number,
): Promise<Writes | null> {
	if (takings.length === 0 || takings.some(({ burned, closed }) => burned || closed)) return null;
	const open = takings.map(openPayout);
	const unsettled = { open, before: 0, drawn: new Map() };
	const settlement = await planSettlement({ ...context, now: () => now }, digest, unsettled);
	if (isRefusal(settlement)) return null;
	const { proofs } = settlement;
	const settled = settlementWrites(context, settlement);
	const { issues, isCredited } = settled;
	const results = tokens.map((token) =>
		isRefusal(token) ? refusedResult(token) : acceptedResult(token.amount, isCredited(token.output)),
	);
	return {
		claims: open.map(({ issue, output, record }) => ({
			issue_id: issue,
			output_id: output,
			order_digest: digest,
			record: encodeRecord(record),
			settlement_id: settled.row.settlement_id,
			result: serialize(storedResult, results[record.position] as ClaimResult),
		})),
		proofs,
		settled,
		reply: serialize(reply, { order: digest, results, issues }),
	};
}

function openPayout(taking: Taking): OpenPayout {
	const outcome = { kind: "accepted", source: taking.source } as const;
	return { issue: taking.issue, output: taking.output, record: { ...taking, outcome } };
}
