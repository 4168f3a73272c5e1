/**
 * Case files: evidence, for whoever must act on it. One wrong makes one case, under its kind, culprit and what
 * it was done to: other links, other deciders or another order of them prove nothing more.
 */
import { type Bytes, type Conviction, encodeItem, sha256 } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

/** What a case is about: see `verifyEvidence` and `verifyFalseStatement`. */
type CaseKind = Conviction["kind"] | "falseStatement";

export type Case = {
	readonly kind: CaseKind;
	/** hash of the culprit's certificate */
	readonly culprit: Bytes;
	/** the output that was spent twice or whose lock was decided twice; of a false statement, its lock */
	readonly input: Bytes;
	readonly evidence: Bytes;
};

/** Keeps one case. What was proven of it first stays. */
export async function keepCase(
	transaction: Transaction,
	{ kind, culprit, input, evidence }: Case,
	openedAt: number,
): Promise<{ readonly id: Bytes; readonly isNew: boolean }> {
	const id = sha256(encodeItem([kind, culprit, input]));
	const kept = await transaction
		.insertInto("case_files")
		.values({ case_id: id, kind, culprit, evidence, opened_at: openedAt })
		.onConflict((conflict) => conflict.doNothing())
		.returning("case_id")
		.execute();
	return { id, isNew: kept.length === 1 };
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
