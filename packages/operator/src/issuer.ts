/**
 * Issuing: withdrawals from accounts, and the making of issues for whoever else must pay in tokens.
 *
 * A withdrawal is answered once: the same order gets the stored answer, a refusal for lack of funds too, so
 * that an old order never comes true later. Signing happens before the transaction, which then either
 * writes account, issues and answer together or nothing.
 */
import {
	assetHash,
	type Bytes,
	bytes,
	currentlyValid,
	equalBytes,
	type Issue,
	type IssueProof,
	isRefusal,
	issueBatch,
	issueId,
	limits,
	maximumHopsUsed,
	maximumReplyBytes,
	type NewOutput,
	type PlannedIssue,
	parse,
	parseReply,
	type Refusal,
	type RefusalCode,
	record,
	refuse,
	reply,
	serialize,
	signedOrder,
	sumOf,
	text,
	toHex,
	union,
	type VerifiedOrder,
	verifyOrder,
} from "@tenten/protocol";
import { ceilingRefusal } from "./ceiling.ts";
import type { OperatorContext } from "./context.ts";
import { issuedEffects, noteEffects } from "./sealing/effects.ts";
import { balanceOf, nobody, postEntry } from "./store/books.ts";
import { insertNew } from "./store/insert-new.ts";
import type { Schema } from "./store/schema.ts";
import type { Transaction } from "./store/store.ts";
import { spanned } from "./tracing.ts";
import { refusedIssue } from "./watch.ts";
import { tell } from "./webhooks/outbox.ts";
import { toldAmount } from "./webhooks/told-amount.ts";

/** A stored answer: a reply, or why there is none. */
const answer = union({
	reply: [1, record({ bytes: bytes(1, maximumReplyBytes) })],
	refused: [2, record({ code: text(32), detail: text(256) })],
});

export async function withdraw(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const order = await spanned("verify order", () => verifyWithdrawal(context, encoded));
	if (isRefusal(order)) return order;
	const stored = await context.store.run((transaction) => storedAnswer(transaction, order.digest));
	if (stored !== undefined) return stored;
	const stopped = context.definitions.stopped(order.order.asset.code);
	if (stopped !== undefined) return stopped;
	const proofs = await makeIssues(context, order.order.asset.code, plannedOutputs(context, order));
	if (isRefusal(proofs)) return proofs;
	const issues = proofs.map((proof, output) => ({ output, proof }));
	const made = serialize(reply, { order: order.digest, results: [], issues });
	return context.commit((transaction) => commitWithdrawal(transaction, context, order, proofs, made));
}

type Withdrawal = VerifiedOrder & { readonly outputs: readonly NewOutput[]; readonly account: Bytes };

async function verifyWithdrawal(
	{ id, now, trust }: OperatorContext,
	encoded: Bytes,
): Promise<Withdrawal | Refusal> {
	const parsed = parse(signedOrder, encoded);
	if (isRefusal(parsed)) return parsed;
	const { asset, action } = parsed.order;
	if (action.kind !== "withdraw") return refuse("order-mismatch", "no withdrawal");
	if (!equalBytes(asset.operator, id)) return refuse("asset-unknown", "another operator's");
	const current = await trust();
	if (current.asset(asset) === undefined) return refuse("asset-unknown");
	const order = verifyOrder(parsed, current);
	if (isRefusal(order)) return order;
	if (!equalBytes(order.signer.hash, action.account))
		return refuse("owner-mismatch", "another certificate's account");
	const invalid = currentlyValid(order.signer, now());
	if (invalid !== undefined) return invalid;
	if (sumOf(action.outputs) > limits.amount) return refuse("amount-invalid");
	return { ...order, outputs: action.outputs, account: action.account };
}

function plannedOutputs({ definitions }: OperatorContext, order: Withdrawal): readonly PlannedIssue[] {
	const terms = { conditions: definitions.conditionsOf(order.order.asset.code), caveats: [] };
	return order.outputs.map(({ amount, owner }, output) => ({ output, amount, owner, hopsUsed: 0, terms }));
}

async function commitWithdrawal(
	transaction: Transaction,
	context: OperatorContext,
	order: Withdrawal,
	proofs: readonly IssueProof[],
	made: Bytes,
): Promise<Bytes | Refusal> {
	const stored = await storedAnswer(transaction, order.digest);
	if (stored !== undefined) return stored;
	const stopped = await refusedIssue(transaction, context, order.order.asset.code);
	if (stopped !== undefined) return stopped;
	const asset = assetHash(order.order.asset);
	const total = sumOf(order.outputs);
	const available = await balanceOf(transaction, "holder", order.account, asset);
	const refusal =
		available < total
			? refuse("funds-insufficient", `${available} of ${total}`)
			: await ceilingRefusal(transaction, context, order.order.asset.code, total);
	const answered = { order_digest: order.digest, answer: encodeAnswer(refusal ?? made) };
	await insertNew(transaction, "withdrawals", [answered]);
	if (refusal !== undefined) return refusal;
	await insertIssues(transaction, proofs);
	const lines = [
		{ book: "holder", owner: order.account, amount: -total },
		{ book: "issued", owner: nobody, amount: total },
	] as const;
	await postEntry(transaction, { id: order.digest, asset, lines, at: context.now() });
	await tellIssue(transaction, context, {
		cause: order.digest,
		account: order.account,
		code: order.order.asset.code,
		amount: total,
		tokens: proofs.length,
	});
	return made;
}

/** What came into circulation, and which account paid for it; `cause` is the order, or the batch of the operator's. */
export function tellIssue(
	transaction: Transaction,
	context: OperatorContext,
	issued: {
		readonly cause: Bytes;
		readonly account: Bytes | null;
		readonly code: string;
		readonly amount: bigint;
		readonly tokens: number;
	},
): Promise<void> {
	const { cause, account, code, amount, tokens } = issued;
	const subject = toHex(account ?? cause);
	const named = account === null ? null : subject;
	const data = { account: named, amount: toldAmount(context, code, amount), tokens };
	return tell(transaction, context, { type: "tenten.value.issued", cause, subject, account, data });
}

function encodeAnswer(value: Bytes | Refusal): Bytes {
	return serialize(
		answer,
		isRefusal(value)
			? { kind: "refused", code: value.code, detail: value.detail }
			: { kind: "reply", bytes: value },
	);
}

/** What a stored answer to a withdrawal brought into circulation. */
export function issuedBy(encoded: Bytes): readonly IssueProof[] {
	const read = answerIn(encoded);
	const replied = isRefusal(read) ? undefined : parseReply(read);
	if (isRefusal(replied)) throw new Error("a stored answer that cannot be read");
	return replied?.issues.map(({ proof }) => proof) ?? [];
}

async function storedAnswer(transaction: Transaction, order: Bytes): Promise<Bytes | Refusal | undefined> {
	const row = await transaction
		.selectFrom("withdrawals")
		.select("answer")
		.where("order_digest", "=", order)
		.executeTakeFirst();
	return row && answerIn(row.answer);
}

function answerIn(encoded: Bytes): Bytes | Refusal {
	const value = parse(answer, encoded, encoded.length);
	if (isRefusal(value)) throw new Error("a stored answer that cannot be read");
	return value.kind === "reply" ? value.bytes : refuse(value.code as RefusalCode, value.detail);
}

/** Signs issues under the asset's present date windows. Nothing counts until `insertIssues`. */
export async function makeIssues(
	{ id, definitions, now, entropy, keys }: OperatorContext,
	code: string,
	planned: readonly PlannedIssue[],
): Promise<readonly IssueProof[] | Refusal> {
	const definition = definitions.asset(code);
	if (definition === undefined) return refuse("asset-unknown");
	if (planned.length === 0) return [];
	const issuedAt = now();
	const issues: readonly Issue[] = planned.map(({ amount, owner, hopsUsed, terms }) => ({
		asset: { operator: id, code },
		amount,
		owner,
		...terms,
		hopsUsed: Math.min(hopsUsed, maximumHopsUsed),
		nonce: entropy(16),
		issuedAt,
		spendUntil: issuedAt + definition.spendWindow,
		redeemUntil: issuedAt + definition.redeemWindow,
	}));
	return issueBatch(issues, keys.issuing);
}

export async function insertIssues(transaction: Transaction, proofs: readonly IssueProof[]): Promise<void> {
	if (proofs.length === 0) return;
	const rows = proofs.map(issueRow);
	await transaction.insertInto("issues").values(rows).execute();
	await noteEffects(transaction, () => issuedEffects(rows));
}

/** The row of an issue of which nothing was paid yet. */
export function issueRow({ issue }: IssueProof): Schema["issues"] {
	return { issue_id: issueId(issue), asset: assetHash(issue.asset), issued: issue.amount, paid: 0n };
}
