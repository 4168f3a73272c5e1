/**
 * Settlement: pays what an order's records are owed, all of them in one transaction, at most once.
 *
 * A plan is made from what is unsettled, its issues are signed, and it is written only if what is unsettled
 * is still the same; otherwise it is made again. Accounts, issues, draws and results change together. Two
 * processes may plan the same: the n-th settlement of an order has one id, so one of them writes it, and the
 * other plans what is left.
 */
import {
	assetHash,
	type Bytes,
	type ClaimResult,
	encodeItem,
	type IssueProof,
	isRefusal,
	limits,
	list,
	type NewIssue,
	type Plan,
	planPayout,
	type Refusal,
	refuse,
	refusedResult,
	serialize,
	sha256,
	storedIssue,
	storedResult,
	toHex,
} from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { insertIssues, makeIssues } from "./issuer.ts";
import { decodeRecord, type OpenPayout, shareOf } from "./payout-record.ts";
import type { Effect } from "./sealing/effects.ts";
import { noteEffects } from "./sealing/effects.ts";
import { type Book, type Entry, type Line, nobody, postEntry } from "./store/books.ts";
import { evidenceOf } from "./store/case-files.ts";
import { insertNew } from "./store/insert-new.ts";
import type { Schema } from "./store/schema.ts";
import { mustWrite, type Transaction } from "./store/store.ts";
import { settlementEvents } from "./told-settlement.ts";
import { type NewEvent, tell } from "./webhooks/outbox.ts";

/** What waits under one order, and what decides how it is paid. */
export type Unsettled = {
	readonly open: readonly OpenPayout[];
	/** how many settlements the order has had; the first served its outputs */
	readonly before: number;
	/** minor units that the reserve paid so far under each culprit, by its hash in hexadecimal */
	readonly drawn: ReadonlyMap<string, bigint>;
};

export const storedIssues = list(storedIssue, limits.orderOutputs + limits.orderTokens);

/**
 * Settles everything that waits under this order, and goes on in the same transaction with `then`.
 *
 * `waiting` is what the caller saw to wait, if it looked already.
 */
export async function settle<T>(
	context: OperatorContext,
	digest: Bytes,
	then: (transaction: Transaction) => Promise<T>,
	waiting?: Unsettled,
): Promise<T> {
	let unsettled = waiting ?? (await context.store.run((transaction) => loadUnsettled(transaction, digest)));
	for (;;) {
		if (unsettled.open.length === 0) return context.store.run(then);
		const settlement = await planSettlement(context, digest, unsettled);
		if (isRefusal(settlement)) throw new Error("an asset that was accepted is gone");
		const outcome = await context.store.run(async (transaction) => {
			const current = await loadUnsettled(transaction, digest);
			if (!isSame(current, settlement.unsettled)) return { kind: "changed" as const, current };
			await write(transaction, context, settlement);
			return { kind: "settled" as const, result: await then(transaction) };
		});
		if (outcome.kind === "settled") return outcome.result;
		unsettled = outcome.current;
	}
}

/** Settles what a crash left: every order that has a record without a settlement. */
export async function settleAll(context: OperatorContext): Promise<void> {
	const waiting = await context.store.run((transaction) =>
		transaction
			.selectFrom("claims")
			.select("order_digest")
			.distinct()
			.where("settlement_id", "is", null)
			.execute(),
	);
	for (const { order_digest } of waiting) await settle(context, order_digest, async () => {});
}

/** What waits under an order now. */
export async function loadUnsettled(transaction: Transaction, digest: Bytes): Promise<Unsettled> {
	const rows = await transaction
		.selectFrom("claims")
		.select(["issue_id", "output_id", "record"])
		.where("order_digest", "=", digest)
		.where("settlement_id", "is", null)
		.orderBy("output_id")
		.execute();
	const open = rows
		.map(({ issue_id, output_id, record }) => ({
			issue: issue_id,
			output: output_id,
			record: decodeRecord(record),
		}))
		.toSorted((a, b) => a.record.position - b.record.position);
	const [first] = open;
	if (first === undefined) return { open, before: 0, drawn: new Map() };
	const before = await transaction
		.selectFrom("settlements")
		.select("settlement_id")
		.where("order_digest", "=", digest)
		.execute();
	const drawn = await drawnUnder(transaction, open, assetHash(first.record.order.asset));
	return { open, before: before.length, drawn };
}

async function drawnUnder(
	transaction: Transaction,
	open: readonly OpenPayout[],
	asset: Bytes,
): Promise<ReadonlyMap<string, bigint>> {
	const culprits = open.flatMap(({ record: { outcome } }) =>
		outcome.kind === "forked" ? [outcome.culprit] : [],
	);
	if (culprits.length === 0) return new Map();
	const rows = await transaction
		.selectFrom("draws")
		.select(["culprit", "drawn"])
		.where("asset", "=", asset)
		.where("culprit", "in", culprits)
		.execute();
	return new Map(rows.map(({ culprit, drawn }) => [toHex(culprit), drawn]));
}

/** Minor units that each open payout gets: of a fork, what its culprit's limit leaves. */
function paidAmounts({ open, drawn }: Unsettled): readonly bigint[] {
	const running = new Map(drawn);
	return open.map(({ record: { amount, outcome } }) => {
		switch (outcome.kind) {
			case "accepted":
				return amount;
			case "burned":
				return 0n;
			case "forked": {
				const culprit = toHex(outcome.culprit);
				const before = running.get(culprit) ?? 0n;
				const left = outcome.limit > before ? outcome.limit - before : 0n;
				const paid = !outcome.draws ? 0n : amount < left ? amount : left;
				running.set(culprit, before + paid);
				return paid;
			}
			default:
				return outcome satisfies never;
		}
	});
}

type Settlement = {
	readonly digest: Bytes;
	readonly unsettled: Unsettled;
	/** minor units that each open payout gets */
	readonly paid: readonly bigint[];
	readonly plan: Plan;
	/** of the issues of the plan, in their order */
	readonly proofs: readonly IssueProof[];
	/** unix seconds */
	readonly at: number;
};

/** Plans what this, which waits under an order, is paid, and signs its issues. Nothing counts until it is written. */
export async function planSettlement(
	context: OperatorContext,
	digest: Bytes,
	unsettled: Unsettled,
): Promise<Settlement | Refusal> {
	const { order, signer } = (unsettled.open[0] as OpenPayout).record;
	const paid = paidAmounts(unsettled);
	const shares = unsettled.open
		.map((payout, position) => shareOf(payout, paid[position] ?? 0n))
		.filter(({ amount }) => amount > 0n);
	const plan = planPayout(order, signer, shares, unsettled.before > 0);
	const proofs = await makeIssues(context, order.asset.code, plan.issues);
	return isRefusal(proofs) ? proofs : { digest, unsettled, paid, plan, proofs, at: context.now() };
}

/** What follows from a settlement, and is written whichever way its claim goes. */
export type SettlementWrites = {
	readonly row: Schema["settlements"];
	readonly issues: readonly NewIssue[];
	readonly entry: Entry;
	/** what came back by it, output by output */
	readonly returned: readonly Effect[];
	/** what partners are told of it */
	readonly events: readonly NewEvent[];
	/** whether this output is paid to an account */
	readonly isCredited: (output: Bytes) => boolean;
};

export function settlementWrites(context: OperatorContext, settlement: Settlement): SettlementWrites {
	const { digest, unsettled, paid, plan, proofs, at } = settlement;
	const { open, before } = unsettled;
	const id = settlementId(digest, before);
	const issues: readonly NewIssue[] = plan.issues.map(({ output }, position) => ({
		output,
		proof: proofs[position] as IssueProof,
	}));
	const asset = assetHash((open[0] as OpenPayout).record.order.asset);
	const credited = new Set(plan.credited.map(({ output }) => toHex(output)));
	return {
		row: { settlement_id: id, order_digest: digest, issues: serialize(storedIssues, issues) },
		issues,
		entry: { id, asset, lines: linesOf(settlement), at },
		returned: open.flatMap((payout) => returnedBy(payout, asset)),
		events: settlementEvents(context, { id, open, paid, plan }),
		isCredited: (output) => credited.has(toHex(output)),
	};
}

/** Writes a settlement that was planned from what is still unsettled. */
async function write(
	transaction: Transaction,
	context: OperatorContext,
	settlement: Settlement,
): Promise<void> {
	const { unsettled, paid, proofs } = settlement;
	const { row, entry, returned, events, isCredited } = settlementWrites(context, settlement);
	await insertNew(transaction, "settlements", [row]);
	await insertIssues(transaction, proofs);
	await recordDraws(transaction, entry.asset, unsettled, paid);
	for (const [position, payout] of unsettled.open.entries()) {
		const amount = paid[position] ?? 0n;
		const result = await resultOf(transaction, payout, amount, isCredited(payout.output));
		const { numUpdatedRows } = await transaction
			.updateTable("claims")
			.set({ settlement_id: entry.id, result: serialize(storedResult, result) })
			.where("issue_id", "=", payout.issue)
			.where("output_id", "=", payout.output)
			.where("settlement_id", "is", null)
			.executeTakeFirst();
		mustWrite(numUpdatedRows, 1);
	}
	await noteEffects(transaction, () => returned);
	await postEntry(transaction, entry);
	await tell(transaction, context, ...events);
}

/** As what a seal counts what came back; of a fork nothing did. */
const returnedAs = { redeemed: "redemptions", refunded: "rulings" } as const;

function returnedBy({ output, record }: OpenPayout, asset: Bytes): readonly Effect[] {
	const { outcome, amount } = record;
	if (outcome.kind === "forked") return [];
	const batch = outcome.kind === "burned" ? "burns" : returnedAs[outcome.source];
	return [{ kind: "item", batch, asset, id: output, amount }];
}

/** The same for whoever settles an order for the same time: `before` settlements of it were made. */
function settlementId(order: Bytes, before: number): Bytes {
	return sha256(encodeItem(["settlement", order, before]));
}

function isSame(a: Unsettled, b: Unsettled): boolean {
	const keys = ({ open, before, drawn }: Unsettled): string =>
		[before, ...open.map(({ output }) => toHex(output)), ...[...drawn].flat()].join();
	return keys(a) === keys(b);
}

/** Adds what is drawn to what the plan saw drawn under each culprit, and to nothing else: the limit holds. */
async function recordDraws(
	transaction: Transaction,
	asset: Bytes,
	{ open, drawn }: Unsettled,
	paid: readonly bigint[],
): Promise<void> {
	const draws = new Map<string, { readonly culprit: Bytes; readonly amount: bigint }>();
	for (const [position, { record }] of open.entries()) {
		const amount = paid[position] ?? 0n;
		if (record.outcome.kind !== "forked" || amount === 0n) continue;
		const { culprit } = record.outcome;
		const key = toHex(culprit);
		draws.set(key, { culprit, amount: amount + (draws.get(key)?.amount ?? 0n) });
	}
	for (const [key, { culprit, amount }] of [...draws].toSorted(([a], [b]) => (a < b ? -1 : 1))) {
		const before = drawn.get(key);
		if (before === undefined) await insertNew(transaction, "draws", [{ culprit, asset, drawn: amount }]);
		else await raiseDraw(transaction, culprit, asset, before, before + amount);
	}
}

async function raiseDraw(
	transaction: Transaction,
	culprit: Bytes,
	asset: Bytes,
	from: bigint,
	to: bigint,
): Promise<void> {
	const { numUpdatedRows } = await transaction
		.updateTable("draws")
		.set({ drawn: to })
		.where("culprit", "=", culprit)
		.where("asset", "=", asset)
		.where("drawn", "=", from)
		.executeTakeFirst();
	mustWrite(numUpdatedRows, 1);
}

/** What became of a payout that its issue paid. */
export function acceptedResult(amount: bigint, credited: boolean): ClaimResult {
	return { kind: credited ? "paid" : "refreshed", amount };
}

async function resultOf(
	transaction: Transaction,
	{ record: { outcome } }: OpenPayout,
	amount: bigint,
	credited: boolean,
): Promise<ClaimResult> {
	switch (outcome.kind) {
		case "accepted":
			return acceptedResult(amount, credited);
		case "burned":
			return refusedResult(refuse("condition-expired"));
		case "forked": {
			const evidence = await evidenceOf(transaction, outcome.caseId);
			if (evidence === undefined) throw new Error("a fork without its case file");
			return { kind: "forked", evidence, drawn: amount };
		}
		default:
			return outcome satisfies never;
	}
}

/** The entry of a settlement: where the value came from, and where it went. */
function linesOf({ unsettled, paid, plan }: Settlement): readonly Line[] {
	const sums = new Map<string, { book: Book; owner: Bytes; amount: bigint }>();
	const add = (book: Book, owner: Bytes, amount: bigint): void => {
		const key = `${book} ${toHex(owner)}`;
		const sum = sums.get(key)?.amount ?? 0n;
		sums.set(key, { book, owner, amount: sum + amount });
	};
	for (const [position, { record }] of unsettled.open.entries()) {
		const { outcome, amount } = record;
		if (outcome.kind === "accepted") add(outcome.source, nobody, -amount);
		else if (outcome.kind === "forked") add("debt", outcome.culprit, -(paid[position] ?? 0n));
		else {
			add("burned", nobody, -amount);
			add("gain", nobody, amount);
		}
	}
	for (const { amount } of plan.issues) add("issued", nobody, amount);
	const { action } = (unsettled.open[0] as OpenPayout).record.order;
	if (action.kind === "account")
		for (const { amount } of plan.credited) add("holder", action.account, amount);
	return [...sums.values()].filter(({ amount }) => amount !== 0n);
}
