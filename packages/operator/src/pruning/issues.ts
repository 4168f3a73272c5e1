/**
 * Issues that have ended: each goes with its closing line, and then its rows of the registry.
 *
 * In this order, since nothing is paid of an issue that is in no book, whatever a clock says. One of which something
 * recorded is not paid yet waits for that. Rows go in parts, each in a transaction of its own.
 */
import { type IssueProof, issueId, refundUntil, toHex } from "@tenten/protocol";
import { sql } from "kysely";
import type { OperatorContext } from "../context.ts";
import { addToClosing, type Closing } from "../store/closings.ts";
import type { Schema } from "../store/schema.ts";
import type { Transaction } from "../store/store.ts";
import { both, type Found, gone, nothing, stays } from "./found.ts";

/** `before`: unix seconds. Without `isApplied` it is only counted. */
export type Pruning = { readonly before: number; readonly isApplied: boolean };

/** Issues in one transaction, and rows of them. */
const [issuesTogether, rowsTogether] = [200, 500];

export function hasEnded(
	{ definitions }: OperatorContext,
	{ issue }: Pick<IssueProof, "issue">,
	before: number,
): boolean {
	const grace = definitions.asset(issue.asset.code)?.grace;
	return grace !== undefined && refundUntil(issue, grace) <= before;
}

export async function pruneIssues(
	context: OperatorContext,
	pruning: Pruning,
	proofs: readonly IssueProof[],
): Promise<Found> {
	const ended = proofs.filter((proof) => hasEnded(context, proof, pruning.before));
	let found = stays({ notEnded: proofs.length - ended.length });
	for (let from = 0; from < ended.length; from += issuesTogether)
		found = both(found, await pruneEnded(context, pruning, ended.slice(from, from + issuesTogether)));
	return found;
}

async function pruneEnded(
	{ store }: OperatorContext,
	{ isApplied }: Pruning,
	ended: readonly IssueProof[],
): Promise<Found> {
	const codes = new Map(ended.map(({ issue }) => [toHex(issueId(issue)), issue.asset.code]));
	const ids = ended.map(({ issue }) => issueId(issue)).sort(Buffer.compare);
	if (!isApplied)
		return store.read(async (transaction) => {
			const { rows, waiting } = await settledOf(transaction, ids);
			const registry = await countRows(transaction, withoutThose(ids, waiting));
			return both(told(rows, waiting.length, codes), gone({ registry }));
		});
	const { rows, waiting } = await store.run(async (transaction) => {
		const settled = await settledOf(transaction, ids);
		await closeIssues(transaction, settled.rows);
		return settled;
	});
	const over = withoutThose(ids, waiting);
	let registry = 0;
	for (let some = rowsTogether; some === rowsTogether && over.length > 0; registry += some)
		some = await store.run((transaction) => forgetRows(transaction, over));
	return both(told(rows, waiting.length, codes), gone({ registry }));
}

type Settled = { readonly rows: readonly Schema["issues"][]; readonly waiting: readonly Uint8Array[] };

/** Of these issues, those that are there and of which nothing waits to be paid; and those that wait. */
async function settledOf(transaction: Transaction, ids: readonly Uint8Array[]): Promise<Settled> {
	const unpaid = await transaction
		.selectFrom("claims")
		.select("issue_id")
		.distinct()
		.where("issue_id", "in", ids)
		.where("settlement_id", "is", null)
		.execute();
	const waiting = unpaid.map(({ issue_id }) => issue_id);
	const rows = await transaction
		.selectFrom("issues")
		.select(["issue_id", "asset", "issued", "paid"])
		.where("issue_id", "in", ids)
		.orderBy("issue_id")
		.execute();
	const held = new Set(waiting.map(toHex));
	return { rows: rows.filter(({ issue_id }) => !held.has(toHex(issue_id))), waiting };
}

/** Deletes issues and writes what they were to the closing lines. */
async function closeIssues(transaction: Transaction, rows: readonly Schema["issues"][]): Promise<void> {
	if (rows.length === 0) return;
	const ids = rows.map(({ issue_id }) => issue_id);
	await transaction.deleteFrom("meter_claims").where("issue_id", "in", ids).execute();
	const deleted = await transaction
		.deleteFrom("issues")
		.where("issue_id", "in", ids)
		.returning(["asset", "issued", "paid"])
		.execute();
	const closings = new Map<string, { readonly asset: Uint8Array; readonly closing: Closing }>();
	for (const { asset, issued, paid } of deleted) {
		const { closing } = closings.get(toHex(asset)) ?? { closing: { issues: 0n, issued: 0n, paid: 0n } };
		const sums = {
			issues: closing.issues + 1n,
			issued: closing.issued + issued,
			paid: closing.paid + paid,
		};
		closings.set(toHex(asset), { asset, closing: sums });
	}
	for (const [, { asset, closing }] of [...closings].toSorted(([a], [b]) => (a < b ? -1 : 1)))
		await addToClosing(transaction, asset, closing);
}

/** Deletes some rows of these issues; how many. */
async function forgetRows(transaction: Transaction, ids: readonly Uint8Array[]): Promise<number> {
	const rows = await transaction
		.selectFrom("registry")
		.select(["issue_id", "output_id"])
		.where("issue_id", "in", ids)
		.limit(rowsTogether)
		.execute();
	if (rows.length === 0) return 0;
	const outputs = rows.map(({ output_id }) => output_id);
	await transaction
		.deleteFrom("registry")
		.where("issue_id", "in", ids)
		.where("output_id", "in", outputs)
		.execute();
	return rows.length;
}

async function countRows(transaction: Transaction, ids: readonly Uint8Array[]): Promise<number> {
	if (ids.length === 0) return 0;
	const { rows } = await transaction
		.selectFrom("registry")
		.select(sql<bigint>`cast(count(*) as bigint)`.as("rows"))
		.where("issue_id", "in", ids)
		.executeTakeFirstOrThrow();
	return Number(rows);
}

function withoutThose(ids: readonly Uint8Array[], others: readonly Uint8Array[]): readonly Uint8Array[] {
	const left = new Set(others.map(toHex));
	return ids.filter((id) => !left.has(toHex(id)));
}

/** `codes`: of the issues' assets, by the issue in hexadecimal. */
function told(rows: Settled["rows"], unpaid: number, codes: ReadonlyMap<string, string>): Found {
	const closed = rows.map(({ issue_id, issued, paid }) => {
		const code = codes.get(toHex(issue_id)) as string;
		return { ...nothing, closed: new Map([[code, { issues: 1, issued, paid }]]) };
	});
	return closed.reduce(both, both(gone({ issues: rows.length }), stays({ unpaid })));
}
