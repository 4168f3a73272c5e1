/**
 * The tree of a log, by places alone: RFC 6962 section 2.1 over sizes that grow.
 *
 * A range of entries that the RFC's recursion meets is covered by a few complete subtrees, the larger first. A
 * subtree once complete never changes, so its hash is kept (`tiles.ts`); hashes of ranges and with them roots and
 * proofs (`proof.ts`) are folded from those. Sizes and places are whole numbers up to 2⁵³ − 1.
 */
import type { Bytes } from "../codec/index.ts";
import { nodeHash, sha256 } from "../crypto/index.ts";

/** The root of a log without entries: SHA-256 of nothing. */
export const emptyRoot: Bytes = sha256(new Uint8Array(0));

/** Entries from `from` up to, and without, `to`. */
export type Range = { readonly from: number; readonly to: number };

/** A complete subtree: entries from `index` · 2^`level` on, 2^`level` of them. */
export type Node = { readonly level: number; readonly index: number };

/** The complete subtrees that cover a range of the RFC's recursion, the larger first. */
export function nodesOfRange({ from, to }: Range): readonly Node[] {
	const nodes: Node[] = [];
	for (let at = from; at < to; ) {
		let level = 0;
		let width = 1;
		while (at % (2 * width) === 0 && at + 2 * width <= to) {
			width *= 2;
			level++;
		}
		nodes.push({ level, index: at / width });
		at += width;
	}
	return nodes;
}

/** The hash of a range, from those of its `nodesOfRange`, at least one. */
export function hashOfNodes(hashes: readonly Bytes[]): Bytes {
	const last = hashes.at(-1);
	if (last === undefined) throw new RangeError("a range holds an entry");
	return hashes.slice(0, -1).reduceRight((right, left) => nodeHash(left, right), last);
}

/** The largest power of two below `width`, which is at least 2: where the RFC splits a tree. */
export function splitOf(width: number): number {
	let half = 1;
	while (2 * half < width) half *= 2;
	return half;
}

/** Whether `size` may be the size of a log. */
export function isSize(size: number): boolean {
	return Number.isSafeInteger(size) && size >= 0;
}
