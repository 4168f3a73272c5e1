/**
 * Proofs that an entry is in a log, and that a log only grew: RFC 6962 sections 2.1.1 and 2.1.2.
 *
 * A proof is made in two steps, so that whoever makes it fetches what it needs at once: the ranges that it consists
 * of, then their hashes. It is verified as RFC 9162 says (sections 2.1.3.2 and 2.1.4.2), whatever numbers and
 * hashes a stranger gave.
 */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { nodeHash, rootFromLeaf } from "../crypto/index.ts";
import { emptyRoot, hashOfNodes, isSize, type Node, nodesOfRange, type Range, splitOf } from "./tree.ts";

/** Hashes that a proof may hold: no tree of up to 2⁶³ entries needs more. */
export const proofHashes = 63;
const hashBytes = 32;

/** The ranges whose hashes prove the entry at `index` in a log of `size`, nearest first. */
export function inclusionRanges(index: number, size: number): readonly Range[] {
	if (!isSize(size) || !isSize(index) || index >= size) throw new RangeError("no such entry in this log");
	const ranges: Range[] = [];
	let [from, to] = [0, size];
	while (to - from > 1) {
		const middle = from + splitOf(to - from);
		if (index < middle) {
			ranges.push({ from: middle, to });
			to = middle;
		} else {
			ranges.push({ from, to: middle });
			from = middle;
		}
	}
	return ranges.reverse();
}

/** The ranges whose hashes prove that a log of `newSize` begins with that of `oldSize`, nearest first. */
export function consistencyRanges(oldSize: number, newSize: number): readonly Range[] {
	if (!isSize(oldSize) || !isSize(newSize) || oldSize > newSize)
		throw new RangeError("a log does not shrink");
	if (oldSize === 0) return [];
	const ranges: Range[] = [];
	let [from, to] = [0, newSize];
	while (to !== oldSize) {
		const middle = from + splitOf(to - from);
		if (oldSize <= middle) {
			ranges.push({ from: middle, to });
			to = middle;
		} else {
			ranges.push({ from, to: middle });
			from = middle;
		}
	}
	// Where the old log is one subtree of the new one, its root is known and needs no hash.
	if (from > 0) ranges.push({ from, to });
	return ranges.reverse();
}

/** The hashes of a proof, from those of complete subtrees. */
export function proofOf(ranges: readonly Range[], hashAt: (node: Node) => Bytes): readonly Bytes[] {
	return ranges.map((range) => hashOfNodes(nodesOfRange(range).map(hashAt)));
}

/** Whether an entry with this leaf hash stands at `index` of the log of `size` and `root`. Never throws. */
export function verifyInclusion(
	leaf: Bytes,
	index: number,
	size: number,
	proof: readonly Bytes[],
	root: Bytes,
): boolean {
	if (!isSize(index) || !isSize(size) || !areHashes([leaf, root]) || !isProof(proof)) return false;
	const reached = rootFromLeaf(leaf, index, size, proof);
	return reached !== undefined && equalBytes(reached, root);
}

/** One log at one size. */
export type TreeHead = { readonly size: number; readonly root: Bytes };

/** Whether the log of `newer` begins with that of `older`. Never throws. */
export function verifyConsistency(older: TreeHead, newer: TreeHead, proof: readonly Bytes[]): boolean {
	if (!isSize(older.size) || !isSize(newer.size) || older.size > newer.size) return false;
	if (!areHashes([older.root, newer.root]) || !isProof(proof)) return false;
	if (older.size === newer.size) return proof.length === 0 && equalBytes(older.root, newer.root);
	if (older.size === 0) return proof.length === 0 && equalBytes(older.root, emptyRoot);
	const reached = rootsFromProof(older, newer.size, proof);
	return reached !== undefined && equalBytes(reached[0], older.root) && equalBytes(reached[1], newer.root);
}

/** Both roots that a proof leads to (RFC 9162 section 2.1.4.2), or undefined where it does not fit the sizes. */
function rootsFromProof(
	older: TreeHead,
	newSize: number,
	proof: readonly Bytes[],
): readonly [old: Bytes, newer: Bytes] | undefined {
	const [first, ...rest] = isPowerOfTwo(older.size) ? [older.root, ...proof] : proof;
	// A log that is one subtree of the next needs at least one hash beside it.
	if (first === undefined || proof.length === 0) return undefined;
	let [position, last] = [older.size - 1, newSize - 1];
	while (position % 2 === 1) [position, last] = [half(position), half(last)];
	let [oldRoot, newRoot] = [first, first];
	for (const hash of rest) {
		if (last === 0) return undefined;
		if (position % 2 === 1 || position === last) {
			oldRoot = nodeHash(hash, oldRoot);
			newRoot = nodeHash(hash, newRoot);
			while (position % 2 === 0 && position !== 0) [position, last] = [half(position), half(last)];
		} else newRoot = nodeHash(newRoot, hash);
		[position, last] = [half(position), half(last)];
	}
	return last === 0 ? [oldRoot, newRoot] : undefined;
}

function half(value: number): number {
	return Math.floor(value / 2);
}

function isPowerOfTwo(size: number): boolean {
	return size === 1 || splitOf(size) * 2 === size;
}

function isProof(proof: readonly Bytes[]): boolean {
	return proof.length <= proofHashes && areHashes(proof);
}

function areHashes(hashes: readonly Bytes[]): boolean {
	return hashes.every(({ length }) => length === hashBytes);
}
