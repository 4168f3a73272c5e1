/**
 * Starts are counted in the database, and whoever keeps the operator's keys keeps the count beside them.
 *
 * A database that knows of fewer starts than its keys is an older copy, or another: what was paid since is not
 * in it, and would be paid again. A copy that was taken since the last start is not noticed.
 */
import type { Store } from "./store.ts";

/** The database is older than what its operator knows of it. */
export class OlderCopy extends Error {
	constructor(count: bigint, known: number) {
		super(`an older copy of the database, or another: it knows of ${count} starts, and there were ${known}`);
	}
}

/** Counts one start more; throws `OlderCopy` where the database knows of fewer than `known`. */
export function countStart(store: Store, known: number): Promise<number> {
	return store.run(async (transaction) => {
		const row = await transaction
			.updateTable("starts")
			.set((row) => ({ count: row("count", "+", 1n) }))
			.where("name", "=", "operator")
			.returning("count")
			.executeTakeFirst();
		if (row === undefined) throw new Error("the database is cut off: its count of starts is not in it");
		const { count } = row;
		if (count - 1n < BigInt(known)) throw new OlderCopy(count - 1n, known);
		return Number(count);
	});
}
