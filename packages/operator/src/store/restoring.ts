/**
 * A copy that takes its operator's place: it has forgotten what was paid, issued and shown since it was made.
 *
 *   what was paid since         would be paid again: nothing is paid or issued until a person allows it, asset by asset
 *   lists that were shown since wallets refuse older ones: the next list has a version that none of them can have had
 *   devices enrolled since      could be suspended by nobody: their places count as not valid, and none is given again
 *
 * Both are written before anybody opens it, in one transaction with its entry in the audit log. What could go wrong is
 * an address that leads to an empty database, or to another operator's: the operator would begin anew there, and pay
 * everything again. So nothing is written, tables neither, where its desk is not known.
 */
import type { Bytes } from "@tenten/protocol";
import { folderActor } from "../access.ts";
import { losePlaces } from "../devices/places.ts";
import { newestFreezeList } from "../freezing/freeze-lists.ts";
import { newestList } from "../trust-lists.ts";
import { appendAudit } from "./audit-log.ts";
import { insertNew } from "./insert-new.ts";
import { openStore, openUnchanged } from "./open-store.ts";
import { stopPayouts } from "./payout-stops.ts";
import type { Store } from "./store.ts";

export type Restored = {
	/** when the copy was made, and when it takes the operator's place; unix seconds */
	readonly copiedAt: number;
	readonly at: number;
};

/** The database is empty, or another operator's. */
export class OtherDatabase extends Error {}

/** More lists than any operator signs between two copies, and more devices and budgets than it is asked for. */
const listsSkipped = 1_000_000;

/**
 * Prepares a restored database, a file or a `postgres://` address, of the operator whose desk has this key id; how
 * often it was started. Throws `OtherDatabase`.
 */
export async function restoreDatabase(database: string, desk: Bytes, restored: Restored): Promise<number> {
	const unchanged = openUnchanged(database);
	try {
		await refuseOthers(unchanged, desk);
	} finally {
		await unchanged.close();
	}
	const store = await openStore(database);
	try {
		return await markRestored(store, restored);
	} finally {
		await store.close();
	}
}

/** Throws `OtherDatabase` where a database is not of the operator whose desk has this key id. Writes nothing. */
export async function refuseOthers(store: Store, desk: Bytes): Promise<void> {
	try {
		const row = await store.read((transaction) =>
			transaction.selectFrom("desks").select("key_id").where("key_id", "=", desk).executeTakeFirst(),
		);
		if (row === undefined) throw new OtherDatabase("the database is another operator's");
	} catch (error) {
		throw isWithoutTable(error) ? new OtherDatabase("the database is empty") : error;
	}
}

function isWithoutTable(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	return ("code" in error && error.code === "42P01") || error.message.startsWith("no such table");
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
		const frozen = await newestFreezeList(transaction);
		if (frozen !== null) {
			const number = frozen.number + listsSkipped;
			await insertNew(transaction, "freeze_lists", [{ number, encoded: frozen.encoded }]);
		}
		await losePlaces(transaction, listsSkipped);
		const entry = { actor: folderActor, requestId: "restore", act: "restored", outcome: "done" } as const;
		await appendAudit(transaction, { ...entry, at, subject: "database", detail: reasons });
		const row = await transaction
			.selectFrom("starts")
			.select("count")
			.where("name", "=", "operator")
			.executeTakeFirstOrThrow();
		return Number(row.count);
	});
}
