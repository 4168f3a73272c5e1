/** A look at one moment of an SQLite file, on a connection of its own: the writer goes on beside it (WAL). */
import { DatabaseSync } from "node:sqlite";
import { CompiledQuery, Kysely } from "kysely";
import type { Schema } from "./schema.ts";
import { sqliteDialect } from "./sqlite.ts";
import type { Job } from "./store.ts";

/** Runs a job that only reads. It may take its time: what is written meanwhile it does not see. */
export async function readApart<T>(file: string, job: Job<T>): Promise<T> {
	const database = new DatabaseSync(file, { readOnly: true, readBigInts: true, timeout: 5000 });
	const tables = new Kysely<Schema>({ dialect: sqliteDialect(database) });
	try {
		await tables.executeQuery(CompiledQuery.raw("begin"));
		return await job(tables);
	} finally {
		await tables.destroy();
	}
}
