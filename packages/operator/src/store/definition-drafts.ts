/**
 * Definitions while people sign them, and codes whose issue people stopped.
 *
 * A draft and each signature of it are rows of their own, so that two who sign at once do not write over each other.
 */
import type { Bytes } from "@tenten/protocol";
import { insertNew } from "./insert-new.ts";
import type { Transaction } from "./store.ts";

export type KeptDraft = {
	readonly id: Bytes;
	/** without approvals */
	readonly encoded: Bytes;
	/** unix seconds */
	readonly proposedAt: number;
	readonly approvals: readonly KeptApproval[];
};

export type KeptApproval = { readonly actor: string; readonly encoded: Bytes };

/** Those whose ids follow `after`, in the order of their ids; as many as a page holds. */
export async function draftsAfter(
	transaction: Transaction,
	after: Bytes,
	count: number,
): Promise<readonly KeptDraft[]> {
	const rows = await transaction
		.selectFrom("definition_drafts")
		.selectAll()
		.where("definition_id", ">", after)
		.orderBy("definition_id")
		.limit(count)
		.execute();
	const drafts: KeptDraft[] = [];
	for (const row of rows) drafts.push(await keptDraft(transaction, row));
	return drafts;
}

export async function draftOf(transaction: Transaction, id: Bytes): Promise<KeptDraft | undefined> {
	const row = await transaction
		.selectFrom("definition_drafts")
		.selectAll()
		.where("definition_id", "=", id)
		.executeTakeFirst();
	return row && keptDraft(transaction, row);
}

type Row = {
	readonly definition_id: Bytes;
	readonly encoded: Bytes;
	readonly proposed_at: bigint | number;
};

async function keptDraft(
	transaction: Transaction,
	{ definition_id: id, encoded, proposed_at: at }: Row,
): Promise<KeptDraft> {
	const approvals = await transaction
		.selectFrom("definition_approvals")
		.select(["actor", "encoded"])
		.where("definition_id", "=", id)
		.orderBy("actor")
		.execute();
	return { id, encoded, proposedAt: Number(at), approvals };
}

export async function insertDraft(
	transaction: Transaction,
	{ id, encoded, proposedAt }: Omit<KeptDraft, "approvals">,
): Promise<void> {
	await insertNew(transaction, "definition_drafts", [
		{ definition_id: id, encoded, proposed_at: proposedAt },
	]);
}

export async function insertApproval(
	transaction: Transaction,
	id: Bytes,
	{ actor, encoded }: KeptApproval,
): Promise<void> {
	await insertNew(transaction, "definition_approvals", [{ definition_id: id, actor, encoded }]);
}

export async function deleteDraft(transaction: Transaction, id: Bytes): Promise<void> {
	await transaction.deleteFrom("definition_approvals").where("definition_id", "=", id).execute();
	await transaction.deleteFrom("definition_drafts").where("definition_id", "=", id).execute();
}

/** Codes whose issue is stopped, and by whom. */
export async function issueStops(transaction: Transaction): Promise<ReadonlyMap<string, string>> {
	const rows = await transaction.selectFrom("issue_stops").select(["code", "actor"]).execute();
	return new Map(rows.map(({ code, actor }) => [code, actor]));
}

/** What stopped it first stays. */
export async function insertIssueStop(
	transaction: Transaction,
	code: string,
	actor: string,
	since: number,
): Promise<void> {
	await transaction
		.insertInto("issue_stops")
		.values({ code, actor, since })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

export async function deleteIssueStop(transaction: Transaction, code: string): Promise<void> {
	await transaction.deleteFrom("issue_stops").where("code", "=", code).execute();
}
