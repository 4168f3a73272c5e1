/** Totals of one asset: read from the books, and counted again from the registry's own rows. */
import { assetHash, type Bytes, brokenInvariants, type Recount, type Totals } from "@tenten/protocol";
import { sql } from "kysely";
import type { OperatorContext } from "./context.ts";
import type { Book } from "./store/books.ts";
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
		return { totals, broken: brokenInvariants(totals, await recount(transaction, asset)) };
	});
}

async function totalsOf(transaction: Transaction, asset: Bytes): Promise<Totals> {
	const rows = await transaction
		.selectFrom("balances")
		.select(["book", "amount"])
		.where("asset", "=", asset)
		.execute();
	const sum = (book: Book): bigint =>
		rows.filter((row) => row.book === book).reduce((total, { amount }) => total + amount, 0n);
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

async function recount(transaction: Transaction, asset: Bytes): Promise<Recount> {
	const issues = await transaction
		.selectFrom("issues")
		.select([
			sumOfColumn("issued").as("issued"),
			sumOfColumn("paid").as("paid"),
			sql<bigint>`cast(coalesce(sum(case when paid > issued then 1 else 0 end), 0) as bigint)`.as("overpaid"),
		])
		.where("asset", "=", asset)
		.executeTakeFirstOrThrow();
	const lines = await transaction
		.selectFrom("lines")
		.select(sumOfColumn("amount").as("sum"))
		.where("asset", "=", asset)
		.executeTakeFirstOrThrow();
	const { issued, paid, overpaid } = issues;
	return { issued, paid, overpaid: Number(overpaid), lines: lines.sum };
}

/** Zero where there is no row. */
function sumOfColumn(column: "issued" | "paid" | "amount") {
	return sql<bigint>`cast(coalesce(sum(${sql.ref(column)}), 0) as bigint)`;
}
