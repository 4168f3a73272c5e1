/**
 * The unpublished end of a log: one SQLite file that one process owns.
 *
 * It holds the entries that were acknowledged and are under no checkpoint yet, the newest checkpoint, and how far each
 * anchor is. Every write is one transaction, durable when it returns (`synchronous = FULL`). A checkpoint takes the
 * place of a smaller one only: so there are never two of one size.
 */
import { statSync } from "node:fs";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { fileRefusal } from "../store/file-refusal.ts";

/** "tnlg" */
const applicationId = 0x746e6c67;
const leastSize = 512;

const schema = `
	create table log (id integer primary key check (id = 1), origin text not null, public_key blob not null) strict;
	create table head (id integer primary key check (id = 1), size integer not null, note blob not null) strict;
	create table waiting (place integer primary key, entry blob not null) strict;
	create table anchor (name text primary key, size integer not null) strict;
	pragma application_id = ${applicationId};
	pragma user_version = 1;
`;

/** Whose log it is. */
export type LogIdentity = { readonly origin: string; readonly publicKey: Bytes };

/** The newest checkpoint, signed. */
export type Head = { readonly size: number; readonly note: Bytes };

export class LogEnd {
	readonly #database: DatabaseSync;
	readonly #insert: StatementSync;
	readonly #replace: StatementSync;
	readonly #drop: StatementSync;

	private constructor(database: DatabaseSync) {
		this.#database = database;
		this.#insert = database.prepare("insert into waiting (place, entry) values (?, ?)");
		this.#replace = database.prepare("update head set size = ?, note = ? where size < ?");
		this.#drop = database.prepare("delete from waiting where place < ?");
	}

	/** Opens or makes the file; `log-in-use` while another process has it, `state-damaged` where it is none. */
	static open(path: string): LogEnd | Refusal {
		const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
		// SQLite takes what is shorter than its header for an empty database, and would begin a new log in it.
		if (size > 0 && size < leastSize) return refuse("state-damaged", `${path} is cut off`);
		const database = new DatabaseSync(path, { timeout: 1000 });
		try {
			// Exclusive before WAL: the lock is taken by the first statement and kept (sqlite.org/wal.html, 7).
			database.exec("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full");
			const { synchronous } = { ...database.prepare("pragma synchronous").get() };
			if (synchronous !== 2) throw new Error(`synchronous is ${synchronous}: not for a log`);
			if (isEmpty(database)) database.exec(`begin immediate; ${schema} commit`);
			const { application_id: id } = { ...database.prepare("pragma application_id").get() };
			if (id === applicationId) return new LogEnd(database);
			database.close();
			return refuse("state-damaged", `${path} is no log`);
		} catch (error) {
			database.close();
			return fileRefusal(error, path);
		}
	}

	/** Whose log it is, and its newest checkpoint; undefined where it was not begun. */
	begun(): (LogIdentity & { readonly head: Head }) | undefined {
		const row = this.#database
			.prepare("select origin, public_key, size, note from log join head on head.id = log.id")
			.get() as { origin: string; public_key: Bytes; size: number; note: Bytes } | undefined;
		return row && { origin: row.origin, publicKey: row.public_key, head: { size: row.size, note: row.note } };
	}

	/** Begins a log with its checkpoint of no entries. */
	begin({ origin, publicKey }: LogIdentity, note: Bytes): void {
		this.#transaction(() => {
			this.#database
				.prepare("insert into log (id, origin, public_key) values (1, ?, ?)")
				.run(origin, publicKey);
			this.#database.prepare("insert into head (id, size, note) values (1, 0, ?)").run(note);
		});
	}

	/** Entries that are under no checkpoint, in their order. */
	waiting(): readonly { readonly place: number; readonly entry: Bytes }[] {
		return this.#database.prepare("select place, entry from waiting order by place").all() as {
			place: number;
			entry: Bytes;
		}[];
	}

	/** Keeps entries, the first at `place`: what is acknowledged from then on is not lost. */
	keep(place: number, entries: readonly Bytes[]): void {
		this.#transaction(() => {
			for (const [i, entry] of entries.entries()) this.#insert.run(place + i, entry);
		});
	}

	/** Takes a checkpoint for the newest, with all entries under it out of what waits. Throws unless it is larger. */
	advance({ size, note }: Head): void {
		this.#transaction(() => {
			if (this.#replace.run(size, note, size).changes !== 1)
				throw new Error("a log does not shrink or repeat");
			this.#drop.run(size);
		});
	}

	/** The same checkpoint with other signatures beside the log's own. */
	cosign({ size, note }: Head): void {
		this.#database.prepare("update head set note = ? where size = ?").run(note, size);
	}

	/** The size of the last checkpoint that an anchor has; −1 before its first. */
	anchored(name: string): number {
		const row = this.#database.prepare("select size from anchor where name = ?").get(name);
		return (row as { size: number } | undefined)?.size ?? -1;
	}

	setAnchored(name: string, size: number): void {
		this.#database
			.prepare(
				"insert into anchor (name, size) values (?, ?) on conflict (name) do update set size = excluded.size",
			)
			.run(name, size);
	}

	close(): void {
		this.#database.close();
	}

	#transaction(write: () => void): void {
		this.#database.exec("begin immediate");
		try {
			write();
			this.#database.exec("commit");
		} catch (error) {
			if (this.#database.isTransaction) this.#database.exec("rollback");
			throw error;
		}
	}
}

/** Whether nothing was ever made in it: where a process ends between its first page and its tables, it has the one alone. */
function isEmpty(database: DatabaseSync): boolean {
	const { application_id: id } = { ...database.prepare("pragma application_id").get() };
	const { user_version: version } = { ...database.prepare("pragma user_version").get() };
	const { count } = { ...database.prepare("select count(*) as count from sqlite_schema").get() };
	return id === 0 && version === 0 && count === 0;
}
