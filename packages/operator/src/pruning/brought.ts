/**
 * What brought issues into circulation, page by page: stored answers to orders and withdrawals, and batches of the
 * operator's own. Each holds its issues with their dates, which the table of issues does not.
 */
import {
	type Bytes,
	fromHex,
	type IssueProof,
	isRefusal,
	issueProof,
	maximumReplyBytes,
	parse,
	toHex,
} from "@tenten/protocol";
import { sql } from "kysely";
import { issuedBy } from "../issuer.ts";
import { storedIssues } from "../settlement.ts";
import type { Schema } from "../store/schema.ts";
import type { Transaction } from "../store/store.ts";

export type Brought = {
	readonly proofs: readonly IssueProof[];
	/** the end of the page, as text; null where it is the last */
	readonly last: string | null;
};

/** Reads the page after `after`, which is empty at the beginning. */
export type Pages = (transaction: Transaction, after: string) => Promise<Brought>;

const together = 50;

export const inSettlements: Pages = async (transaction, after) => {
	const rows = await transaction
		.selectFrom("settlements")
		.select(["settlement_id", "issues"])
		.where("settlement_id", ">", idIn(after))
		.orderBy("settlement_id")
		.limit(together)
		.execute();
	const proofs = rows.flatMap(({ issues }) => issuesIn(issues));
	return { proofs, last: lastOf(rows, ({ settlement_id }) => toHex(settlement_id)) };
};

export const inWithdrawals: Pages = async (transaction, after) => {
	const rows = await transaction
		.selectFrom("withdrawals")
		.select(["order_digest", "answer"])
		.where("order_digest", ">", idIn(after))
		.orderBy("order_digest")
		.limit(together)
		.execute();
	const proofs = rows.flatMap(({ answer }) => issuedBy(answer));
	return { proofs, last: lastOf(rows, ({ order_digest }) => toHex(order_digest)) };
};

/** Where a proof of a batch stands. */
export type ProofPlace = Pick<Schema["direct_proofs"], "batch_id" | "position">;

/** `places`: of the proofs, one by one. */
export async function inBatches(
	transaction: Transaction,
	after: string,
): Promise<Brought & { readonly places: readonly ProofPlace[] }> {
	const [batch = "", position = "-1"] = after.split(":");
	const rows = await transaction
		.selectFrom("direct_proofs")
		.select(["batch_id", "position", "proof"])
		.where(sql<boolean>`(batch_id, position) > (${idIn(batch)}, ${BigInt(position)})`)
		.orderBy("batch_id")
		.orderBy("position")
		.limit(together)
		.execute();
	const proofs = rows.map(({ proof }) => {
		const value = parse(issueProof, proof);
		if (isRefusal(value)) throw new Error("a stored proof that cannot be read");
		return value;
	});
	const last = lastOf(rows, ({ batch_id, position: at }) => `${toHex(batch_id)}:${at}`);
	return { proofs, last, places: rows };
}

/** What a settlement brought: encoded `storedIssues`. */
export function issuesIn(encoded: Bytes): readonly IssueProof[] {
	const issues = parse(storedIssues, encoded, maximumReplyBytes);
	if (isRefusal(issues)) throw new Error("a settlement that cannot be read");
	return issues.map(({ proof }) => proof);
}

export function idIn(after: string): Bytes {
	return fromHex(after) ?? new Uint8Array();
}

function lastOf<Row>(rows: readonly Row[], name: (row: Row) => string): string | null {
	const last = rows.at(-1);
	return rows.length < together || last === undefined ? null : name(last);
}
