/** Inserting what must not be there yet: the guard of most decisions. */
import { type InsertObject, sql } from "kysely";
import type { Schema } from "./schema.ts";
import { mustWrite, type Transaction } from "./store.ts";

/** Inserts rows in the order given; `Overtaken` if any of their keys is taken. Sort rows that others may write too. */
export async function insertNew<T extends keyof Schema>(
	transaction: Transaction,
	table: T,
	rows: readonly InsertObject<Schema, T>[],
): Promise<void> {
	if (rows.length === 0) return;
	const written = await transaction
		.insertInto(table)
		.values(rows)
		.onConflict((conflict) => conflict.doNothing())
		.returning(sql<bigint>`1`.as("written"))
		.execute();
	mustWrite(written.length, rows.length);
}
