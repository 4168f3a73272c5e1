/**
 * What a witness of seals keeps: how far it followed each log, its own copy of that log's hashes, its words on seals,
 * and evidence. One SQLite file, one process.
 *
 * A visit of a log is one transaction: what was read, and every word that follows from it, not signed yet. Only then
 * is signed, and only what was signed and kept is shown. So a crash leaves a word that is signed when the file is
 * opened again, the very same; and an operator's seal of one number gets one word, ever: the file itself refuses a
 * second, and a log that shrinks or changes its root.
 */
import type { DatabaseSync, SQLInputValue } from "node:sqlite";
import {
	type Bytes,
	coseKey,
	isRefusal,
	type PublicKey,
	parse,
	type Refusal,
	refuse,
	serialize,
	sha256,
	type TreeHead,
} from "@tenten/protocol";
import type { FailPoint } from "../store/store.ts";
import { bytesOf, makeDatabase, openWitnessDatabase, type WitnessFile } from "../witness/database.ts";

/** How far a log was followed. */
export type KeptHead = TreeHead & {
	/** as the log signed it */
	readonly note: Bytes;
	/** unix seconds when it was read */
	readonly at: number;
	/** of the last sound seal (`SealChain`), null: there is none */
	readonly soundPlace: number | null;
	/** unix seconds: of the last seal in it, as that says; null: there is none */
	readonly sealedAt: number | null;
};

/** A word on a seal, not signed. */
export type WordDraft = {
	readonly operator: Bytes;
	readonly number: number;
	/** its hash */
	readonly seal: Bytes;
	/** of its leaf in the log */
	readonly place: number;
	readonly kind: "cosignature" | "broken";
	/** what is signed: `cosignatureBody` or `refusalBody` */
	readonly body: Bytes;
};

/** A word; `signed` is null for the moment between keeping and signing it. */
export type KeptWord = WordDraft & { readonly signed: Bytes | null };

/** A file that convicts a log. */
export type KeptCase = {
	/** SHA-256 of the file */
	readonly hash: Bytes;
	readonly origin: string;
	/** of the misbehaviour, as the file names it */
	readonly kind: string;
	/** unix seconds when it was found */
	readonly at: number;
};

/** All that a visit of a log changes. */
export type KeptVisit = {
	readonly origin: string;
	/** null: the log was not followed further */
	readonly head: KeptHead | null;
	/** by their paths */
	readonly tiles: ReadonlyMap<string, Bytes>;
	/** paths of tiles that larger ones took the place of */
	readonly gone: readonly string[];
	readonly words: readonly WordDraft[];
	readonly cases: readonly (Omit<KeptCase, "hash"> & { readonly file: Bytes })[];
};

export type SealStoreOptions = {
	/** around each commit: tests let power fail there */
	readonly onCommit?: (point: FailPoint) => void;
};

/** "tnts" */
const kind: WitnessFile = {
	applicationId: 0x746e7473,
	version: 1,
	isShared: false,
	schema: `
	create table witness (only_row integer primary key check (only_row = 1), public_key blob not null) strict;
	create table log (
		origin text primary key,
		size integer not null,
		root blob not null check (length(root) = 32),
		note blob not null,
		at integer not null,
		sound_place integer,
		sealed_at integer
	) strict, without rowid;
	create trigger forward before update on log
	when new.size < old.size or (new.size = old.size and new.root <> old.root)
	begin select raise(abort, 'a witness never goes back'); end;
	create table tile (
		origin text not null,
		path text not null,
		hashes blob not null,
		primary key (origin, path)
	) strict, without rowid;
	create table word (
		operator blob not null,
		number integer not null,
		seal blob not null check (length(seal) = 32),
		place integer not null,
		kind text not null,
		body blob not null,
		signed blob,
		primary key (operator, number)
	) strict;
	create index word_seal on word (seal);
	create index word_pending on word (number) where signed is null;
	create trigger once before update on word
	when old.signed is not null or new.body <> old.body or new.seal <> old.seal
		or new.place <> old.place or new.kind <> old.kind
	begin select raise(abort, 'a word is said once'); end;
	create trigger word_kept before delete on word
	begin select raise(abort, 'a witness forgets nothing'); end;
	create table evidence (
		hash blob primary key,
		origin text not null,
		kind text not null,
		at integer not null,
		file blob not null
	) strict;
`,
};

type Row = Readonly<Record<string, unknown>>;

export class SealStore {
	readonly key: PublicKey;
	readonly #database: DatabaseSync;
	readonly #onCommit: (point: FailPoint) => void;

	private constructor(database: DatabaseSync, key: PublicKey, { onCommit }: SealStoreOptions) {
		this.key = key;
		this.#database = database;
		this.#onCommit = onCommit ?? (() => undefined);
	}

	/** Makes the store of a key that has never signed; throws where the file is there. */
	static create(file: string, key: PublicKey): void {
		const database = makeDatabase(file, kind);
		database.prepare("insert into witness (only_row, public_key) values (1, ?)").run(serialize(coseKey, key));
		database.close();
	}

	/** `state-damaged` where there is none, it is cut off, or another program's; `log-in-use` while another has it. */
	static open(file: string, options: SealStoreOptions = {}): SealStore | Refusal {
		const database = openWitnessDatabase(file, kind);
		if (isRefusal(database)) return database;
		const row = database.prepare("select public_key from witness").get();
		const key = row === undefined ? undefined : parse(coseKey, bytesOf(row["public_key"]));
		if (key !== undefined && !isRefusal(key)) return new SealStore(database, key, options);
		database.close();
		return refuse("state-damaged", `${file} names no key`);
	}

	head(origin: string): KeptHead | undefined {
		const row = this.#get(
			"select size, root, note, at, sound_place, sealed_at from log where origin = ?",
			origin,
		);
		return (
			row && {
				size: Number(row["size"]),
				root: bytesOf(row["root"]),
				note: bytesOf(row["note"]),
				at: Number(row["at"]),
				soundPlace: row["sound_place"] === null ? null : Number(row["sound_place"]),
				sealedAt: row["sealed_at"] === null ? null : Number(row["sealed_at"]),
			}
		);
	}

	tile(origin: string, path: string): Bytes | undefined {
		const row = this.#get("select hashes from tile where origin = ? and path = ?", origin, path);
		return row && bytesOf(row["hashes"]);
	}

	word(operator: Bytes, number: number): KeptWord | undefined {
		return wordOf(this.#get("select * from word where operator = ? and number = ?", operator, number));
	}

	wordOn(seal: Bytes): KeptWord | undefined {
		return wordOf(this.#get("select * from word where seal = ?", seal));
	}

	/** The last words on an operator's seals, the newest first. */
	lastWords(operator: Bytes, most: number): readonly KeptWord[] {
		const last = "select * from word where operator = ? order by number desc limit ?";
		return this.#all(last, operator, most).map((row) => wordOf(row) as KeptWord);
	}

	/** Words that were kept, and not signed before a crash. */
	unsigned(): readonly KeptWord[] {
		return this.#all("select * from word where signed is null order by number").map(
			(row) => wordOf(row) as KeptWord,
		);
	}

	cases(): readonly KeptCase[] {
		return this.#all("select hash, origin, kind, at from evidence order by rowid").map((row) => ({
			hash: bytesOf(row["hash"]),
			origin: `${row["origin"]}`,
			kind: `${row["kind"]}`,
			at: Number(row["at"]),
		}));
	}

	caseFile(hash: Bytes): Bytes | undefined {
		const row = this.#get("select file from evidence where hash = ?", hash);
		return row && bytesOf(row["file"]);
	}

	/** Durable when it returns. A throw says nothing of what is kept; a word on a number that has one is passed over. */
	keep({ origin, head, tiles, gone, words, cases }: KeptVisit): void {
		this.#transaction((run) => {
			for (const [path, hashes] of tiles)
				run(
					`insert into tile (origin, path, hashes) values (?, ?, ?)
					on conflict (origin, path) do update set hashes = excluded.hashes`,
					origin,
					path,
					hashes,
				);
			for (const path of gone) run("delete from tile where origin = ? and path = ?", origin, path);
			if (head !== null)
				run(
					`insert into log (origin, size, root, note, at, sound_place, sealed_at) values (?, ?, ?, ?, ?, ?, ?)
					on conflict (origin) do update set size = excluded.size, root = excluded.root, note = excluded.note,
						at = excluded.at, sound_place = excluded.sound_place, sealed_at = excluded.sealed_at`,
					...[origin, head.size, head.root, head.note, head.at, head.soundPlace, head.sealedAt],
				);
			for (const { operator, number, seal, place, kind: what, body } of words)
				run(
					`insert into word (operator, number, seal, place, kind, body) values (?, ?, ?, ?, ?, ?)
					on conflict (operator, number) do nothing`,
					...[operator, number, seal, place, what, body],
				);
			for (const { kind: what, at, file, origin: whose } of cases)
				run(
					`insert into evidence (hash, origin, kind, at, file) values (?, ?, ?, ?, ?)
					on conflict (hash) do nothing`,
					...[sha256(file), whose, what, at, file],
				);
		});
	}

	/** What was signed of words that had been kept: from then on they are shown. */
	sign(signed: readonly { readonly word: WordDraft; readonly signed: Bytes }[]): void {
		if (signed.length === 0) return;
		this.#transaction((run) => {
			for (const { word, signed: bytes } of signed)
				run(
					"update word set signed = ? where operator = ? and number = ?",
					bytes,
					word.operator,
					word.number,
				);
		});
	}

	close(): void {
		this.#database.close();
	}

	#get(query: string, ...values: readonly SQLInputValue[]): Row | undefined {
		return this.#database.prepare(query).get(...values);
	}

	#all(query: string, ...values: readonly SQLInputValue[]): readonly Row[] {
		return this.#database.prepare(query).all(...values);
	}

	#transaction(write: (run: (statement: string, ...values: SQLInputValue[]) => void) => void): void {
		this.#database.exec("begin immediate");
		try {
			write((statement, ...values) => void this.#database.prepare(statement).run(...values));
			this.#onCommit("beforeCommit");
			this.#database.exec("commit");
		} catch (error) {
			if (this.#database.isTransaction) this.#database.exec("rollback");
			throw error;
		}
		this.#onCommit("afterCommit");
	}
}

function wordOf(row: Row | undefined): KeptWord | undefined {
	return (
		row && {
			operator: bytesOf(row["operator"]),
			number: Number(row["number"]),
			seal: bytesOf(row["seal"]),
			place: Number(row["place"]),
			kind: row["kind"] === "cosignature" ? "cosignature" : "broken",
			body: bytesOf(row["body"]),
			signed: row["signed"] === null ? null : bytesOf(row["signed"]),
		}
	);
}
