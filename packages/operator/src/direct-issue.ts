/**
 * Issues that no account pays for: tickets, gifts and prizes, which the operator answers for itself.
 *
 * Proofs are stored with their issues: after a lost answer or a crash, the same batch gets the same proofs.
 */
import {
	assetHash,
	type Bytes,
	encodeItem,
	equalBytes,
	type IssueProof,
	isRefusal,
	issueProof,
	limits,
	parse,
	type Refusal,
	refuse,
	serialize,
	sha256,
	sumOf,
	type Terms,
	termsKey,
} from "@tenten/protocol";
import { ceilingRefusal } from "./ceiling.ts";
import type { OperatorContext } from "./context.ts";
import { insertIssues, makeIssues, tellIssue } from "./issuer.ts";
import { hasEntry, hasRoomFor, nobody, postEntry } from "./store/books.ts";
import { insertNew } from "./store/insert-new.ts";
import type { Transaction } from "./store/store.ts";
import { refusedIssue } from "./watch.ts";

export type DirectIssue = {
	/** 32 bytes that name this batch: the same one is issued once, another under its name is refused */
	readonly id: Bytes;
	readonly code: string;
	/** at most 65,536, signed once */
	readonly outputs: readonly { readonly amount: bigint; readonly owner: Bytes }[];
	readonly terms: Terms;
};

const rowsTogether = 1_000;

export async function issueDirectly(
	context: OperatorContext,
	{ id, code, outputs, terms }: DirectIssue,
): Promise<readonly IssueProof[] | Refusal> {
	const total = sumOf(outputs);
	if (total > limits.amount || outputs.some(({ amount }) => amount <= 0n)) return refuse("amount-invalid");
	const content = contentOf(code, outputs, terms);
	const before = await context.store.run((transaction) => issuedBefore(transaction, id, content));
	if (before !== undefined) return before;
	const stopped = context.definitions.stopped(code);
	if (stopped !== undefined) return stopped;
	const planned = outputs.map(({ amount, owner }, output) => ({ output, amount, owner, hopsUsed: 0, terms }));
	const proofs = await makeIssues(context, code, planned);
	if (isRefusal(proofs)) return proofs;
	const asset = assetHash({ operator: context.id, code });
	return context.commit(async (transaction) => {
		const meanwhile = await issuedBefore(transaction, id, content);
		if (meanwhile !== undefined) return meanwhile;
		const stopped = await refusedIssue(transaction, context, code);
		if (stopped !== undefined) return stopped;
		if (!(await hasRoomFor(transaction, asset, total)))
			return refuse("limit-exceeded", "more than the books hold");
		const over = await ceilingRefusal(transaction, context, code, total);
		if (over !== undefined) return over;
		await keepProofs(transaction, id, content, proofs);
		const lines = [
			{ book: "outside", owner: nobody, amount: -total },
			{ book: "issued", owner: nobody, amount: total },
		] as const;
		await postEntry(transaction, { id, asset, lines, at: context.now() });
		await tellIssue(transaction, context, {
			cause: id,
			account: null,
			code,
			amount: total,
			tokens: proofs.length,
		});
		return proofs;
	});
}

/** Hash of all that a batch asks for. */
function contentOf(code: string, outputs: DirectIssue["outputs"], terms: Terms): Bytes {
	const asked = outputs.map(({ amount, owner }) => [amount, owner]);
	return sha256(encodeItem([code, asked, termsKey(terms)]));
}

/** What was issued under this name, if anything was. */
async function issuedBefore(
	transaction: Transaction,
	id: Bytes,
	content: Bytes,
): Promise<readonly IssueProof[] | Refusal | undefined> {
	const batch = await transaction
		.selectFrom("direct_issues")
		.select("content")
		.where("batch_id", "=", id)
		.executeTakeFirst();
	if (batch === undefined)
		return (await hasEntry(transaction, id)) ? refuse("request-reused", "booked before") : undefined;
	if (!equalBytes(batch.content, content)) return refuse("request-reused", "another batch");
	const rows = await transaction
		.selectFrom("direct_proofs")
		.select(["position", "proof"])
		.where("batch_id", "=", id)
		.orderBy("position")
		.execute();
	// They go from the first on: see `pruning/prune.ts`.
	if (Number(rows[0]?.position ?? -1) !== 0) return refuse("request-reused", "issued before, and over");
	return rows.map(({ proof }) => {
		const value = parse(issueProof, proof);
		if (isRefusal(value)) throw new Error("a stored proof that cannot be read");
		return value;
	});
}

async function keepProofs(
	transaction: Transaction,
	id: Bytes,
	content: Bytes,
	proofs: readonly IssueProof[],
): Promise<void> {
	await insertNew(transaction, "direct_issues", [{ batch_id: id, content }]);
	for (let from = 0; from < proofs.length; from += rowsTogether) {
		const some = proofs.slice(from, from + rowsTogether);
		await insertIssues(transaction, some);
		const rows = some.map((proof, at) => ({
			batch_id: id,
			position: from + at,
			proof: serialize(issueProof, proof),
		}));
		await transaction.insertInto("direct_proofs").values(rows).execute();
	}
}
