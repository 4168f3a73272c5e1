/** Case files: evidence, kept under its own hash, for whoever must act on it. */
import { type Bytes, type Conviction, sha256 } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

/** What a case is about: see `verifyEvidence` and `verifyFalseStatement`. */
export type CaseKind = Conviction["kind"] | "falseStatement";

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

export type CaseFile = {
	readonly id: Bytes;
	readonly kind: string;
	readonly culprit: Bytes;
	/** unix seconds */
	readonly openedAt: number;
};

const pageLength = 100;

/** A page of cases by id, after the one that `cursor` names. */
export async function listCases(
	transaction: Transaction,
	cursor: Bytes | null,
): Promise<readonly CaseFile[]> {
	const rows = await transaction
		.selectFrom("case_files")
		.select(["case_id", "kind", "culprit", "opened_at"])
		.where("case_id", ">", cursor ?? new Uint8Array())
		.orderBy("case_id")
		.limit(pageLength)
		.execute();
	return rows.map(({ case_id, kind, culprit, opened_at }) => ({
		id: case_id,
		kind,
		culprit,
		openedAt: Number(opened_at),
	}));
}
