/**
 * One SQLite file that one process owns, and whose commits survive a loss of power.
 *
 * What can go wrong: a second process writes the same wallet (refused: the first holds the file's lock until
 * it ends, however it ends), a setting that makes commits fast and forgettable (each is read back), a file
 * that is something else, or damaged (its pages are checked before anything is read from it).
 */
import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Refusal, refuse } from "@tenten/protocol";
import { privateMode, syncDirectory } from "../durable.ts";
import { readPragma, setPragma } from "./pragma.ts";

/** "tntn": SQLite files say whose they are in their header. */
const applicationId = 0x746e746e;
const schemaVersion = 1;
/** bytes of the smallest page that SQLite knows */
const leastSize = 512;

// The journal is kept by place, not by clock: clocks go backwards.
const schema = `
	create table row (key text primary key, value blob not null) strict, without rowid;
	create table history (
		place integer primary key,
		id text not null unique,
		at integer not null,
		kind text not null,
		asset text not null,
		amount integer not null,
		party text not null,
		note text not null,
		search text not null
	) strict;
	pragma application_id = ${applicationId};
	pragma user_version = ${schemaVersion};
`;

/** SQLite result codes (sqlite.org/rescode.html): the low byte of what the driver reports, and one in whole. */
const sqliteBusy = 5;
const sqliteCorrupt = 11;
const sqliteNotADatabase = 26;
/** pages are missing at the end */
const sqliteShortRead = 522;

/**
 * Opens or makes the file. While another process owns it, waits for up to `busyTimeout_ms`, then refuses
 * with `wallet-in-use`.
 */
export function openSqliteFile(path: string, busyTimeout_ms: number): DatabaseSync | Refusal {
	const isNew = !existsSync(path);
	if (isNew) {
		closeSync(openSync(path, "a", privateMode));
		syncDirectory(dirname(path));
	}
	// SQLite takes what is shorter than its header for an empty database, and would begin a new wallet in it.
	const { size } = statSync(path);
	if (size > 0 && size < leastSize) return refuse("state-damaged", `${path} is cut off`);
	const database = new DatabaseSync(path, { timeout: busyTimeout_ms });
	try {
		const refusal = takeOwnership(database);
		if (refusal !== undefined) {
			database.close();
			return refusal;
		}
	} catch (error) {
		database.close();
		const code = (error as { errcode?: number }).errcode ?? 0;
		if ((code & 0xff) === sqliteBusy) return refuse("wallet-in-use", path);
		if ((code & 0xff) === sqliteCorrupt || (code & 0xff) === sqliteNotADatabase)
			return refuse("state-damaged", `${path} is not a wallet`);
		if (code === sqliteShortRead) return refuse("state-damaged", `${path} is cut off`);
		throw error;
	}
	return database;
}

function takeOwnership(database: DatabaseSync): Refusal | undefined {
	// Exclusive before WAL: the lock is then taken by the first statement and kept (sqlite.org/wal.html, 7).
	setPragma(database, "locking_mode", "exclusive");
	const version = readPragma(database, "user_version");
	const owner = readPragma(database, "application_id");
	const isEmpty = database.prepare("select 1 from sqlite_schema limit 1").get() === undefined;
	const isNew = isEmpty && version === 0 && owner === 0;
	if (!isNew && owner !== applicationId) return refuse("state-damaged", "a database of another program");
	if (!isNew && version !== schemaVersion)
		return refuse("type-unknown", `the wallet has version ${version}, this program ${schemaVersion}`);
	setPragma(database, "journal_mode", "wal");
	setPragma(database, "synchronous", "full", 2);
	setPragma(database, "fullfsync", "on", 1);
	database.exec(isNew ? `begin exclusive; ${schema} commit` : "begin exclusive; commit");
	return isNew ? undefined : checkPages(database);
}

/** Damage is found here and not in the middle of a payment. What is cut off shows only where it is read. */
function checkPages(database: DatabaseSync): Refusal | undefined {
	const found = readPragma(database, "quick_check(1)");
	if (found !== "ok") return refuse("state-damaged", String(found));
	for (const _ of database.prepare("select value from row").iterate());
	return undefined;
}
