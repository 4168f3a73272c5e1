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
import { type Bytes, isRefusal, type PublicKey, type Refusal, sha256 } from "@tenten/protocol";
import type { FailPoint } from "../store/store.ts";
import {
	bytesOf,
	inTransaction,
	type KeyedDatabase,
	makeKeyedDatabase,
	openKeyedDatabase,
	type Run,
} from "../witness/database.ts";
import {
	type KeptCase,
	type KeptHead,
	type KeptSample,
	type KeptVisit,
	type KeptWord,
	type Row,
	type SampleResult,
	sampleOf,
	sealTables,
	type WordDraft,
	wordOf,
} from "./kept.ts";

export type SealStoreOptions = {
	/** around each commit: tests let power fail there */
	readonly onCommit?: (point: FailPoint) => void;
};

export class SealStore {
	readonly key: PublicKey;
	readonly #database: DatabaseSync;
	readonly #onCommit: (point: FailPoint) => void;

	private constructor({ database, key }: KeyedDatabase, { onCommit }: SealStoreOptions) {
		this.key = key;
		this.#database = database;
		this.#onCommit = onCommit ?? (() => undefined);
	}

	/** Makes the store of a key that has never signed; throws where the file is there. */
	static create(file: string, key: PublicKey): void {
		makeKeyedDatabase(file, sealTables, key);
	}

	/** `state-damaged` where there is none, it is cut off, or another program's; `log-in-use` while another has it. */
	static open(file: string, options: SealStoreOptions = {}): SealStore | Refusal {
		const opened = openKeyedDatabase(file, sealTables);
		return isRefusal(opened) ? opened : new SealStore(opened, options);
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

	/** Words that were kept and are not signed yet: so many of them. */
	unsigned(most: number): readonly KeptWord[] {
		const first = "select * from word where signed is null order by number limit ?";
		return this.#all(first, most).map((row) => wordOf(row) as KeptWord);
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

	/** The sample whose nonce is secret still. */
	openSample(operator: Bytes): KeptSample | undefined {
		return sampleOf(this.#get("select * from sample where operator = ? and number is null", operator));
	}

	/** The newest samples that were drawn, the newest first. */
	samples(operator: Bytes, most: number): readonly KeptSample[] {
		const drawn =
			"select * from sample where operator = ? and number is not null order by rowid desc limit ?";
		return this.#all(drawn, operator, most).map((row) => sampleOf(row) as KeptSample);
	}

	/** Keeps a nonce before its commitment is shown. */
	commit({ operator, from, nonce, commitment }: Omit<KeptSample, "result">): void {
		this.#transaction((run) =>
			run(
				"insert into sample (operator, from_number, nonce, commitment) values (?, ?, ?, ?)",
				...[operator, from, nonce, commitment],
			),
		);
	}

	/** Keeps what came of the sample that was open; its nonce is none any more. */
	drawn(operator: Bytes, { number, place, at, asked, bad, code }: SampleResult): void {
		this.#transaction((run) =>
			run(
				`update sample set number = ?, place = ?, at = ?, asked = ?, bad = ?, code = ?
				where operator = ? and number is null`,
				...[number, place, at, asked, bad, code, operator],
			),
		);
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

	#transaction(write: (run: Run) => void): void {
		inTransaction(this.#database, this.#onCommit, write);
	}
}
