/**
 * Two views of one log, each under a checkpoint that the log signed: of one history, or evidence that they are not.
 *
 *   one size, two roots ─────────────────────────────────▶ both checkpoints convict
 *   two sizes, and the smaller is not how the larger begins ─▶ the place where they part, proved under both
 *
 * Tiles come from whoever has them, this witness's own copy, another witness or the log; none is believed. Whatever is
 * found is made into a file only if it convicts.
 */
import {
	type Bytes,
	contradict,
	isRefusal,
	type LoggedHash,
	type LogKeys,
	misbehaviourFrom,
	noteOfLog,
	type Refusal,
	refuse,
	tileWidth,
	type VerifiedCheckpoint,
	type Verify,
	verifyConsistency,
	widthIn,
	writeNote,
} from "@tenten/protocol";
import { LogReader } from "../log/reader.ts";
import type { LogSource } from "../log/source.ts";

export type View = { readonly checkpoint: VerifiedCheckpoint; readonly source: LogSource };

/** A file of misbehaviour. */
export type Case = { readonly kind: string; readonly file: Bytes };

/**
 * undefined where they are of one history; the evidence where they are not; or a refusal where neither is shown:
 * `log-inconsistent`, or `state-damaged` where tiles are not to be had, or others than the checkpoint's.
 */
export async function compareViews(
	one: View,
	other: View,
	keys: LogKeys,
	verify: Verify,
): Promise<Case | Refusal | undefined> {
	const [a, b] = one.checkpoint.size <= other.checkpoint.size ? [one, other] : [other, one];
	if (contradict(a.checkpoint, b.checkpoint)) {
		const file = { kind: "splitView", first: noteOf(a, keys), second: noteOf(b, keys) } as const;
		return caseOf(file.kind, misbehaviourFrom(file, keys, verify));
	}
	const larger = new LogReader(b.source, b.checkpoint.size);
	const proof = await larger.consistency(a.checkpoint.size);
	if (!isRefusal(proof) && verifyConsistency(a.checkpoint, b.checkpoint, proof)) return undefined;
	const smaller = new LogReader(a.source, a.checkpoint.size);
	const place = await firstDifference(smaller, larger);
	if (isRefusal(place)) return place;
	if (place === undefined) return refuse("state-damaged", "the tiles are not those of the checkpoints");
	const [first, second] = [await provenAt(smaller, place, a, keys), await provenAt(larger, place, b, keys)];
	if (isRefusal(first)) return first;
	if (isRefusal(second)) return second;
	return caseOf("rewriting", misbehaviourFrom({ kind: "rewriting", first, second }, keys, verify));
}

function caseOf(kind: string, file: Bytes | Refusal): Case | Refusal {
	return isRefusal(file)
		? refuse("log-inconsistent", `not one history, and not proved: ${file.detail}`)
		: { kind, file };
}

function noteOf({ checkpoint }: View, keys: LogKeys): Bytes {
	const note = noteOfLog(writeNote(checkpoint.note), keys);
	if (isRefusal(note)) throw new Error("a checkpoint that was opened is none");
	return note;
}

/** The first place at which two logs part, by their tiles, from the top down; undefined where one begins the other. */
async function firstDifference(a: LogReader, b: LogReader): Promise<number | undefined | Refusal> {
	const size = Math.min(a.size, b.size);
	const wholeAt = (level: number): number => Math.floor(size / tileWidth ** level);
	let level = 0;
	while (wholeAt(level + 1) > 0) level++;
	let [from, to] = [0, wholeAt(level)];
	for (; ; level--) {
		const at = await differingHash(a, b, level, from, to);
		if (isRefusal(at) || level === 0) return at;
		from = (at ?? to) * tileWidth;
		to = at === undefined ? wholeAt(level - 1) : from + tileWidth;
	}
}

async function differingHash(
	a: LogReader,
	b: LogReader,
	level: number,
	from: number,
	to: number,
): Promise<number | undefined | Refusal> {
	for (let index = Math.floor(from / tileWidth); index * tileWidth < to; index++) {
		const tiles = [await tileOf(a, level, index), await tileOf(b, level, index)] as const;
		for (const tile of tiles) if (isRefusal(tile)) return tile;
		const [one, other] = tiles as readonly (readonly Bytes[])[];
		for (let at = Math.max(from, index * tileWidth); at < Math.min(to, (index + 1) * tileWidth); at++)
			if (!isSame(one?.[at % tileWidth], other?.[at % tileWidth])) return at;
	}
	return undefined;
}

function tileOf(reader: LogReader, level: number, index: number): Promise<readonly Bytes[] | Refusal> {
	return reader.tile({ level, index, width: widthIn(reader.size, { level, index }) });
}

function isSame(a: Bytes | undefined, b: Bytes | undefined): boolean {
	return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0;
}

async function provenAt(
	reader: LogReader,
	index: number,
	view: View,
	keys: LogKeys,
): Promise<LoggedHash | Refusal> {
	const tile = await tileOf(reader, 0, Math.floor(index / tileWidth));
	const path = await reader.inclusion(index);
	if (isRefusal(tile)) return tile;
	if (isRefusal(path)) return path;
	return { hash: tile[index % tileWidth] as Bytes, log: { checkpoint: noteOf(view, keys), index, path } };
}
