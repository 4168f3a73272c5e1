/**
 * The growing edge of a log: the last, partial tile of each level, and with them the root.
 *
 * Whoever appends keeps it, and whoever recomputes a log from its entries: one leaf after another goes in, full tiles
 * come out, and each full tile is one hash of the level above.
 */
import { type Bytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";
import { hashOfComplete, readTile, type TilePlace, tileWidth, widthIn } from "./tiles.ts";
import { emptyRoot, hashOfNodes, nodesOfRange } from "./tree.ts";

/** A tile with its hashes. */
export type Tile = { readonly place: TilePlace; readonly hashes: readonly Bytes[] };

export class TreeEdge {
	#size = 0;
	/** hashes of the last tile of each level, fewer than 256 */
	readonly #levels: Bytes[][] = [];

	get size(): number {
		return this.#size;
	}

	/**
	 * The edge of a log of `size`, from what its partial tiles hold: `tileAt` gives each one's file. A root follows
	 * from it, which the caller compares with the one that it trusts.
	 */
	static async at(
		size: number,
		tileAt: (place: TilePlace) => Promise<Bytes | Refusal>,
	): Promise<TreeEdge | Refusal> {
		const edge = new TreeEdge();
		edge.#size = size;
		for (let level = 0; tileWidth ** level <= size; level++) {
			const index = Math.floor(size / tileWidth ** (level + 1));
			const width = widthIn(size, { level, index });
			const file = width === 0 ? new Uint8Array(0) : await tileAt({ level, index, width });
			const hashes = isRefusal(file) ? file : readTile(file as Bytes, width);
			if (isRefusal(hashes)) return refuse(hashes.code, hashes.detail);
			edge.#levels.push([...(hashes as readonly Bytes[])]);
		}
		return edge;
	}

	/** Adds an entry by its leaf hash; the tiles that it filled, the lowest first. */
	append(leaf: Bytes): readonly Tile[] {
		const filled: Tile[] = [];
		let hash: Bytes | undefined = leaf;
		this.#size++;
		for (let level = 0; hash !== undefined; level++) {
			const hashes = this.#levelAt(level);
			hashes.push(hash);
			hash = undefined;
			if (hashes.length < tileWidth) break;
			const index = Math.floor(this.#size / tileWidth ** (level + 1)) - 1;
			filled.push({ place: { level, index, width: tileWidth }, hashes });
			hash = hashOfComplete(hashes);
			this.#levels[level] = [];
		}
		return filled;
	}

	#levelAt(level: number): Bytes[] {
		const hashes = this.#levels[level] ?? [];
		this.#levels[level] = hashes;
		return hashes;
	}

	/** The partial tiles of this size, the lowest first. */
	partial(): readonly Tile[] {
		return this.#levels.flatMap((hashes, level) => {
			const index = Math.floor(this.#size / tileWidth ** (level + 1));
			return hashes.length === 0
				? []
				: [{ place: { level, index, width: hashes.length }, hashes: [...hashes] }];
		});
	}

	root(): Bytes {
		if (this.#size === 0) return emptyRoot;
		// Everything under the edge is complete, so the hashes of each level follow those of the level above.
		const hashes = this.#levels.toReversed().flatMap((level) => completeIn(level));
		return hashOfNodes(hashes);
	}
}

/** The complete subtrees over some hashes side by side, the larger first. */
function completeIn(hashes: readonly Bytes[]): readonly Bytes[] {
	return nodesOfRange({ from: 0, to: hashes.length }).map(({ level, index }) => {
		const width = 2 ** level;
		return hashOfComplete(hashes.slice(index * width, (index + 1) * width));
	});
}
