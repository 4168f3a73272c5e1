/**
 * What a witness keeps: of each log the latest checkpoint that it cosigned, one row in one SQLite file.
 *
 * Offers that wait together are judged one after another in one transaction, each against what the ones before it
 * left, and are durable with one sync; only then does anybody hear of one. `begin immediate` takes the file, so
 * other processes may have it open. The file itself refuses to go back: a row shrinks, or changes its root, by no
 * statement whatever. It belongs to one key: without its past a witness is another witness.
 */
import type { DatabaseSync, StatementSync } from "node:sqlite";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	judgeOffer,
	type Refusal,
	refuse,
	type TreeHead,
	type VerifierKey,
	verifierKey,
	type WitnessOffer,
	type WitnessRefusal,
	writeNote,
} from "@tenten/protocol";
import type { FailPoint } from "../store/store.ts";
import { bytesOf, makeDatabase, openWitnessDatabase, type WitnessFile } from "./database.ts";

export type KeptCheckpoint = TreeHead & {
	/** seconds since 1970 that the latest cosignature says, or more: the next one says no less */
	readonly at: number;
	/** the checkpoint as its log signed it; signatures of others may be there */
	readonly note: Bytes;
};

/** It is durable; its cosignature is to say `at`. */
export type Kept = { readonly kind: "kept"; readonly at: number };

export type WitnessStoreOptions = {
	/** around each commit: tests let power fail there */
	readonly onCommit?: (point: FailPoint) => void;
};

type Waiting = {
	readonly offer: WitnessOffer;
	readonly now_s: number;
	readonly resolve: (outcome: Kept | WitnessRefusal) => void;
	readonly reject: (reason: unknown) => void;
};

const togetherMost = 256;

/** "tntw" */
const kind: WitnessFile = {
	applicationId: 0x746e7477,
	version: 1,
	isShared: true,
	schema: `
	create table witness (
		only_row integer primary key check (only_row = 1),
		name text not null,
		public_key blob not null
	) strict;
	create table checkpoint (
		origin text primary key,
		size integer not null check (size >= 0),
		root blob not null check (length(root) = 32),
		at integer not null,
		note blob not null
	) strict, without rowid;
	create trigger forward before update on checkpoint
	when new.size < old.size or (new.size = old.size and new.root <> old.root) or new.at < old.at
	begin select raise(abort, 'a witness never goes back'); end;
	create trigger kept before delete on checkpoint
	begin select raise(abort, 'a witness forgets nothing'); end;
`,
};

export class WitnessStore {
	readonly key: VerifierKey;
	readonly #database: DatabaseSync;
	readonly #select: StatementSync;
	readonly #upsert: StatementSync;
	readonly #onCommit: (point: FailPoint) => void;
	#queue: Waiting[] = [];
	#timer: NodeJS.Immediate | null = null;

	private constructor(database: DatabaseSync, key: VerifierKey, options: WitnessStoreOptions) {
		this.key = key;
		this.#database = database;
		this.#onCommit = options.onCommit ?? (() => {});
		this.#select = database.prepare("select size, root, at, note from checkpoint where origin = ?");
		this.#upsert = database.prepare(
			`insert into checkpoint (origin, size, root, at, note) values (?, ?, ?, ?, ?)
			on conflict (origin) do update set
				size = excluded.size, root = excluded.root, at = excluded.at, note = excluded.note`,
		);
	}

	/** Makes the store of a key that has never signed; throws where the file is there. */
	static create(file: string, { name, publicKey }: VerifierKey): void {
		const database = makeDatabase(file, kind);
		database
			.prepare("insert into witness (only_row, name, public_key) values (1, ?, ?)")
			.run(name, publicKey);
		database.close();
	}

	/** `state-damaged` where there is none, it is cut off, or another program's: then its key is to sign no more. */
	static open(file: string, options: WitnessStoreOptions = {}): WitnessStore | Refusal {
		const database = openWitnessDatabase(file, kind);
		if (isRefusal(database)) return database;
		const row = database.prepare("select name, public_key from witness").get();
		if (row === undefined) {
			database.close();
			return refuse("state-damaged", `${file} names no key`);
		}
		const key = verifierKey(`${row["name"]}`, "cosignature", bytesOf(row["public_key"]));
		return new WitnessStore(database, key, options);
	}

	latest(origin: string): KeptCheckpoint | undefined {
		const row = this.#select.get(origin);
		if (row === undefined) return undefined;
		const { size, at, root, note } = row;
		return { size: Number(size), at: Number(at), root: bytesOf(root), note: bytesOf(note) };
	}

	/** Judges an offer and keeps its checkpoint: durable when this resolves. A throw says nothing of what is kept. */
	propose(offer: WitnessOffer, now_s: number): Promise<Kept | WitnessRefusal> {
		return new Promise((resolve, reject) => {
			this.#queue.push({ offer, now_s, resolve, reject });
			this.#timer ??= setImmediate(() => this.#drain());
		});
	}

	/** What waits is judged first. */
	close(): void {
		this.#drain();
		this.#database.close();
	}

	#drain(): void {
		if (this.#timer !== null) clearImmediate(this.#timer);
		this.#timer = null;
		while (this.#queue.length > 0) this.#commit(this.#queue.splice(0, togetherMost));
	}

	#commit(batch: readonly Waiting[]): void {
		try {
			this.#database.exec("begin immediate");
			const outcomes = batch.map(({ offer, now_s }) => this.#judge(offer, now_s));
			this.#onCommit("beforeCommit");
			this.#database.exec("commit");
			this.#onCommit("afterCommit");
			for (const [position, { resolve }] of batch.entries())
				resolve(outcomes[position] as Kept | WitnessRefusal);
		} catch (error) {
			if (this.#database.isTransaction) this.#database.exec("rollback");
			for (const { reject } of batch) reject(error);
		}
	}

	#judge(offer: WitnessOffer, now_s: number): Kept | WitnessRefusal {
		const { origin, size, root, note } = offer.checkpoint;
		const latest = this.latest(origin);
		const refusal = judgeOffer(offer, latest);
		if (refusal !== undefined) return refusal;
		const at = Math.max(now_s, latest?.at ?? 0);
		this.#upsert.run(origin, size, root, at, writeNote(note));
		return { kind: "kept", at };
	}
}

/** Whether a store is that of this key. */
export function isStoreOf({ key }: WitnessStore, publicKey: Bytes): boolean {
	return equalBytes(key.publicKey, publicKey);
}
