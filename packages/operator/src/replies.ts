/**
 * Replies: what became of each token of an order, put together from what is stored and from nothing else.
 *
 * A reply is kept under the hash of the claim that it answers, and given again byte for byte.
 */
import {
	type Bytes,
	type ClaimResult,
	isRefusal,
	maximumReplyBytes,
	type NewIssue,
	parse,
	type Refusal,
	refusedResult,
	reply,
	serialize,
	storedResult,
	toHex,
} from "@tenten/protocol";
import { storedIssues } from "./settlement.ts";
import { insertNew } from "./store/insert-new.ts";
import { selectIn } from "./store/sets.ts";
import type { Transaction } from "./store/store.ts";

/** Where a token's payout record stands; or why it has none. */
export type Outcome = { readonly issue: Bytes; readonly output: Bytes } | Refusal;

export async function storedReply(transaction: Transaction, hash: Bytes): Promise<Bytes | undefined> {
	return (await storedReplies(transaction, [hash])).get(toHex(hash));
}

/** The replies that were given to claims with these hashes, by hexadecimal hash. */
export async function storedReplies(
	transaction: Transaction,
	hashes: readonly Bytes[],
): Promise<ReadonlyMap<string, Bytes>> {
	const rows = await selectIn(transaction, "replies", "claim_hash", ["claim_hash", "reply"], hashes);
	return new Map(rows.map((row) => [toHex(row.claim_hash), row.reply]));
}

export async function keepReply(transaction: Transaction, hash: Bytes, encoded: Bytes): Promise<void> {
	await insertNew(transaction, "replies", [{ claim_hash: hash, reply: encoded }]);
}

/** The reply that follows from what is stored. */
export async function replyTo(
	transaction: Transaction,
	order: Bytes,
	outcomes: readonly Outcome[],
): Promise<Bytes> {
	const results: ClaimResult[] = [];
	const settlements = new Map<string, Bytes>();
	for (const outcome of outcomes) {
		if (isRefusal(outcome)) {
			results.push(refusedResult(outcome));
			continue;
		}
		const { settlement, result } = await settledResult(transaction, outcome);
		settlements.set(toHex(settlement), settlement);
		results.push(result);
	}
	const issues: NewIssue[] = [];
	for (const settlement of settlements.values()) issues.push(...(await issuesOf(transaction, settlement)));
	return serialize(reply, { order, results, issues });
}

async function settledResult(
	transaction: Transaction,
	{ issue, output }: Exclude<Outcome, Refusal>,
): Promise<{ readonly settlement: Bytes; readonly result: ClaimResult }> {
	const row = await transaction
		.selectFrom("claims")
		.select(["settlement_id", "result"])
		.where("issue_id", "=", issue)
		.where("output_id", "=", output)
		.executeTakeFirst();
	const result = row?.result ? parse(storedResult, row.result, row.result.length) : undefined;
	if (!row?.settlement_id || result === undefined || isRefusal(result))
		throw new Error("a record that was not settled");
	return { settlement: row.settlement_id, result };
}

async function issuesOf(transaction: Transaction, settlement: Bytes): Promise<readonly NewIssue[]> {
	const row = await transaction
		.selectFrom("settlements")
		.select("issues")
		.where("settlement_id", "=", settlement)
		.executeTakeFirst();
	const issues = row && parse(storedIssues, row.issues, maximumReplyBytes);
	if (issues === undefined || isRefusal(issues)) throw new Error("a settlement that cannot be read");
	return issues;
}
