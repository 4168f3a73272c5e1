/** Case files: evidence, kept under its own hash, for whoever must act on it. */
import { type Bytes, sha256 } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

/** What a case is about: see `verifyEvidence` and `verifyFalseStatement`. */
export type CaseKind = "fork" | "doubleDecision" | "falseStatement";

/** Keeps one case, and answers with its id. The same evidence is kept once. */
export async function keepCase(
	transaction: Transaction,
	kind: CaseKind,
	culprit: Bytes,
	evidence: Bytes,
	openedAt: number,
): Promise<Bytes> {
	const id = sha256(evidence);
	await transaction
		.insertInto("case_files")
		.values({ case_id: id, kind, culprit, evidence, opened_at: openedAt })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
	return id;
}

/** The evidence of a case. */
export async function evidenceOf(transaction: Transaction, caseId: Bytes): Promise<Bytes | undefined> {
	const row = await transaction
		.selectFrom("case_files")
		.select("evidence")
		.where("case_id", "=", caseId)
		.executeTakeFirst();
	return row?.evidence;
}
