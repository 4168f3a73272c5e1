/**
 * Tiles (C2SP tlog-tiles): where hashes and entries of a log stand, and how their files read.
 *
 * A tile holds up to 256 hashes side by side, of complete subtrees of 256^level entries; those below them are hashed
 * from it again. A bundle holds the entries of a tile of level 0. Full ones never change; the last of each level may
 * be partial, and is another file at each width.
 */
import { type Bytes, concatBytes, limits, type Refusal, refuse } from "../codec/index.ts";
import { nodeHash } from "../crypto/index.ts";
import { isSize, type Node } from "./tree.ts";

export const tileWidth = 256;
const tileHeight = 8;
const levelsMost = 63;
const hashBytes = 32;

export const entryBytes = limits.entry;

/** A tile, or with `entries` in place of a level the bundle of entries under a tile of level 0. */
export type TilePlace = {
	readonly level: number | "entries";
	readonly index: number;
	/** hashes or entries in it: 256 where it is full */
	readonly width: number;
};

/** Where a tile's file stands under the log's address: `tile/0/x001/x234/067`, `tile/entries/000.p/7`. */
export function tilePath({ level, index, width }: TilePlace): string {
	const groups: string[] = [];
	for (let rest = index; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
		groups.unshift(`${groups.length === 0 ? "" : "x"}${String(rest % 1000).padStart(3, "0")}`);
	const partial = width === tileWidth ? "" : `.p/${width}`;
	return `tile/${level}/${groups.join("/")}${partial}`;
}

const tilePattern =
	/^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** The tile that a path names, or `malformed`: each tile has one path. */
export function parseTilePath(path: string): TilePlace | Refusal {
	const [, level = "", groups = "", partial] = tilePattern.exec(path) ?? [];
	const digits = groups.replaceAll(/[x/]/g, "");
	const width = partial === undefined ? tileWidth : wholeNumber(partial);
	const place: TilePlace = {
		level: level === "entries" ? level : wholeNumber(level),
		index: wholeNumber(digits),
		width,
	};
	const isInside = isSize(place.index) && (place.level === "entries" || place.level <= levelsMost);
	const isWidth = partial === undefined || width < tileWidth;
	// Leading groups of zeros would give one tile several paths.
	if (level === "" || !isInside || !isWidth || tilePath(place) !== path)
		return refuse("malformed", "no path of a tile");
	return place;
}

/** Of digits that a pattern let through. */
function wholeNumber(digits: string): number {
	let value = 0;
	for (const digit of digits) value = value * 10 + (digit.charCodeAt(0) - 0x30);
	return value;
}

/** How many of a level's hashes a log of `size` has: one for each complete subtree of 256^level entries. */
function hashesAt(size: number, level: number): number {
	return Math.floor(size / tileWidth ** level);
}

/** How wide a tile is in a log of `size`; 0 where it has none. */
export function widthIn(size: number, { level, index }: Pick<TilePlace, "level" | "index">): number {
	const hashes = hashesAt(size, level === "entries" ? 0 : level) - index * tileWidth;
	return Math.max(0, Math.min(tileWidth, hashes));
}

/** The last tile of each level, and the last bundle, of a log of `size`; full ones too. */
export function edgeTiles(size: number): readonly TilePlace[] {
	const places: TilePlace[] = [];
	for (let level = 0; hashesAt(size, level) > 0; level++) {
		const index = Math.floor((hashesAt(size, level) - 1) / tileWidth);
		places.push({ level, index, width: widthIn(size, { level, index }) });
	}
	const [first] = places;
	return first === undefined ? [] : [{ ...first, level: "entries" }, ...places];
}

/** The tile that shows a complete subtree, in a log of `size`, and which of its hashes lie under it. */
export function tileOfNode(
	{ level, index }: Node,
	size: number,
): { readonly place: TilePlace; readonly from: number; readonly count: number } {
	const tileLevel = Math.floor(level / tileHeight);
	const count = 2 ** (level % tileHeight);
	const place = { level: tileLevel, index: Math.floor((index * count) / tileWidth) };
	return { place: { ...place, width: widthIn(size, place) }, from: (index * count) % tileWidth, count };
}

/** The hash over 2^n hashes side by side. */
export function hashOfComplete(hashes: readonly Bytes[]): Bytes {
	let row = hashes;
	while (row.length > 1) {
		const next: Bytes[] = [];
		for (let i = 0; i < row.length; i += 2) next.push(nodeHash(row[i] as Bytes, row[i + 1] as Bytes));
		row = next;
	}
	return row[0] as Bytes;
}

export function writeTile(hashes: readonly Bytes[]): Bytes {
	return concatBytes(...hashes);
}

/** The hashes of a tile of this width, or `malformed`. */
export function readTile(bytes: Bytes, width: number): readonly Bytes[] | Refusal {
	if (bytes.length !== width * hashBytes) return refuse("malformed", "a tile is as long as its width says");
	return Array.from({ length: width }, (_, i) => bytes.subarray(i * hashBytes, (i + 1) * hashBytes));
}

/** Entries of at most `entryBytes` each, with their lengths before them. */
export function writeEntries(entries: readonly Bytes[]): Bytes {
	return concatBytes(...entries.flatMap((entry) => [lengthOf(entry), entry]));
}

function lengthOf({ length }: Bytes): Bytes {
	if (length > entryBytes) throw new RangeError("an entry has at most 65,535 bytes");
	return Uint8Array.of(length >> 8, length & 255);
}

/** The entries of a bundle of this width, or `malformed`. */
export function readEntries(bytes: Bytes, width: number): readonly Bytes[] | Refusal {
	const entries: Bytes[] = [];
	let at = 0;
	while (at + 2 <= bytes.length && entries.length < width) {
		const from = at + 2;
		at = from + 256 * (bytes[at] as number) + (bytes[at + 1] as number);
		entries.push(bytes.subarray(from, at));
	}
	if (at !== bytes.length || entries.length !== width)
		return refuse("malformed", "a bundle is as long as its entries say");
	return entries;
}
