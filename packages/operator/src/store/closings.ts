/**
 * Closing lines, one an asset: how many issues were forgotten, what they held, and what of it was paid.
 *
 * Written with the deletion of the issues, so that whoever counts those that are left and adds this line finds what
 * was ever issued and paid.
 */
import type { Bytes } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

/** Amounts in minor units. */
export type Closing = { readonly issues: bigint; readonly issued: bigint; readonly paid: bigint };

/** Adds to the line of an asset: see `assetHash`. */
export async function addToClosing(transaction: Transaction, asset: Bytes, closing: Closing): Promise<void> {
	await transaction
		.insertInto("closings")
		.values({ asset, ...closing })
		.onConflict((conflict) =>
			conflict.column("asset").doUpdateSet((row) => ({
				issues: row("closings.issues", "+", row.ref("excluded.issues")),
				issued: row("closings.issued", "+", row.ref("excluded.issued")),
				paid: row("closings.paid", "+", row.ref("excluded.paid")),
			})),
		)
		.execute();
}

export async function closingOf(transaction: Transaction, asset: Bytes): Promise<Closing> {
	const row = await transaction
		.selectFrom("closings")
		.select(["issues", "issued", "paid"])
		.where("asset", "=", asset)
		.executeTakeFirst();
	return row ?? { issues: 0n, issued: 0n, paid: 0n };
}
