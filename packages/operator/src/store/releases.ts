/** Published releases: so that the side of an exchange without the secret can always complete. */
import { type Bytes, compareBytes } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

export type Published = { readonly lock: Bytes; readonly release: Bytes };

export async function publishReleases(
	transaction: Transaction,
	releases: readonly Published[],
): Promise<void> {
	if (releases.length === 0) return;
	await transaction
		.insertInto("releases")
		.values(releases.toSorted((a, b) => compareBytes(a.lock, b.lock)))
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

export async function releaseOf(transaction: Transaction, lock: Bytes): Promise<Bytes | undefined> {
	const row = await transaction
		.selectFrom("releases")
		.select("release")
		.where("lock", "=", lock)
		.executeTakeFirst();
	return row?.release;
}

/** Which of these locks have a published release. */
export async function publishedLocks(
	transaction: Transaction,
	locks: readonly Bytes[],
): Promise<readonly Bytes[]> {
	if (locks.length === 0) return [];
	const rows = await transaction.selectFrom("releases").select("lock").where("lock", "in", locks).execute();
	return rows.map(({ lock }) => lock);
}
