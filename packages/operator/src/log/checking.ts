/**
 * Checking a log, one's own or another's: its signature, its tree, and that it grew from what was seen before.
 *
 * `checkLog` reads the edge alone, so it costs the same at every size. `recomputeLog` reads every entry and every tile.
 * Both begin with the checkpoint as it is served; what does not fit is a refusal, and proves itself where the log
 * signed it.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type LogKeys,
	leafHash,
	noteBytes,
	openCheckpoint,
	type Refusal,
	refuse,
	type Tile,
	TreeEdge,
	tilePath,
	tileWidth,
	type VerifiedCheckpoint,
	type Verify,
	verifyConsistency,
} from "@tenten/protocol";
import { LogReader } from "./reader.ts";
import type { LogSource } from "./source.ts";

/** The checkpoint that a log shows now; `channel-failed` where it shows none, or the refusals of `openCheckpoint`. */
export async function readCheckpoint(
	source: LogSource,
	keys: LogKeys,
	verify: Verify,
): Promise<VerifiedCheckpoint | Refusal> {
	const bytes = await source("checkpoint", noteBytes);
	return bytes === undefined
		? refuse("channel-failed", "no checkpoint is there")
		: openCheckpoint(bytes, keys, verify);
}

/**
 * The checkpoint that a log shows, if its tiles hash to the root that it signed, and it grew from `seen`. Beside the
 * refusals of `readCheckpoint`: `state-damaged` where tiles are missing or others; `log-inconsistent` where it did not
 * grow from what was seen, or is smaller.
 */
export async function checkLog(
	source: LogSource,
	keys: LogKeys,
	verify: Verify,
	seen?: VerifiedCheckpoint,
): Promise<VerifiedCheckpoint | Refusal> {
	const checkpoint = await readCheckpoint(source, keys, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	if (seen !== undefined && seen.size === checkpoint.size && !equalBytes(seen.root, checkpoint.root))
		return refuse("log-inconsistent", `two roots at size ${seen.size}`);
	const reader = new LogReader(source, checkpoint.size);
	const edge = await reader.edge();
	if (isRefusal(edge)) return edge;
	if (!equalBytes(edge.root(), checkpoint.root))
		return refuse("state-damaged", "the tiles are not those of the checkpoint");
	if (seen === undefined) return checkpoint;
	const proof = await reader.consistency(seen.size);
	if (isRefusal(proof)) return proof;
	return verifyConsistency(seen, checkpoint, proof)
		? checkpoint
		: refuse("log-inconsistent", `${seen.size} entries are not the beginning of ${checkpoint.size}`);
}

/** What a whole log was found to be. */
export type Recomputed = {
	readonly checkpoint: VerifiedCheckpoint;
	readonly tiles: number;
	readonly bytes: number;
};

/** Computes a log anew from its entries, and compares every tile and the root. The first that differs is told. */
export async function recomputeLog(
	source: LogSource,
	keys: LogKeys,
	verify: Verify,
	progress: (entries: number, of: number) => void = () => undefined,
): Promise<Recomputed | Refusal> {
	const checkpoint = await readCheckpoint(source, keys, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	const { size } = checkpoint;
	const reader = new LogReader(source, size);
	const edge = new TreeEdge();
	let [tiles, bytes] = [0, 0];
	for (let index = 0; index * tileWidth < size; index++) {
		const entries = await reader.bundle(index);
		if (isRefusal(entries)) return entries;
		const filled: Tile[] = [];
		for (const entry of entries) {
			bytes += entry.length;
			filled.push(...edge.append(leafHash(entry)));
		}
		const refusal = await differing(reader, filled);
		if (refusal !== undefined) return refusal;
		tiles += filled.length;
		progress(edge.size, size);
	}
	const refusal = await differing(reader, edge.partial());
	if (refusal !== undefined) return refusal;
	if (!equalBytes(edge.root(), checkpoint.root))
		return refuse("state-damaged", "the entries are not those of the checkpoint");
	return { checkpoint, tiles: tiles + edge.partial().length, bytes };
}

async function differing(reader: LogReader, tiles: readonly Tile[]): Promise<Refusal | undefined> {
	for (const { place, hashes } of tiles) {
		const stored = await reader.tile(place);
		if (isRefusal(stored)) return stored;
		const at = hashes.findIndex((hash, i) => !equalBytes(hash, stored[i] as Bytes));
		if (at >= 0) return refuse("state-damaged", `${tilePath(place)}: hash ${at} is another`);
	}
	return undefined;
}
