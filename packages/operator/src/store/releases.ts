/** Published releases: so that the side of an exchange without the secret can always complete. */
import { type Bytes, compareBytes } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

export type Published = { readonly lock: Bytes; readonly release: Bytes };

async function publishReleases(transaction: Transaction, releases: readonly Published[]): Promise<void> {
	if (releases.length === 0) return;
	await transaction
		.insertInto("releases")
		.values(releases.toSorted((a, b) => compareBytes(a.lock, b.lock)))
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

/** As `publishReleases`, of tokens that were verified: these stay. */
export async function publishVouched(
	transaction: Transaction,
	releases: readonly Published[],
): Promise<void> {
	await publishReleases(transaction, releases);
	const locks = releases.map(({ lock }) => lock);
	if (locks.length > 0) await transaction.deleteFrom("unvouched").where("lock", "in", locks).execute();
}

/** As `publishReleases`, of a release that came alone: kept for a time only, unless it was there before. */
export async function publishUnvouched(
	transaction: Transaction,
	{ lock, release }: Published,
	now: number,
): Promise<void> {
	if ((await releaseOf(transaction, lock)) !== undefined) return;
	await publishReleases(transaction, [{ lock, release }]);
	await transaction.insertInto("unvouched").values({ lock, shown_at: now }).execute();
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
