/**
 * Orders that are over: what was recorded, paid and answered under them goes once each issue that they redeemed and each
 * that they brought is forgotten. Before that a lost answer is only in here.
 *
 * Where pruning is only counted, an issue that is there is taken for forgotten once it has ended: of one that was
 * redeemed, the row of its first output holds it with its dates.
 */
import {
	type Bytes,
	consumedOutput,
	type Issue,
	isRefusal,
	issueId,
	issue as issueShape,
	outputId,
	parse,
	parseReply,
	refundedOutput,
	toHex,
} from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import type { Schema } from "../store/schema.ts";
import { deleteIn, selectIn } from "../store/sets.ts";
import type { Job, Transaction } from "../store/store.ts";
import { idIn, issuesIn } from "./brought.ts";
import { both, type Found, gone, nothing, stays } from "./found.ts";
import { hasEnded, type Pruning } from "./issues.ts";

type Pruned = { readonly found: Found; readonly last: string | null };

/** Settlements and replies in one transaction: a reply may be long. */
const [settlementsTogether, repliesTogether] = [50, 16];

export function pruneOrders(context: OperatorContext, pruning: Pruning, after: string): Promise<Pruned> {
	return inTransaction(context, pruning, async (transaction) => {
		const page = await transaction
			.selectFrom("settlements")
			.select(["settlement_id", "order_digest"])
			.where("settlement_id", ">", idIn(after))
			.orderBy("settlement_id")
			.limit(settlementsTogether)
			.execute();
		const digests = page.map(({ order_digest }) => order_digest);
		const over = await overAmong(transaction, context, pruning, digests);
		let found = nothing;
		for (const settlement of page)
			found = over.has(toHex(settlement.order_digest))
				? both(found, await forgetSettlement(transaction, pruning, settlement))
				: both(found, stays({ answering: 1 }));
		const last = page.length < settlementsTogether ? undefined : page.at(-1);
		return { found, last: last === undefined ? null : toHex(last.settlement_id) };
	});
}

/** Replies to claims of orders of which nothing is recorded any more. */
export function pruneReplies(context: OperatorContext, pruning: Pruning, after: string): Promise<Pruned> {
	return inTransaction(context, pruning, async (transaction) => {
		const page = await transaction
			.selectFrom("replies")
			.select(["claim_hash", "reply"])
			.where("claim_hash", ">", idIn(after))
			.orderBy("claim_hash")
			.limit(repliesTogether)
			.execute();
		const orders = page.map(({ claim_hash, reply }) => ({ hash: claim_hash, order: orderIn(reply) }));
		const digests = orders.map(({ order }) => order);
		const isOver = await overAmong(transaction, context, pruning, digests);
		const over = orders.filter(({ order }) => isOver.has(toHex(order))).map(({ hash }) => hash);
		if (pruning.isApplied) await deleteIn(transaction, "replies", "claim_hash", over);
		const last = page.length < repliesTogether ? undefined : page.at(-1);
		const found = both(gone({ replies: over.length }), stays({ answering: page.length - over.length }));
		return { found, last: last === undefined ? null : toHex(last.claim_hash) };
	});
}

function inTransaction<T>({ store }: OperatorContext, { isApplied }: Pruning, job: Job<T>): Promise<T> {
	return isApplied ? store.run(job) : store.read(job);
}

function orderIn(reply: Bytes): Bytes {
	const read = parseReply(reply);
	if (isRefusal(read)) throw new Error("a stored reply that cannot be read");
	return read.order;
}

/** Those orders of which every issue that they redeemed or brought is forgotten, or would be; in hexadecimal. */
async function overAmong(
	transaction: Transaction,
	context: OperatorContext,
	pruning: Pruning,
	digests: readonly Bytes[],
): Promise<ReadonlySet<string>> {
	const orders = new Map(digests.map((digest) => [toHex(digest), digest]));
	const names = [...orders.values()];
	const claimed = ["order_digest", "issue_id", "settlement_id"] as const;
	const claims = await selectIn(transaction, "claims", "order_digest", claimed, names);
	const settled = ["order_digest", "issues"] as const;
	const settlements = await selectIn(transaction, "settlements", "order_digest", settled, names);
	const brought = settlements.flatMap(({ order_digest, issues }) =>
		issuesIn(issues).map((proof) => ({ order_digest, issue_id: issueId(proof.issue), proof })),
	);
	const known = new Map(brought.map(({ issue_id, proof }) => [toHex(issue_id), proof.issue]));
	const ids = [...claims, ...brought].map(({ issue_id }) => issue_id);
	const there = new Set<string>();
	for (const { issue_id } of await selectIn(transaction, "issues", "issue_id", ["issue_id"], ids)) {
		const id = toHex(issue_id);
		if (pruning.isApplied || !(await willGo(transaction, context, pruning, issue_id, known.get(id))))
			there.add(id);
	}
	for (const { order_digest, settlement_id } of claims)
		if (settlement_id === null) orders.delete(toHex(order_digest));
	for (const { order_digest, issue_id } of [...claims, ...brought])
		if (there.has(toHex(issue_id))) orders.delete(toHex(order_digest));
	return new Set(orders.keys());
}

/** Whether an issue that is there has ended. `issue`: where what brought it is at hand. */
async function willGo(
	transaction: Transaction,
	context: OperatorContext,
	{ before }: Pruning,
	id: Bytes,
	issue: Issue | undefined,
): Promise<boolean> {
	const found = issue ?? (await issueBehind(transaction, id));
	return found !== undefined && hasEnded(context, { issue: found }, before);
}

/** An issue of which something was redeemed, from the row of its first output. */
async function issueBehind(transaction: Transaction, id: Bytes): Promise<Issue | undefined> {
	const row = await transaction
		.selectFrom("registry")
		.select("consumed")
		.where("issue_id", "=", id)
		.where("output_id", "=", outputId(id, 0))
		.executeTakeFirst();
	const consumed = row?.consumed ?? null;
	if (consumed === null) return undefined;
	const refunded = parse(refundedOutput, consumed, consumed.length);
	const kept = isRefusal(refunded) ? parse(consumedOutput, consumed, consumed.length) : refunded.consumed;
	if (isRefusal(kept) || kept.parent.kind !== "issue") return undefined;
	const issue = parse(issueShape, kept.parent.bytes, kept.parent.bytes.length);
	return isRefusal(issue) ? undefined : issue;
}

/** A settlement, with the claims that it settled. */
async function forgetSettlement(
	transaction: Transaction,
	{ isApplied }: Pruning,
	{ settlement_id, order_digest }: Pick<Schema["settlements"], "settlement_id" | "order_digest">,
): Promise<Found> {
	const claims = await transaction
		.selectFrom("claims")
		.select("output_id")
		.where("order_digest", "=", order_digest)
		.where("settlement_id", "=", settlement_id)
		.execute();
	if (isApplied) {
		await transaction
			.deleteFrom("claims")
			.where("order_digest", "=", order_digest)
			.where("settlement_id", "=", settlement_id)
			.execute();
		await transaction.deleteFrom("settlements").where("settlement_id", "=", settlement_id).execute();
	}
	return gone({ settlements: 1, claims: claims.length });
}
