/**
 * Judging the seals of a log as its leaves come: a word on each that is new, and evidence where its own word convicts.
 *
 * Leaves are judged before it is known whether they are the log's: nothing of it is kept, signed or shown until the
 * tree that they make has the root of the checkpoint that the log signed.
 */
import {
	type BrokenRule,
	type Bytes,
	checkSeal,
	cosignatureBody,
	equalBytes,
	type FollowedSeal,
	isRefusal,
	type LogKeys,
	leavesMost,
	limits,
	type Misbehaviour,
	misbehaviourFrom,
	noteOfLog,
	type PeerWord,
	parseLeaf,
	type Refusal,
	refusalBody,
	refuse,
	type Seal,
	SealChain,
	sealHash,
	serialize,
	serializeLeaf,
	type VerifiedCheckpoint,
	type Verify,
	writeNote,
} from "@tenten/protocol";
import type { LogReader } from "../log/reader.ts";
import type { WordDraft } from "./kept.ts";
import type { Case } from "./views.ts";

/** What one witness allows, and whose word on funds counts for it: docs/spec/seals.md, "The rules". */
export type SealPolicy = {
	/** key ids of reserve holders */
	readonly holders: readonly Bytes[];
	/** seconds: how old a seal may be, how far ahead its clock, and how old a word on funds when it is sealed */
	readonly maximumAge_s: number;
	readonly ahead_s: number;
	readonly reserveAge_s: number;
};

export type Judge = {
	readonly operator: Bytes;
	readonly policy: SealPolicy;
	/** what peers signed of their positions towards the operator */
	readonly peerWords: readonly PeerWord[];
	readonly verify: Verify;
	/** unix seconds */
	readonly now: number;
	/** the word on a number that was said before */
	readonly said: (number: number) => Pick<WordDraft, "seal" | "place"> | undefined;
};

/** How far a log was read, and what its next seal is judged against. */
export type Reading = {
	readonly chain: SealChain;
	/** leaves that were read */
	size: number;
	/** of the last sound seal */
	soundPlace: number | null;
	/** of the last seal, as it says */
	sealedAt: number | null;
	since: Since;
};

/**
 * The last seal and every leaf after it; from the log's beginning where there is none. More than a file of evidence has
 * room for is not held, however long a log makes no seal: `leaves` is empty then.
 */
type Since = { readonly leaves: readonly Bytes[]; readonly isWhole: boolean };

/** Leaves whose own word may convict: the last is a seal. */
type Suspect = { readonly from: number; readonly leaves: readonly Bytes[] };
/** Two places with seals of one number. */
type Doubled = { readonly first: number; readonly second: number };

/** What was found, to be added to. */
export type Found = {
	/** by the numbers of their seals */
	readonly words: Map<number, WordDraft>;
	readonly suspects: Suspect[];
	readonly doubled: Doubled[];
	/** of the leaves of suspects */
	bytes: number;
};

/** refusals name so many (docs/spec/seals.md) */
const rulesMost = 16;
/** of one visit: whoever does more is convicted by these */
const suspectBytesMost = 16 * 2 ** 20;
const doubledMost = 1_024;
/** a witness's own choice or clock (docs/spec/misbehaviour.md): what breaks nothing else convicts nobody */
const unprovable: ReadonlySet<BrokenRule["rule"]> = new Set([
	"stale",
	"early",
	"reserve-stale",
	"position-differs",
	"position-unconfirmed",
]);
/** bytes that a file of evidence has for its leaves: the rest is for the checkpoint and the proof */
const leafBytesMost = limits.evidence - 40_000;

/** From the log's beginning, or from the leaf of a sound seal. */
export function beginReading(
	operator: Bytes,
	sound: { readonly place: number; readonly seal: Seal } | null,
): Reading {
	return {
		chain: new SealChain(operator, sound?.seal ?? null),
		size: sound === null ? 0 : sound.place + 1,
		soundPlace: sound?.place ?? null,
		sealedAt: sound?.seal.sealedAt ?? null,
		since: {
			leaves: sound === null ? [] : [serializeLeaf({ kind: "seal", seal: sound.seal })],
			isWhole: true,
		},
	};
}

/** To be taken further, while the other stays as it is. */
export function copyReading(reading: Reading): Reading {
	return { ...reading, chain: reading.chain.copy() };
}

export function nothingFound(): Found {
	return { words: new Map(), suspects: [], doubled: [], bytes: 0 };
}

/**
 * Reads on by some entries; what follows of their seals is added to `found`. `judge` null: they were judged before.
 * The refusals of `parseLeaf`, for the first leaf that is none of seals.md.
 */
export function readOn(
	reading: Reading,
	entries: readonly Bytes[],
	judge: Judge | null,
	found: Found,
): Refusal | undefined {
	const since = new Held(reading.since);
	for (const entry of entries) {
		const leaf = parseLeaf(entry);
		const place = reading.size;
		// What a leaf of another kind adds to totals is not known: nothing after it can be judged.
		if (isRefusal(leaf)) return refuse(leaf.code, `leaf ${place}: ${leaf.detail}`);
		since.add(entry);
		reading.size++;
		const followed = reading.chain.add(leaf);
		if (followed === undefined) continue;
		if (reading.chain.sound === followed.seal) reading.soundPlace = place;
		reading.sealedAt = followed.seal.sealedAt;
		if (judge !== null) judgeSeal(followed, place, since.upTo(entry), judge, found);
		since.beginAt(entry);
	}
	reading.since = since.held;
	return undefined;
}

class Held {
	#leaves: Bytes[];
	#bytes: number;
	#isWhole: boolean;

	constructor({ leaves, isWhole }: Since) {
		this.#leaves = [...leaves];
		this.#bytes = bytesOf(leaves);
		this.#isWhole = isWhole;
	}

	get held(): Since {
		return { leaves: this.#leaves, isWhole: this.#isWhole };
	}

	add(leaf: Bytes): void {
		if (!this.#isWhole) return;
		this.#leaves.push(copied(leaf));
		this.#bytes += bytesOf([leaf]);
		this.#isWhole = this.#leaves.length <= leavesMost && this.#bytes <= leafBytesMost;
		if (!this.#isWhole) this.#leaves = [];
	}

	/** What a file shows of the seal that was just added: all since the one before, or it alone. */
	upTo(seal: Bytes): readonly Bytes[] {
		return this.#isWhole ? [...this.#leaves] : [copied(seal)];
	}

	beginAt(seal: Bytes): void {
		[this.#leaves, this.#bytes, this.#isWhole] = [[copied(seal)], bytesOf([seal]), true];
	}
}

/** An entry is a view of its whole bundle, which is not to be held with it. */
function copied(leaf: Bytes): Bytes {
	return new Uint8Array(leaf);
}

/** In a file, with what stands before each. */
function bytesOf(leaves: readonly Bytes[]): number {
	return leaves.reduce((sum, { length }) => sum + length + 5, 0);
}

function judgeSeal(
	{ seal, against }: FollowedSeal,
	place: number,
	since: readonly Bytes[],
	judge: Judge,
	found: Found,
): void {
	const { operator, policy, peerWords, verify, now, said } = judge;
	const hash = sealHash(seal);
	const broken = checkSeal(seal, { ...against, ...policy, peerWords, verify, now });
	if (broken.some(({ rule }) => !unprovable.has(rule)) && found.bytes < suspectBytesMost) {
		found.suspects.push({ from: place - since.length + 1, leaves: since });
		found.bytes += bytesOf(since);
	}
	const before = said(seal.number) ?? found.words.get(seal.number);
	if (before === undefined) {
		const name = { operator, number: seal.number, seal: hash };
		found.words.set(seal.number, { ...name, place, ...draftOf(name, broken, now) });
	} else if (!equalBytes(before.seal, hash) && found.doubled.length < doubledMost)
		found.doubled.push({ first: before.place, second: place });
}

type SealName = { readonly operator: Bytes; readonly number: number; readonly seal: Bytes };

function draftOf(
	name: SealName,
	broken: readonly BrokenRule[],
	now: number,
): Pick<WordDraft, "kind" | "body"> {
	if (broken.length === 0)
		return { kind: "cosignature", body: serialize(cosignatureBody, { ...name, signedAt: now }) };
	const said = { ...name, broken: broken.slice(0, rulesMost), refusedAt: now };
	return { kind: "broken", body: serialize(refusalBody, said) };
}

/** What of it convicts, of a log that was read up to this checkpoint. `reader` has its tiles. */
export async function casesOf(
	{ suspects, doubled }: Found,
	checkpoint: VerifiedCheckpoint,
	reader: LogReader,
	keys: LogKeys,
	verify: Verify,
): Promise<readonly Case[]> {
	const note = noteOfLog(writeNote(checkpoint.note), keys);
	if (isRefusal(note)) throw new Error("a checkpoint that was opened is none");
	const made: (Misbehaviour | undefined)[] = [];
	for (const suspect of suspects) made.push(await brokenRuleOf(suspect, note, reader));
	for (const each of doubled) made.push(await twoSealsOf(each, note, reader));
	return made.flatMap((file) => {
		const encoded = file === undefined ? undefined : misbehaviourFrom(file, keys, verify);
		return file === undefined || encoded === undefined || isRefusal(encoded)
			? []
			: [{ kind: file.kind, file: encoded }];
	});
}

async function brokenRuleOf(
	{ from, leaves }: Suspect,
	checkpoint: Bytes,
	reader: LogReader,
): Promise<Misbehaviour | undefined> {
	const proof = await reader.beside({ from, to: from + leaves.length });
	return isRefusal(proof) ? undefined : { kind: "brokenRule", checkpoint, from, leaves, proof };
}

async function twoSealsOf(
	{ first, second }: Doubled,
	checkpoint: Bytes,
	reader: LogReader,
): Promise<Misbehaviour | undefined> {
	const proved = [];
	for (const index of [first, second]) {
		const [leaf, path] = [await reader.entry(index), await reader.inclusion(index)];
		if (isRefusal(leaf) || isRefusal(path)) return undefined;
		proved.push({ leaf, log: { checkpoint, index, path } });
	}
	const [one, other] = proved;
	return one === undefined || other === undefined
		? undefined
		: { kind: "twoSeals", first: one, second: other };
}
