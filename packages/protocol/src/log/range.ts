/**
 * Proofs of entries side by side: all of a log from one place up to another, and that nothing was left out between.
 *
 *          root
 *         ╱    ╲
 *       ●        ○      ○ hashes of the proof, the leftmost first
 *      ╱ ╲
 *     ○   e e           entries that are shown, without a gap
 *
 * It is the recursion of RFC 6962 section 2.1 over places: a range that holds none of the entries is one hash of the
 * proof. Of one entry it has the hashes of an inclusion proof, in another order.
 */
import { type Bytes, equalBytes } from "../codec/index.ts";
import { leafHash, nodeHash } from "../crypto/index.ts";
import { proofHashes, type TreeHead } from "./proof.ts";
import { isSize, type Range, splitOf } from "./tree.ts";

/** Hashes that a proof of a range may hold: those of both its ends. */
export const rangeProofHashes = 2 * proofHashes;

const hashBytes = 32;

/** The ranges whose hashes prove those entries in a log of `size`, the leftmost first. */
export function besideRange(shown: Range, size: number): readonly Range[] {
	if (!isSize(size) || !isSize(shown.from) || shown.from >= shown.to || shown.to > size)
		throw new RangeError("no such entries in this log");
	return besideWithin(shown, { from: 0, to: size });
}

function besideWithin(shown: Range, within: Range): readonly Range[] {
	if (isBeside(within, shown)) return [within];
	if (within.to - within.from === 1) return [];
	const [left, right] = halvesOf(within);
	return [...besideWithin(shown, left), ...besideWithin(shown, right)];
}

function isBeside(within: Range, { from, to }: Range): boolean {
	return within.to <= from || within.from >= to;
}

function halvesOf({ from, to }: Range): readonly [Range, Range] {
	const middle = from + splitOf(to - from);
	return [
		{ from, to: middle },
		{ from: middle, to },
	];
}

/** Whether these entries, at least one, stand in the log side by side from the place `from` on. Never throws. */
export function verifyRange(
	entries: readonly Bytes[],
	from: number,
	{ size, root }: TreeHead,
	proof: readonly Bytes[],
): boolean {
	const to = from + entries.length;
	if (!isSize(size) || !isSize(from) || entries.length === 0 || to > size) return false;
	if (proof.length > rangeProofHashes || proof.some(({ length }) => length !== hashBytes)) return false;
	const shown = { from, to };
	let used = 0;
	const hashOf = (within: Range): Bytes | undefined => {
		if (isBeside(within, shown)) return proof[used++];
		if (within.to - within.from === 1) return leafHash(entries[within.from - from] as Bytes);
		const [left, right] = halvesOf(within).map(hashOf);
		return left === undefined || right === undefined ? undefined : nodeHash(left, right);
	};
	const reached = hashOf({ from: 0, to: size });
	return reached !== undefined && used === proof.length && equalBytes(reached, root);
}
