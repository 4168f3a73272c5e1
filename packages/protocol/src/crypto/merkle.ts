/** Merkle trees as in RFC 6962 section 2.1: many entries under one root, each provable by a short path. */
import { type Bytes, concatBytes } from "../codec/index.ts";
import { sha256 } from "./hash.ts";

const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);

export function leafHash(entry: Bytes): Bytes {
	return sha256(concatBytes(leafPrefix, entry));
}

export function nodeHash(left: Bytes, right: Bytes): Bytes {
	return sha256(concatBytes(nodePrefix, left, right));
}

export type Tree = { readonly root: Bytes; readonly paths: readonly (readonly Bytes[])[] };

/** The root over `entries` (at least one) and each entry's audit path, nearest sibling first. */
export function merkleTree(entries: readonly Bytes[]): Tree {
	if (entries.length === 0) throw new RangeError("a tree needs an entry");
	const paths: Bytes[][] = entries.map(() => []);
	// RFC 6962 trees are left-full: pairing neighbours level by level, an odd last node moving up, builds the same.
	let level = entries.map((entry, index) => ({ hash: leafHash(entry), from: index, to: index + 1 }));
	while (level.length > 1) {
		const next: typeof level = [];
		for (let i = 0; i < level.length; i += 2) {
			const left = level[i] as (typeof level)[number];
			const right = level[i + 1];
			if (right === undefined) {
				next.push(left);
				continue;
			}
			for (let leaf = left.from; leaf < left.to; leaf++) (paths[leaf] as Bytes[]).push(right.hash);
			for (let leaf = right.from; leaf < right.to; leaf++) (paths[leaf] as Bytes[]).push(left.hash);
			next.push({ hash: nodeHash(left.hash, right.hash), from: left.from, to: right.to });
		}
		level = next;
	}
	return { root: (level[0] as (typeof level)[number]).hash, paths };
}

/** The root that an entry at `index` of `size` and its path lead to, or undefined if the path does not fit. */
export function rootFromPath(
	entry: Bytes,
	index: number,
	size: number,
	path: readonly Bytes[],
): Bytes | undefined {
	return rootFromLeaf(leafHash(entry), index, size, path);
}

/** As `rootFromPath`, of an entry of which the leaf's hash is at hand. */
export function rootFromLeaf(
	leaf: Bytes,
	index: number,
	size: number,
	path: readonly Bytes[],
): Bytes | undefined {
	if (index < 0 || index >= size) return undefined;
	let hash = leaf;
	let position = index;
	let last = size - 1;
	for (const sibling of path) {
		if (last === 0) return undefined;
		if (position % 2 === 1 || position === last) {
			hash = nodeHash(sibling, hash);
			// At the end of its level, which is not 0 here: halving comes to an odd place.
			while (position % 2 === 0) {
				position = Math.floor(position / 2);
				last = Math.floor(last / 2);
			}
		} else hash = nodeHash(hash, sibling);
		position = Math.floor(position / 2);
		last = Math.floor(last / 2);
	}
	return last === 0 ? hash : undefined;
}
