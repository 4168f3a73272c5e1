/**
 * Kysely over node:sqlite: integers read as bigint, blobs as Uint8Array.
 *
 * WAL with `synchronous = FULL`: some builds fall to NORMAL under WAL, and a power loss then undoes what was
 * acknowledged; so it is set, and read back. A file that is cut off is not begun anew in.
 */
import { statSync } from "node:fs";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import { type SqliteDatabase, SqliteDialect, type SqliteStatement } from "kysely";

const synchronousFull = 2n;
/** Of pages: keys are hashes, so that what is read and written next lies anywhere. */
const cache_KiB = 65_536;
/** bytes of the smallest page that SQLite knows */
const leastSize = 512;

/** Over a file, `:memory:`, or a database that is open already and reads integers as bigint. */
export function sqliteDialect(source: string | DatabaseSync): SqliteDialect {
	const database = typeof source === "string" ? openFile(source) : source;
	database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL");
	database.exec(`PRAGMA cache_size = -${cache_KiB}`);
	const { synchronous } = { ...database.prepare("PRAGMA synchronous").get() };
	if (synchronous !== synchronousFull) throw new Error(`synchronous is ${synchronous}: not for money`);
	return new SqliteDialect({ database: betterSqliteShape(database) });
}

/** SQLite takes what is shorter than a page for an empty database, and an operator would begin anew in it. */
function openFile(path: string): DatabaseSync {
	const size = path === ":memory:" ? 0 : (statSync(path, { throwIfNoEntry: false })?.size ?? 0);
	if (size > 0 && size < leastSize) throw new Error(`${path} is cut off: put it back from a copy`);
	return new DatabaseSync(path, { readBigInts: true, timeout: 5000 });
}

function betterSqliteShape(database: DatabaseSync): SqliteDatabase {
	const prepared = new Map<string, SqliteStatement>();
	return {
		close: () => database.close(),
		prepare(sql: string): SqliteStatement {
			const statement = prepared.get(sql) ?? betterSqliteStatement(database.prepare(sql));
			prepared.set(sql, statement);
			return statement;
		},
	};
}

function betterSqliteStatement(statement: StatementSync): SqliteStatement {
	return {
		reader: statement.columns().length > 0,
		all: (values) => statement.all(...(values as SQLInputValue[])).map((row) => ({ ...row })),
		run: (values) => statement.run(...(values as SQLInputValue[])),
		iterate: (values) => statement.iterate(...(values as SQLInputValue[])),
	};
}
