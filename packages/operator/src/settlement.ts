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
import { type Book, type Line, nobody, postEntry } from "./store/books.ts";
import { evidenceOf } from "./store/case-files.ts";
import { insertNew } from "./store/insert-new.ts";
import { mustWrite, type Transaction } from "./store/store.ts";
import { settlementEvents } from "./told-settlement.ts";
import { tell } from "./webhooks/outbox.ts";

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
		const [first] = unsettled.open;
		if (first === undefined) return context.store.run(then);
		const { order, signer } = first.record;
		const paid = paidAmounts(unsettled);
		const shares = unsettled.open
			.map((payout, position) => shareOf(payout, paid[position] ?? 0n))
			.filter(({ amount }) => amount > 0n);
		const plan = planPayout(order, signer, shares, unsettled.before > 0);
		const proofs = await makeIssues(context, order.asset.code, plan.issues);
		if (isRefusal(proofs)) throw new Error("an asset that was accepted is gone");
		const settlement = { digest, unsettled, paid, plan, proofs };
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
	readonly paid: readonly bigint[];
	readonly plan: Plan;
	readonly proofs: readonly IssueProof[];
};

/** Writes a settlement that was planned from what is still unsettled. */
async function write(
	transaction: Transaction,
	context: OperatorContext,
	settlement: Settlement,
): Promise<void> {
	const { digest, unsettled, paid, plan, proofs } = settlement;
	const id = settlementId(digest, unsettled.before);
	const issues: readonly NewIssue[] = plan.issues.map(({ output }, position) => ({
		output,
		proof: proofs[position] as IssueProof,
	}));
	await insertNew(transaction, "settlements", [
		{ settlement_id: id, order_digest: digest, issues: serialize(storedIssues, issues) },
	]);
	await insertIssues(transaction, proofs);
	const asset = assetHash((unsettled.open[0] as OpenPayout).record.order.asset);
	await recordDraws(transaction, asset, unsettled, paid);
	const credited = new Set(plan.credited.map(({ output }) => toHex(output)));
	for (const [position, payout] of unsettled.open.entries()) {
		const amount = paid[position] ?? 0n;
		const result = await resultOf(transaction, payout, amount, credited.has(toHex(payout.output)));
		const { numUpdatedRows } = await transaction
			.updateTable("claims")
			.set({ settlement_id: id, result: serialize(storedResult, result) })
			.where("issue_id", "=", payout.issue)
			.where("output_id", "=", payout.output)
			.where("settlement_id", "is", null)
			.executeTakeFirst();
		mustWrite(numUpdatedRows, 1);
	}
	await postEntry(transaction, { id, asset, lines: linesOf(settlement), at: context.now() });
	const told = { id, open: unsettled.open, paid, plan };
	await tell(transaction, context, ...settlementEvents(context, told));
}

/** The same for whoever settles an order for the same time: `before` settlements of it were made. */
export function settlementId(order: Bytes, before: number): Bytes {
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

async function resultOf(
	transaction: Transaction,
	{ record: { outcome } }: OpenPayout,
	amount: bigint,
	credited: boolean,
): Promise<ClaimResult> {
	switch (outcome.kind) {
		case "accepted":
			return { kind: credited ? "paid" : "refreshed", amount };
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
export function linesOf({
	unsettled,
	paid,
	plan,
}: Pick<Settlement, "paid" | "plan"> & {
	readonly unsettled: Pick<Unsettled, "open">;
}): readonly Line[] {
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
