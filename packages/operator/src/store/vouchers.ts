/** Who vouches for whom: for an API key whoever made it, for a person's signing key whoever certified it. */
import type { Transaction } from "./store.ts";

/** `subject` is the id of an API key or of a signing key in hexadecimal, `actor` as in the audit log. */
export async function insertVoucher(transaction: Transaction, subject: string, actor: string): Promise<void> {
	await transaction
		.insertInto("vouchers")
		.values({ subject, actor })
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

export async function vouchersOf(transaction: Transaction, subject: string): Promise<readonly string[]> {
	const rows = await transaction
		.selectFrom("vouchers")
		.select("actor")
		.where("subject", "=", subject)
		.orderBy("actor")
		.execute();
	return rows.map(({ actor }) => actor);
}
