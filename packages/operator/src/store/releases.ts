/**
 * Published releases, each with the time when it was first shown: so that the side of an exchange without the
 * secret can complete, and that nobody who publishes too late for that side gains by it.
 */
import { type Bytes, compareBytes, toHex } from "@tenten/protocol";
import { insertNew } from "./insert-new.ts";
import { deleteIn, insertMissing } from "./sets.ts";
import type { Transaction } from "./store.ts";

export type Shown = { readonly lock: Bytes; readonly release: Bytes };

export type Published = Shown & {
	/** unix seconds */
	readonly publishedAt: number;
};

/**
 * Publishes releases of tokens that were verified: these stay, and what was published before keeps its time. Of
 * one lock twice the first counts.
 * The row that would have one forgotten goes first: whoever forgets takes it too (`forgetReleases`).
 */
export async function publishVouched(
	transaction: Transaction,
	releases: readonly Published[],
): Promise<void> {
	const first = new Map<string, Published>();
	for (const one of releases) if (!first.has(toHex(one.lock))) first.set(toHex(one.lock), one);
	const sorted = [...first.values()].sort((a, b) => compareBytes(a.lock, b.lock));
	await deleteIn(
		transaction,
		"unvouched",
		"lock",
		sorted.map(({ lock }) => lock),
	);
	await insertMissing(
		transaction,
		"releases",
		sorted.map(({ lock, release, publishedAt }) => ({ lock, release, published_at: publishedAt })),
	);
}

/** Publishes a release that came alone: kept for a time only, unless it was there before. */
export async function publishUnvouched(
	transaction: Transaction,
	{ lock, release }: Shown,
	now: number,
): Promise<Published> {
	const before = await publishedOf(transaction, lock);
	if (before !== undefined) return before;
	await insertNew(transaction, "releases", [{ lock, release, published_at: now }]);
	await insertNew(transaction, "unvouched", [{ lock, shown_at: now }]);
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
