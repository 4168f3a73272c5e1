/**
 * Published releases, each with the time when it was first shown: so that the side of an exchange without the
 * secret can complete, and that nobody who publishes too late for that side gains by it.
 */
import { type Bytes, compareBytes, toHex } from "@tenten/protocol";
import type { Transaction } from "./store.ts";

export type Shown = { readonly lock: Bytes; readonly release: Bytes };

export type Published = Shown & {
	/** unix seconds */
	readonly publishedAt: number;
};

/** What was published before keeps its time. */
async function publishReleases(
	transaction: Transaction,
	releases: readonly Shown[],
	now: number,
): Promise<void> {
	if (releases.length === 0) return;
	await transaction
		.insertInto("releases")
		.values(
			releases
				.toSorted((a, b) => compareBytes(a.lock, b.lock))
				.map(({ lock, release }) => ({ lock, release, published_at: now })),
		)
		.onConflict((conflict) => conflict.doNothing())
		.execute();
}

/** As `publishReleases`, of tokens that were verified: these stay. */
export async function publishVouched(
	transaction: Transaction,
	releases: readonly Shown[],
	now: number,
): Promise<void> {
	await publishReleases(transaction, releases, now);
	const locks = releases.map(({ lock }) => lock);
	if (locks.length > 0) await transaction.deleteFrom("unvouched").where("lock", "in", locks).execute();
}

/** As `publishReleases`, of a release that came alone: kept for a time only, unless it was there before. */
export async function publishUnvouched(
	transaction: Transaction,
	{ lock, release }: Shown,
	now: number,
): Promise<Published> {
	const before = await publishedOf(transaction, lock);
	if (before !== undefined) return before;
	await publishReleases(transaction, [{ lock, release }], now);
	await transaction.insertInto("unvouched").values({ lock, shown_at: now }).execute();
	return { lock, release, publishedAt: now };
}

export async function publishedOf(transaction: Transaction, lock: Bytes): Promise<Published | undefined> {
	const row = await transaction
		.selectFrom("releases")
		.select(["release", "published_at"])
		.where("lock", "=", lock)
		.executeTakeFirst();
	return row && { lock, release: row.release, publishedAt: Number(row.published_at) };
}

/** When the releases of these locks were published, unix seconds, by the lock in hexadecimal. */
export async function publicationsOf(
	transaction: Transaction,
	locks: readonly Bytes[],
): Promise<ReadonlyMap<string, number>> {
	if (locks.length === 0) return new Map();
	const rows = await transaction
		.selectFrom("releases")
		.select(["lock", "published_at"])
		.where("lock", "in", locks)
		.execute();
	return new Map(rows.map(({ lock, published_at }) => [toHex(lock), Number(published_at)]));
}
