/**
 * Kysely over node:sqlite: integers read as bigint, blobs as Uint8Array.
 *
 * WAL with `synchronous = FULL`: some builds fall to NORMAL under WAL, and a power loss then undoes what was
 * acknowledged; so it is set, and read back.
 */
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";

const synchronousFull = 2n;

/** Over a file, `:memory:`, or a database that is open already and reads integers as bigint. */
export function sqliteDialect(source: string | DatabaseSync): SqliteDialect {
	const database =
		typeof source === "string" ? new DatabaseSync(source, { readBigInts: true, timeout: 5000 }) : source;
	database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	const { synchronous } = { ...database.prepare("PRAGMA synchronous").get() };
	if (synchronous !== synchronousFull) throw new Error(`synchronous is ${synchronous}: not for money`);
	return new SqliteDialect({ database: betterSqliteShape(database) });
}

function betterSqliteShape(database: DatabaseSync): SqliteDatabase {
	const prepared = new Map<string, StatementSync>();
	return {
		close: () => database.close(),
		prepare(sql: string): SqliteStatement {
			const statement = prepared.get(sql) ?? database.prepare(sql);
			prepared.set(sql, statement);
			return {
				reader: statement.columns().length > 0,
				all: (values) => statement.all(...(values as SQLInputValue[])).map((row) => ({ ...row })),
				run: (values) => statement.run(...(values as SQLInputValue[])),
				iterate: (values) => statement.iterate(...(values as SQLInputValue[])),
			};
		},
	};
}
