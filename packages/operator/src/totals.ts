/** Totals of one asset: read from the books, and counted again from the registry's own rows. */
import {
	assetHash,
	type Bytes,
	brokenInvariants,
	equalBytes,
	type Recount,
	type Totals,
} from "@tenten/protocol";
import { sql } from "kysely";
import type { OperatorContext } from "./context.ts";
import { decodeRecord } from "./payout-record.ts";
import type { Book } from "./store/books.ts";
import { closingOf } from "./store/closings.ts";
import type { Transaction } from "./store/store.ts";

export function readTotals({ store, id }: OperatorContext, code: string): Promise<Totals> {
	const asset = assetHash({ operator: id, code });
	return store.read((transaction) => totalsOf(transaction, asset));
}

/** As `readTotals`, with every invariant that does not hold. Reads every issue and every line. */
export function audit(
	{ store, id }: OperatorContext,
	code: string,
): Promise<{ readonly totals: Totals; readonly broken: readonly string[] }> {
	const asset = assetHash({ operator: id, code });
	return store.read(async (transaction) => {
		const totals = await totalsOf(transaction, asset);
		return { totals, broken: brokenInvariants(totals, await recountOf(transaction, asset, null)) };
	});
}

export async function totalsOf(transaction: Transaction, asset: Bytes): Promise<Totals> {
	const rows = await transaction
		.selectFrom("balances")
		.select(["book", sumOfColumn("amount").as("sum")])
		.where("asset", "=", asset)
		.groupBy("book")
		.execute();
	const sum = (book: Book): bigint => rows.find((row) => row.book === book)?.sum ?? 0n;
	const draws = await transaction.selectFrom("draws").select("drawn").where("asset", "=", asset).execute();
	const [issued, redeemed] = [sum("issued"), -sum("redeemed")];
	const [refunded, burned] = [-sum("refunded"), -sum("burned")];
	return {
		issued,
		redeemed,
		refunded,
		burned,
		outstanding: issued - redeemed - refunded - burned,
		held: sum("holder"),
		deposited: -sum("outside"),
		drawn: draws.reduce((total, { drawn }) => total + drawn, 0n),
		debts: -sum("debt"),
		repaid: -sum("recovered"),
		chargedOff: -sum("chargedOff"),
	};
}

/** rows of a piece: a few milliseconds of SQLite's time */
const together = 5_000;

/**
 * All issues and lines of an asset, added up to what was forgotten of them. With `rest` in pieces, and a rest after each: for a database that
 * works in this very thread. The transaction must see one moment all the while.
 */
export async function recountOf(
	transaction: Transaction,
	asset: Bytes,
	rest: (() => Promise<unknown>) | null,
): Promise<Recount> {
	const closed = await closingOf(transaction, asset);
	const waiting = await sumUnsettled(transaction, asset);
	if (rest === null) {
		const { issued, paid, overpaid } = await countIssues(transaction, asset);
		const lines = await sumLines(transaction, asset);
		return { issued: closed.issued + issued, paid: closed.paid + paid, waiting, overpaid, lines };
	}
	let [issued, paid, overpaid, lines] = [closed.issued, closed.paid, 0, 0n];
	for (let after: Bytes | null = new Uint8Array(); after !== null; await rest()) {
		const piece: Counted & { readonly last: Bytes | null } = await countIssuesAfter(
			transaction,
			asset,
			after,
		);
		[issued, paid, overpaid] = [issued + piece.issued, paid + piece.paid, overpaid + piece.overpaid];
		after = piece.last;
	}
	for (let after: LinePlace | null = firstLine; after !== null; await rest()) {
		const piece: { readonly sum: bigint; readonly last: LinePlace | null } = await sumLinesAfter(
			transaction,
			asset,
			after,
		);
		lines += piece.sum;
		after = piece.last;
	}
	return { issued, paid, waiting, overpaid, lines };
}

/**
 * What records took of their issues and no settlement has paid yet: between the two a claim makes two commits.
 * Of a fork nothing is taken.
 */
async function sumUnsettled(transaction: Transaction, asset: Bytes): Promise<bigint> {
	const rows = await transaction
		.selectFrom("claims")
		.select("record")
		.where("settlement_id", "is", null)
		.execute();
	return rows
		.map(({ record }) => decodeRecord(record))
		.filter(({ order, outcome }) => outcome.kind !== "forked" && equalBytes(assetHash(order.asset), asset))
		.reduce((sum, { amount }) => sum + amount, 0n);
}

type Counted = Pick<Recount, "issued" | "paid" | "overpaid">;
type LinePlace = { readonly entry: Bytes; readonly position: bigint };
const firstLine: LinePlace = { entry: new Uint8Array(), position: -1n };

async function countIssues(transaction: Transaction, asset: Bytes): Promise<Counted> {
	const issues = await transaction
		.selectFrom("issues")
		.select([
			sumOfColumn("issued").as("issued"),
			sumOfColumn("paid").as("paid"),
			sql<bigint>`cast(coalesce(sum(case when paid > issued then 1 else 0 end), 0) as bigint)`.as("overpaid"),
		])
		.where("asset", "=", asset)
		.executeTakeFirstOrThrow();
	return { issued: issues.issued, paid: issues.paid, overpaid: Number(issues.overpaid) };
}

async function sumLines(transaction: Transaction, asset: Bytes): Promise<bigint> {
	const lines = await transaction
		.selectFrom("lines")
		.select(sumOfColumn("amount").as("sum"))
		.where("asset", "=", asset)
		.executeTakeFirstOrThrow();
	return lines.sum;
}

async function countIssuesAfter(
	transaction: Transaction,
	asset: Bytes,
	after: Bytes,
): Promise<Counted & { readonly last: Bytes | null }> {
	const rows = await transaction
		.selectFrom("issues")
		.select(["issue_id", "asset", "issued", "paid"])
		.where("issue_id", ">", after)
		.orderBy("issue_id")
		.limit(together)
		.execute();
	const own = rows.filter((row) => equalBytes(row.asset, asset));
	return {
		issued: own.reduce((sum, row) => sum + row.issued, 0n),
		paid: own.reduce((sum, row) => sum + row.paid, 0n),
		overpaid: own.filter((row) => row.paid > row.issued).length,
		last: rows.length < together ? null : (rows.at(-1)?.issue_id ?? null),
	};
}

async function sumLinesAfter(
	transaction: Transaction,
	asset: Bytes,
	{ entry, position }: LinePlace,
): Promise<{ readonly sum: bigint; readonly last: LinePlace | null }> {
	const rows = await transaction
		.selectFrom("lines")
		.select(["entry_id", "position", "asset", "amount"])
		.where(sql<boolean>`(entry_id, position) > (${entry}, ${position})`)
		.orderBy("entry_id")
		.orderBy("position")
		.limit(together)
		.execute();
	const own = rows.filter((row) => equalBytes(row.asset, asset));
	const last = rows.length < together ? undefined : rows.at(-1);
	return {
		sum: own.reduce((sum, row) => sum + row.amount, 0n),
		last: last === undefined ? null : { entry: last.entry_id, position: BigInt(last.position) },
	};
}

/** Zero where there is no row. */
function sumOfColumn(column: "issued" | "paid" | "amount") {
	return sql<bigint>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`;
}
