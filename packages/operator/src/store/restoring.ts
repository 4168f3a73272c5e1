/**
 * A copy that takes its operator's place: it has forgotten what was paid, issued and shown since it was made.
 *
 *   what was paid since         would be paid again: nothing is paid or issued until a person allows it, asset by asset
 *   lists that were shown since wallets refuse older ones: the next list has a version that none of them can have had
 *
 * Both are written before anybody opens it, in one transaction with its entry in the audit log.
 */
import { newestList } from "../trust-lists.ts";
import { appendAudit } from "./audit-log.ts";
import { insertNew } from "./insert-new.ts";
import { openStore } from "./open-store.ts";
import { stopPayouts } from "./payout-stops.ts";
import type { Store } from "./store.ts";

export type Restored = {
	/** when the copy was made, and when it takes the operator's place; unix seconds */
	readonly copiedAt: number;
	readonly at: number;
};

/** More lists than any operator signs between two copies. */
const listsSkipped = 1_000_000;

/** Prepares a restored database, a file or a `postgres://` address; how often its operator was started. */
export async function restoreDatabase(database: string, restored: Restored): Promise<number> {
	const store = await openStore(database);
	try {
		return await markRestored(store, restored);
	} finally {
		await store.close();
	}
}

export function markRestored(store: Store, { copiedAt, at }: Restored): Promise<number> {
	const copied = new Date(copiedAt * 1000).toISOString();
	const reasons = `restored from a copy of ${copied}: what was paid and issued since is not in it`;
	return store.run(async (transaction) => {
		const assets = await transaction.selectFrom("balances").select("asset").distinct().execute();
		for (const { asset } of assets) await stopPayouts(transaction, asset, { reasons, since: at });
		const newest = await newestList(transaction);
		if (newest !== null) {
			const version = newest.version + listsSkipped;
			await insertNew(transaction, "trust_lists", [{ version, encoded: newest.encoded }]);
		}
		const entry = { actor: "folder", requestId: "restore", act: "restored", outcome: "done" } as const;
		await appendAudit(transaction, { ...entry, at, subject: "database", detail: reasons });
		const row = await transaction
			.selectFrom("starts")
			.select("count")
			.where("name", "=", "operator")
			.executeTakeFirstOrThrow();
		return Number(row.count);
	});
}
