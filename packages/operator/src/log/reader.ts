/**
 * Reading a log through its tiles: roots, proofs and entries under one checkpoint, whoever serves it.
 *
 * What a source gives is judged by what it must hash to, by whoever asks; here only its form is. A partial tile that
 * is gone is looked for in the full one that took its place.
 */
import {
	type Bytes,
	besideRange,
	consistencyRanges,
	entryBytes,
	hashOfComplete,
	inclusionRanges,
	isRefusal,
	type Node,
	nodesOfRange,
	proofOf,
	type Range,
	type Refusal,
	readEntries,
	readTile,
	refuse,
	type TilePlace,
	TreeEdge,
	tileOfNode,
	tilePath,
	tileWidth,
	widthIn,
	writeTile,
} from "@tenten/protocol";
import type { LogSource } from "./source.ts";

const tileBytes = 32 * tileWidth;
const bundleBytes = tileWidth * (2 + entryBytes);

/** Tiles that are kept in hand: the path to a root crosses a few, and neighbours share most. */
const tilesKept = 256;

export class LogReader {
	readonly #source: LogSource;
	readonly #tiles = new Map<string, readonly Bytes[]>();
	readonly size: number;

	/** `size`: of the checkpoint under which it reads. */
	constructor(source: LogSource, size: number) {
		this.#source = source;
		this.size = size;
	}

	/** The hashes of a tile, or `state-damaged` where there is none of its form. */
	async tile(place: TilePlace): Promise<readonly Bytes[] | Refusal> {
		const path = tilePath(place);
		const kept = this.#tiles.get(path);
		if (kept !== undefined) return kept;
		const bytes = await this.#read(place, tileBytes);
		const hashes = isRefusal(bytes) ? bytes : readTile(bytes.slice(0, 32 * place.width), place.width);
		if (isRefusal(hashes)) return refuse("state-damaged", `${path}: ${hashes.detail}`);
		if (this.#tiles.size >= tilesKept) this.#tiles.clear();
		this.#tiles.set(path, hashes);
		return hashes;
	}

	/** The entries of the bundle with this index, or `state-damaged`. */
	async bundle(index: number): Promise<readonly Bytes[] | Refusal> {
		const place = { level: "entries", index } as const;
		const whole = { ...place, width: widthIn(this.size, place) };
		const bytes = await this.#source(tilePath(whole), bundleBytes);
		if (bytes !== undefined) return damagedOr(readEntries(bytes, whole.width), tilePath(whole));
		const full = { ...place, width: tileWidth };
		const later = whole.width < tileWidth ? await this.#source(tilePath(full), bundleBytes) : undefined;
		if (later === undefined) return refuse("state-damaged", `${tilePath(whole)} is missing`);
		const entries = damagedOr(readEntries(later, tileWidth), tilePath(full));
		return isRefusal(entries) ? entries : entries.slice(0, whole.width);
	}

	async entry(index: number): Promise<Bytes | Refusal> {
		if (index >= this.size) return refuse("not-logged", `the log has ${this.size} entries`);
		const entries = await this.bundle(Math.floor(index / tileWidth));
		return isRefusal(entries) ? entries : (entries[index % tileWidth] as Bytes);
	}

	/** The path of the entry at `index`, or `not-logged` where there is none, or `state-damaged`. */
	async inclusion(index: number): Promise<readonly Bytes[] | Refusal> {
		if (index >= this.size) return refuse("not-logged", `the log has ${this.size} entries`);
		return this.#proof(inclusionRanges(index, this.size));
	}

	/** The proof that this log begins with that of `oldSize`; `log-inconsistent` where it is smaller. */
	async consistency(oldSize: number): Promise<readonly Bytes[] | Refusal> {
		if (oldSize > this.size) return refuse("log-inconsistent", `${oldSize} entries became ${this.size}`);
		return this.#proof(consistencyRanges(oldSize, this.size));
	}

	/** What proves the entries from one place up to another, side by side (`verifyRange`), or `state-damaged`. */
	async beside(shown: Range): Promise<readonly Bytes[] | Refusal> {
		return this.#proof(besideRange(shown, this.size));
	}

	/** The growing edge, as the tiles of this size have it: its root is what they hash to. */
	edge(): Promise<TreeEdge | Refusal> {
		return TreeEdge.at(this.size, async (place) => {
			const hashes = await this.tile(place);
			return isRefusal(hashes) ? hashes : writeTile(hashes);
		});
	}

	async #proof(ranges: readonly Range[]): Promise<readonly Bytes[] | Refusal> {
		const hashes = new Map<string, Bytes>();
		for (const node of ranges.flatMap(nodesOfRange)) {
			const { place, from, count } = tileOfNode(node, this.size);
			const tile = await this.tile(place);
			if (isRefusal(tile)) return tile;
			hashes.set(keyOf(node), hashOfComplete(tile.slice(from, from + count)));
		}
		return proofOf(ranges, (node) => hashes.get(keyOf(node)) as Bytes);
	}

	async #read(place: TilePlace, most: number): Promise<Bytes | Refusal> {
		const bytes = await this.#source(tilePath(place), most);
		if (bytes !== undefined) return bytes;
		const full = place.width < tileWidth ? { ...place, width: tileWidth } : undefined;
		const later = full && (await this.#source(tilePath(full), most));
		return later ?? refuse("state-damaged", `${tilePath(place)} is missing`);
	}
}

function keyOf({ level, index }: Node): string {
	return `${level} ${index}`;
}

function damagedOr<T>(read: T | Refusal, path: string): T | Refusal {
	return isRefusal(read) ? refuse("state-damaged", `${path}: ${read.detail}`) : read;
}
