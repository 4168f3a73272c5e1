/**
 * Claims together: one transaction takes the tokens of many claims, in a number of statements that does not grow
 * with them.
 *
 *   keys bound ─▶ what is stored of their orders, rows and issues ─▶ judged one after another ─▶ written, all
 *
 * Each claim is judged by what is stored and by what those before it take. One that finds anything but free
 * rows is not taken: it goes the long way after the others, and so does every later claim that touches a row
 * of it. So the outcome is that of one claim after another, in their order.
 *
 * What is read may be old when it is written, since other processes write too: then a row that was to be new is
 * not, and the whole transaction is run again (`Overtaken`).
 */
import { type Bytes, compareBytes, equalBytes, type RegistryRow, toHex } from "@tenten/protocol";
import type { OperatorContext } from "../context.ts";
import { issueRow } from "../issuer.ts";
import { storedReplies } from "../replies.ts";
import { bindKeys } from "../request-key.ts";
import { consumedEffects, issuedEffects, noteEffects } from "../sealing/effects.ts";
import { postEntries } from "../store/books.ts";
import { refusedFrozen } from "../store/freezes.ts";
import { publishVouched } from "../store/releases.ts";
import type { Schema } from "../store/schema.ts";
import { insertNewSet, selectAt, selectIn, takeFromIssues } from "../store/sets.ts";
import type { Transaction } from "../store/store.ts";
import { refusedPayout } from "../watch.ts";
import { tell } from "../webhooks/outbox.ts";
import type { PreparedClaim, Writes } from "./prepared.ts";
import { releasesIn, statesTaken, type Taking } from "./taking.ts";

export type Together =
	/** taken, or answered before: the reply stands */
	| { readonly kind: "reply"; readonly reply: Bytes }
	/** the key of its request is bound to other content */
	| { readonly kind: "reused" }
	/** not taken: the long way decides */
	| { readonly kind: "alone" };

/** One answer a claim, in their order. */
export function claimTogether(
	context: OperatorContext,
	claims: readonly PreparedClaim[],
): Promise<readonly Together[]> {
	return context.store.run(async (transaction) => {
		const stopped = await stoppedAmong(transaction, context, claims);
		const states = claims.flatMap(({ takings }) => takings.map(statesTaken));
		const isAnyFrozen = (await refusedFrozen(transaction, context, states)) !== undefined;
		const isBound = await bindKeys(
			transaction,
			claims.flatMap(({ key, at }) => (key === null ? [] : [{ key, at }])),
		);
		const stored = await load(transaction, claims);
		const taken: Taken[] = [];
		const answers = claims.map((claim): Together => {
			if (claim.key !== null && !isBound(claim.key)) return { kind: "reused" };
			const before = stored.replies.get(toHex(claim.hash));
			if (before !== undefined) return { kind: "reply", reply: before };
			// The long way says why.
			if (stopped.has(claim.code) || isAnyFrozen) return { kind: "alone" };
			const one = take(claim, stored);
			if (one === null) return { kind: "alone" };
			taken.push(one);
			return { kind: "reply", reply: one.writes.reply };
		});
		await write(transaction, taken, stored);
		await tell(transaction, context, ...taken.flatMap(({ writes }) => writes.settled.events));
		return answers;
	});
}

/** Codes of the claims' assets whose payouts are stopped. */
async function stoppedAmong(
	transaction: Transaction,
	context: OperatorContext,
	claims: readonly PreparedClaim[],
): Promise<ReadonlySet<string>> {
	const stopped = new Set<string>();
	for (const code of new Set(claims.map((claim) => claim.code)))
		if ((await refusedPayout(transaction, context, code)) !== undefined) stopped.add(code);
	return stopped;
}

/** A claim whose rows are all free, with those of them that are missing. */
type Taken = {
	readonly claim: PreparedClaim;
	readonly writes: Writes;
	readonly missing: readonly (RegistryRow & { readonly issue: Bytes })[];
};

/** What is stored, and what the claims before take of it; by hexadecimal ids. */
type Stored = {
	readonly replies: ReadonlyMap<string, Bytes>;
	/** orders under which something was recorded */
	readonly orders: Set<string>;
	/** what consumed an output; null where a claim that was not taken may still decide it */
	readonly consumers: Map<string, Bytes | null>;
	readonly issues: Map<string, Schema["issues"]>;
};

async function load(transaction: Transaction, claims: readonly PreparedClaim[]): Promise<Stored> {
	const takings = claims.flatMap((claim) => claim.takings);
	const hashes = distinct(claims.map(({ hash }) => hash));
	const replies = await storedReplies(transaction, hashes);
	const digests = distinct(claims.map(({ digest }) => digest));
	const orders = await selectIn(transaction, "claims", "order_digest", ["order_digest"], digests);
	const consumers = await selectAt(
		transaction,
		"registry",
		["issue_id", "output_id"],
		["output_id", "consumer"],
		placesOf(takings).map(({ issue, output }) => [issue, output]),
	);
	const ids = distinct(takings.map(({ issue }) => issue));
	const columns = ["issue_id", "asset", "issued", "paid"] as const;
	const issues = await selectIn(transaction, "issues", "issue_id", columns, ids);
	return {
		replies,
		orders: new Set(orders.map((row) => toHex(row.order_digest))),
		consumers: new Map(consumers.map((row) => [toHex(row.output_id), row.consumer])),
		issues: new Map(issues.map((row) => [toHex(row.issue_id), row])),
	};
}

/** An output within its issue. */
type Place = { readonly issue: Bytes; readonly output: Bytes };

function placesOf(takings: readonly Taking[]): readonly Place[] {
	const places = takings.flatMap(({ issue, rows }) => rows.map(({ output }) => ({ issue, output })));
	return [...new Map(places.map((place) => [toHex(place.output), place])).values()].sort(inOrder);
}

/** By issue, then by output: as every writer of the registry goes. */
function inOrder(a: Place, b: Place): number {
	return compareBytes(a.issue, b.issue) || compareBytes(a.output, b.output);
}

function distinct(ids: readonly Bytes[]): readonly Bytes[] {
	return [...new Map(ids.map((id) => [toHex(id), id])).values()].sort(compareBytes);
}

/** Takes a claim if all that it needs is free, and says so to those after it. */
function take(claim: PreparedClaim, stored: Stored): Taken | null {
	const { writes, takings } = claim;
	const isNew = writes !== null && !stored.orders.has(toHex(claim.digest));
	const missing = isNew ? missingRows(takings, stored) : null;
	const issues = missing && paidIssues(takings, stored);
	stored.orders.add(toHex(claim.digest));
	const rows = takings.flatMap((taking) => taking.rows);
	if (writes === null || missing === null || issues === null) {
		for (const { output } of rows) stored.consumers.set(toHex(output), null);
		return null;
	}
	for (const { output, consumer } of rows) stored.consumers.set(toHex(output), consumer);
	for (const [id, issue] of issues) stored.issues.set(id, issue);
	return { claim, writes, missing };
}

/** Null where anything else consumed one of the outputs, or a meter is closed by it. */
function missingRows(takings: readonly Taking[], { consumers }: Stored): Taken["missing"] | null {
	const missing = new Map<string, Taken["missing"][number]>();
	for (const { issue, rows } of takings)
		for (const row of rows) {
			const id = toHex(row.output);
			const before = consumers.get(id) ?? (consumers.has(id) ? null : missing.get(id)?.consumer);
			// The long way weighs what was claimed of a meter.
			if (before === undefined && row.meter !== undefined) return null;
			if (before === undefined) missing.set(id, { issue, ...row });
			else if (before === null || !equalBytes(before, row.consumer)) return null;
		}
	return [...missing.values()];
}

/** The issues with what they have paid then; null where one holds too little. */
function paidIssues(
	takings: readonly Taking[],
	{ issues }: Stored,
): ReadonlyMap<string, Schema["issues"]> | null {
	const paid = new Map<string, Schema["issues"]>();
	for (const { issue, amount } of takings) {
		const id = toHex(issue);
		const row = paid.get(id) ?? issues.get(id);
		if (row === undefined || row.issued - row.paid < amount) return null;
		paid.set(id, { ...row, paid: row.paid + amount });
	}
	return paid;
}

async function write(transaction: Transaction, taken: readonly Taken[], stored: Stored): Promise<void> {
	if (taken.length === 0) return;
	const writes = taken.map((one) => one.writes);
	const rows = taken.flatMap(({ missing }) => missing).sort(inOrder);
	await insertNewSet(
		transaction,
		"registry",
		rows.map(({ issue, output, consumer, consumed }) => ({
			issue_id: issue,
			output_id: output,
			consumer,
			consumed,
		})),
	);
	await takeFromIssues(transaction, amountsTaken(taken, stored));
	const claims = writes.flatMap((one) => one.claims);
	await insertNewSet(
		transaction,
		"claims",
		claims.toSorted((a, b) => compareBytes(a.issue_id, b.issue_id) || compareBytes(a.output_id, b.output_id)),
	);
	const settlements = writes.map(({ settled }) => settled.row);
	await insertNewSet(
		transaction,
		"settlements",
		settlements.toSorted((a, b) => compareBytes(a.settlement_id, b.settlement_id)),
	);
	const issues = writes.flatMap(({ proofs }) => proofs).map(issueRow);
	await insertNewSet(transaction, "issues", issues);
	await noteEffects(transaction, () => [
		...consumedEffects(rows),
		...issuedEffects(issues),
		...writes.flatMap(({ settled }) => settled.returned),
	]);
	await postEntries(
		transaction,
		writes.map(({ settled }) => settled.entry),
	);
	const replies = taken.map(({ claim, writes: { reply } }) => ({ claim_hash: claim.hash, reply }));
	await insertNewSet(
		transaction,
		"replies",
		replies.toSorted((a, b) => compareBytes(a.claim_hash, b.claim_hash)),
	);
	const shown = taken.flatMap(({ claim }) => releasesIn(claim.takings, claim.at));
	await publishVouched(transaction, shown);
}

/** What is taken of each issue, in the columns of its row. */
function amountsTaken(taken: readonly Taken[], { issues }: Stored): readonly Schema["issues"][] {
	const amounts = new Map<string, Schema["issues"]>();
	for (const { issue, amount } of taken.flatMap(({ claim }) => claim.takings)) {
		const id = toHex(issue);
		const { asset, issued } = issues.get(id) as Schema["issues"];
		amounts.set(id, { issue_id: issue, asset, issued, paid: amount + (amounts.get(id)?.paid ?? 0n) });
	}
	return [...amounts.values()].sort((a, b) => compareBytes(a.issue_id, b.issue_id));
}
