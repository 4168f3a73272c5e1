/**
 * A witness's own copy of the hashes of a log that it follows: tiles of every level, no entries.
 *
 * It is made of the entries that were read, so it is what the log was, whatever the log shows later: whoever rewrites
 * history is convicted with it (`views.ts`), and other witnesses ask for it to compare theirs.
 */
import {
	type Bytes,
	edgeTiles,
	isRefusal,
	leafHash,
	parseTilePath,
	type Refusal,
	type Tile,
	type TreeEdge,
	tilePath,
	tileWidth,
	writeTile,
} from "@tenten/protocol";
import { LogReader } from "../log/reader.ts";
import type { LogSource } from "../log/source.ts";
import type { SealStore } from "./store.ts";

/** The copy as a log's files; a tile is there at every width up to the one that is kept. */
export function mirrorSource(store: Pick<SealStore, "tile" | "head">, origin: string): LogSource {
	return async (path, most) => {
		const found = path === "checkpoint" ? store.head(origin)?.note : mirroredTile(store, origin, path);
		return found !== undefined && found.length <= most ? found : undefined;
	};
}

function mirroredTile(
	store: Pick<SealStore, "tile" | "head">,
	origin: string,
	path: string,
): Bytes | undefined {
	const place = parseTilePath(path);
	if (isRefusal(place) || place.level === "entries") return undefined;
	const { level, index } = place;
	const kept =
		store.tile(origin, tilePath({ level, index, width: tileWidth })) ??
		store.tile(origin, tilePath({ level, index, width: lastWidth(store, origin, level, index) }));
	return kept === undefined || kept.length < 32 * place.width ? undefined : kept.slice(0, 32 * place.width);
}

function lastWidth(store: Pick<SealStore, "head">, origin: string, level: number, index: number): number {
	const last = edgeTiles(store.head(origin)?.size ?? 0);
	return last.find((tile) => tile.level === level && tile.index === index)?.width ?? tileWidth;
}

/** The growing edge of the copy. */
export async function mirrorEdge(store: SealStore, origin: string): Promise<TreeEdge | Refusal> {
	return new LogReader(mirrorSource(store, origin), store.head(origin)?.size ?? 0).edge();
}

/** What some entries change of the copy: tiles by their paths, and the paths of those that are full now, or wider. */
export class Growth {
	readonly edge: TreeEdge;
	readonly #filled = new Map<string, Bytes>();
	readonly #before: readonly Tile[];

	constructor(edge: TreeEdge) {
		this.edge = edge;
		this.#before = edge.partial();
	}

	add(entry: Bytes): void {
		for (const { place, hashes } of this.edge.append(leafHash(entry)))
			this.#filled.set(tilePath(place), writeTile(hashes));
	}

	result(): { readonly tiles: ReadonlyMap<string, Bytes>; readonly gone: readonly string[] } {
		const tiles = new Map(this.#filled);
		for (const { place, hashes } of this.edge.partial()) tiles.set(tilePath(place), writeTile(hashes));
		return {
			tiles,
			gone: this.#before.map(({ place }) => tilePath(place)).filter((path) => !tiles.has(path)),
		};
	}
}
