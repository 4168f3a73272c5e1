/**
 * What a log is when it is opened: found again from its tiles and from its unpublished end, which must fit together.
 */
import { join } from "node:path";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	leafHash,
	parseCheckpoint,
	parseNote,
	type Refusal,
	refuse,
	type TreeEdge,
	type TreeHead,
	tileWidth,
} from "@tenten/protocol";
import type { Head, LogEnd } from "./end.ts";
import { readWhole, writeFiles } from "./files.ts";
import { LogReader } from "./reader.ts";
import { folderSource } from "./source.ts";

/** The folder that is served, in the folder of a log. */
export const publicFolder = (folder: string): string => join(folder, "public");

/** A checkpoint as it was published. */
export type Published = TreeHead & { readonly note: Bytes };

export type Recovered = {
	readonly origin: string;
	readonly edge: TreeEdge;
	readonly bundle: readonly Bytes[];
	readonly waiting: readonly Bytes[];
	readonly head: Published;
};

/** What a log is, from what is stored; `state-damaged` where it does not fit together. */
export async function recovered(folder: string, end: LogEnd, publicKey: Bytes): Promise<Recovered | Refusal> {
	const begun = end.begun();
	if (begun === undefined) return refuse("state-damaged", `${folder} holds no log`);
	const { origin, head } = begun;
	if (!equalBytes(begun.publicKey, publicKey)) return refuse("key-refused", "this log has another key");
	const root = rootIn(head);
	if (root === undefined) return refuse("state-damaged", "the newest checkpoint is none");
	const reader = new LogReader(folderSource(publicFolder(folder)), head.size);
	const edge = await reader.edge();
	if (isRefusal(edge)) return edge;
	if (!equalBytes(edge.root(), root))
		return refuse("state-damaged", "the tiles are not those of the checkpoint");
	const bundle = await lastBundle(reader, edge);
	if (isRefusal(bundle)) return bundle;
	const waiting = end.waiting();
	if (waiting.some(({ place }, i) => place !== head.size + i))
		return refuse("state-damaged", "entries that were acknowledged are missing");
	const refusal = await republished(folder, head);
	if (refusal !== undefined) return refusal;
	return { origin, edge, bundle, waiting: waiting.map(({ entry }) => entry), head: { ...head, root } };
}

function rootIn({ size, note }: Head): Bytes | undefined {
	const read = parseNote(note);
	const checkpoint = isRefusal(read) ? read : parseCheckpoint(read.text);
	return isRefusal(checkpoint) || checkpoint.size !== size ? undefined : checkpoint.root;
}

/** The entries of the partial bundle, which are those of the edge. */
async function lastBundle(reader: LogReader, edge: TreeEdge): Promise<readonly Bytes[] | Refusal> {
	const leaves = edge.partial().find(({ place }) => place.level === 0)?.hashes ?? [];
	if (leaves.length === 0) return [];
	const bundle = await reader.bundle(Math.floor(reader.size / tileWidth));
	if (isRefusal(bundle)) return bundle;
	const isSame = bundle.every((entry, i) => equalBytes(leafHash(entry), leaves[i] as Bytes));
	return isSame ? bundle : refuse("state-damaged", "the last entries are not those of the checkpoint");
}

/** Brings the file `checkpoint` up to the newest; one that is ahead of it was published by a log that is lost. */
async function republished(folder: string, { size, note }: Head): Promise<Refusal | undefined> {
	const shown = await readWhole(join(publicFolder(folder), "checkpoint"), 2 ** 20);
	if (shown !== undefined && equalBytes(shown, note)) return undefined;
	const read = shown && parseNote(shown);
	const checkpoint = read === undefined || isRefusal(read) ? undefined : parseCheckpoint(read.text);
	if (checkpoint !== undefined && !isRefusal(checkpoint) && checkpoint.size > size)
		return refuse("state-damaged", "a later checkpoint was published: this is an old copy of the log");
	await writeFiles(publicFolder(folder), new Map([["checkpoint", note]]));
	return undefined;
}
