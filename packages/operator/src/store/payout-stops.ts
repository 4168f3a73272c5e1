/**
 * Stops: assets of which nothing new is paid out, because the books did not agree. Kept in the store, so that they
 * bind every process and outlast a restart; only a person takes one away.
 */
import type { Bytes } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

export type PayoutStop = {
	/** what did not hold, in words */
	readonly reasons: string;
	/** unix seconds */
	readonly since: number;
};

/** Stops payouts of an asset; what stopped them first stays. Whether they were not stopped before. */
export async function stopPayouts(
	transaction: Transaction,
	asset: Bytes,
	{ reasons, since }: PayoutStop,
): Promise<boolean> {
	const inserted = await transaction
		.insertInto("payout_stops")
		.values({ asset, reasons, since })
		.onConflict((conflict) => conflict.doNothing())
		.returning("since")
		.execute();
	return inserted.length === 1;
}

/** Why nothing of an asset is paid out now; undefined where it is. */
export async function payoutStop(transaction: Transaction, asset: Bytes): Promise<PayoutStop | undefined> {
	const row = await transaction
		.selectFrom("payout_stops")
		.select(["reasons", "since"])
		.where("asset", "=", asset)
		.executeTakeFirst();
	return row && { reasons: row.reasons, since: Number(row.since) };
}

export async function allowPayouts(transaction: Transaction, asset: Bytes): Promise<void> {
	await transaction.deleteFrom("payout_stops").where("asset", "=", asset).execute();
}
