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
	/** the last seal and every leaf after it; from the log's beginning where there is none */
	since: readonly Bytes[];
};

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
};

/** refusals name so many (docs/spec/seals.md) */
const rulesMost = 16;
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
		since: sound === null ? [] : [serializeLeaf({ kind: "seal", seal: sound.seal })],
	};
}

/** To be taken further, while the other stays as it is. */
export function copyReading(reading: Reading): Reading {
	return { ...reading, chain: reading.chain.copy() };
}

export function nothingFound(): Found {
	return { words: new Map(), suspects: [], doubled: [] };
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
	const since = [...reading.since];
	for (const entry of entries) {
		const leaf = parseLeaf(entry);
		const place = reading.size;
		// What a leaf of another kind adds to totals is not known: nothing after it can be judged.
		if (isRefusal(leaf)) return refuse(leaf.code, `leaf ${place}: ${leaf.detail}`);
		since.push(entry);
		reading.size++;
		const followed = reading.chain.add(leaf);
		if (followed === undefined) continue;
		if (reading.chain.sound === followed.seal) reading.soundPlace = place;
		reading.sealedAt = followed.seal.sealedAt;
		if (judge !== null) judgeSeal(followed, place, since, judge, found);
		since.splice(0, since.length - 1);
	}
	reading.since = since;
	return undefined;
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
	if (broken.length > 0) found.suspects.push({ from: place - since.length + 1, leaves: [...since] });
	const before = said(seal.number) ?? found.words.get(seal.number);
	if (before === undefined) {
		const name = { operator, number: seal.number, seal: hash };
		found.words.set(seal.number, { ...name, place, ...draftOf(name, broken, now) });
	} else if (!equalBytes(before.seal, hash)) found.doubled.push({ first: before.place, second: place });
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

/** With all since the seal before; where that is too much for a file, the seal alone. */
async function brokenRuleOf(
	{ from, leaves }: Suspect,
	checkpoint: Bytes,
	reader: LogReader,
): Promise<Misbehaviour | undefined> {
	const bytes = leaves.reduce((sum, { length }) => sum + length + 5, 0);
	const isWhole = leaves.length <= leavesMost && bytes <= leafBytesMost;
	const shown = isWhole ? leaves : leaves.slice(-1);
	const to = from + leaves.length;
	const proof = await reader.beside({ from: to - shown.length, to });
	return isRefusal(proof)
		? undefined
		: { kind: "brokenRule", checkpoint, from: to - shown.length, leaves: shown, proof };
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
