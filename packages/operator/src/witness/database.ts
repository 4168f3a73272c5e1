/**
 * SQLite files of a witness: made once, never begun anew where they are missing, and durable at each commit. What an older
 * program made is brought to this one's version when it is opened, in one transaction.
 */
import { closeSync, existsSync, fsyncSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import {
	type Bytes,
	coseKey,
	isRefusal,
	type PublicKey,
	parse,
	type Refusal,
	refuse,
	serialize,
} from "@tenten/protocol";
import { fileRefusal } from "../store/file-refusal.ts";
import type { FailPoint } from "../store/store.ts";

/** What a file is: SQLite files say whose they are in their header. */
export type WitnessFile = {
	readonly applicationId: number;
	/** of `schema` */
	readonly version: number;
	/** whether several processes may have it open; else it is the first one's until that closes it */
	readonly isShared: boolean;
	/** statements that make its tables, as they were first */
	readonly schema: string;
	/** each brings it to the version after; one that was ever released is not changed, another is added */
	readonly steps?: readonly ((database: DatabaseSync) => void)[];
};

/** bytes of the smallest page that SQLite knows */
const leastSize = 512;
/** how long one waits for another */
const busy_ms = { shared: 5_000, owned: 500 } as const;

/** Makes a file for its owner alone; throws where it is there. */
export function makeDatabase(file: string, kind: WitnessFile): DatabaseSync {
	closeSync(openSync(file, "wx", 0o600));
	syncFolder(file);
	const database = openDatabase(file, kind);
	const { applicationId, version, schema } = kind;
	database.exec(
		`begin exclusive; ${schema} pragma application_id = ${applicationId}; pragma user_version = ${version}; commit`,
	);
	bringUp(database, kind);
	return database;
}

/**
 * `state-damaged` where there is none, it is cut off, or another program's: then its key is to sign no more.
 * `log-in-use` where it is another process's now.
 */
export function openWitnessDatabase(file: string, kind: WitnessFile): DatabaseSync | Refusal {
	if (!existsSync(file) || statSync(file).size < leastSize)
		return refuse("state-damaged", `${file} is gone, or cut off: a witness without its past is another`);
	let database: DatabaseSync | undefined;
	try {
		database = openDatabase(file, kind);
		if (isWhole(database, kind)) {
			bringUp(database, kind);
			return database;
		}
		database.close();
		return refuse("state-damaged", `${file} is no store of a witness`);
	} catch (error) {
		if (database?.isOpen) database.close();
		return fileRefusal(error, file);
	}
}

function pragmaOf(database: DatabaseSync, name: string): unknown {
	return Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0];
}

function isWhole(database: DatabaseSync, { applicationId, version, steps = [] }: WitnessFile): boolean {
	const isOurs = pragmaOf(database, "application_id") === applicationId;
	const has = Number(pragmaOf(database, "user_version"));
	const isKnown = has >= version && has <= version + steps.length;
	return isOurs && isKnown && pragmaOf(database, "quick_check(1)") === "ok";
}

function bringUp(database: DatabaseSync, { version, steps = [] }: WitnessFile): void {
	const missing = steps.slice(Number(pragmaOf(database, "user_version")) - version);
	if (missing.length === 0) return;
	database.exec("begin exclusive");
	for (const step of missing) step(database);
	database.exec(`pragma user_version = ${version + steps.length}; commit`);
}

/**
 * WAL with `synchronous = FULL`, set and read back: without it a loss of power undoes what was signed. What is owned is
 * locked exclusively before WAL, by the first statement, until it is closed (sqlite.org/wal.html, 7).
 */
function openDatabase(file: string, { isShared }: WitnessFile): DatabaseSync {
	const database = new DatabaseSync(file, { timeout: busy_ms[isShared ? "shared" : "owned"] });
	try {
		if (!isShared) database.exec("pragma locking_mode = exclusive");
		database.exec("pragma journal_mode = wal; pragma synchronous = full; pragma fullfsync = on");
		const { synchronous } = { ...database.prepare("pragma synchronous").get() };
		if (synchronous !== 2) throw new Error(`synchronous is ${synchronous}: not for a witness`);
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

/** A new file is there for good once its folder is synced. */
function syncFolder(file: string): void {
	const folder = openSync(dirname(file), "r");
	fsyncSync(folder);
	closeSync(folder);
}

/** The table of a file that one key alone writes into. */
export const keyTable =
	"create table witness (only_row integer primary key check (only_row = 1), public_key blob not null) strict;";

/** As `makeDatabase`, of a file with `keyTable`: that of `key`. */
export function makeKeyedDatabase(file: string, kind: WitnessFile, key: PublicKey): void {
	const database = makeDatabase(file, kind);
	database.prepare("insert into witness (only_row, public_key) values (1, ?)").run(serialize(coseKey, key));
	database.close();
}

export type KeyedDatabase = { readonly database: DatabaseSync; readonly key: PublicKey };

/** As `openWitnessDatabase`, of a file with `keyTable`; `state-damaged` too where it names no key. */
export function openKeyedDatabase(file: string, kind: WitnessFile): KeyedDatabase | Refusal {
	const database = openWitnessDatabase(file, kind);
	if (isRefusal(database)) return database;
	const row = database.prepare("select public_key from witness").get();
	const key = row === undefined ? undefined : parse(coseKey, bytesOf(row["public_key"]));
	if (key !== undefined && !isRefusal(key)) return { database, key };
	database.close();
	return refuse("state-damaged", `${file} names no key`);
}

/** Runs one statement of a transaction. */
export type Run = (statement: string, ...values: readonly SQLInputValue[]) => void;

/** What `write` runs, durable when this returns. `onCommit` around the commit: tests let power fail there. */
export function inTransaction(
	database: DatabaseSync,
	onCommit: (point: FailPoint) => void,
	write: (run: Run) => void,
): void {
	database.exec("begin immediate");
	try {
		write((statement, ...values) => void database.prepare(statement).run(...values));
		onCommit("beforeCommit");
		database.exec("commit");
	} catch (error) {
		if (database.isTransaction) database.exec("rollback");
		throw error;
	}
	onCommit("afterCommit");
}

export function bytesOf(column: unknown): Bytes {
	if (!(column instanceof Uint8Array)) throw new Error("no bytes in a column of bytes");
	return new Uint8Array(column);
}
