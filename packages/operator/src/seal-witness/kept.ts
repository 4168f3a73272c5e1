/** What a witness of seals keeps, as its store's callers see it, and as rows: the tables and how they are read. */
import type { Bytes, TreeHead } from "@tenten/protocol";
import { bytesOf, keyTable, type WitnessFile } from "../witness/database.ts";

/** samples and drills of an operator that are shown */
export const shownMost = 100;

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

/** A nonce that was committed to, and what came of it. */
export type KeptSample = {
	readonly operator: Bytes;
	/** the least number of a seal for which it is */
	readonly from: number;
	readonly nonce: Bytes;
	/** encoded `sampleCommitment` */
	readonly commitment: Bytes;
	/** null while the nonce is secret */
	readonly result: SampleResult | null;
};

export type SampleResult = {
	/** of the seal under which was asked */
	readonly number: number;
	/** of its leaf */
	readonly place: number;
	/** unix seconds */
	readonly at: number;
	/** draws, and those that were not answered by the lines that they name */
	readonly asked: number;
	readonly bad: number;
	/** why nothing was answered, as a refusal's code; null where something was */
	readonly code: string | null;
};

/** "tnts" */
export const sealTables: WitnessFile = {
	applicationId: 0x746e7473,
	version: 1,
	isShared: false,
	schema: `
	${keyTable}
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
	create table sample (
		operator blob not null,
		from_number integer not null,
		nonce blob not null check (length(nonce) = 32),
		commitment blob not null,
		number integer,
		place integer,
		at integer,
		asked integer,
		bad integer,
		code text
	) strict;
	create unique index sample_open on sample (operator) where number is null;
	create trigger sampled_once before update on sample
	when old.number is not null or new.nonce <> old.nonce or new.commitment <> old.commitment
	begin select raise(abort, 'a sample is drawn once'); end;
	create table evidence (
		hash blob primary key,
		origin text not null,
		kind text not null,
		at integer not null,
		file blob not null
	) strict;
`,
};

export type Row = Readonly<Record<string, unknown>>;

export function sampleOf(row: Row | undefined): KeptSample | undefined {
	if (row === undefined) return undefined;
	const numberIn = (name: string): number => Number(row[name]);
	const result = {
		number: numberIn("number"),
		place: numberIn("place"),
		at: numberIn("at"),
		asked: numberIn("asked"),
		bad: numberIn("bad"),
		code: row["code"] === null ? null : `${row["code"]}`,
	};
	return {
		operator: bytesOf(row["operator"]),
		from: numberIn("from_number"),
		nonce: bytesOf(row["nonce"]),
		commitment: bytesOf(row["commitment"]),
		result: row["number"] === null ? null : result,
	};
}

export function wordOf(row: Row | undefined): KeptWord | undefined {
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
