/**
 * Sum trees: lines with amounts under one root that says what they add up to, each provable to whom it concerns.
 *
 *   line    owner and salt give its place, so that it is this owner's alone and names nobody
 *   node    commits to hash and sum of either half, each for itself
 *
 * One tree holds what an operator owes on accounts, for each asset; smaller ones are the items of batches. What could
 * go wrong is known of trees that commit to the two halves' total alone: one total can then be opened as different
 * halves to different people (Hu, Zhang and Guo, "On the security of Maxwell-Todd proofs of solvency", 2019). Here the
 * halves are in the hash, no amount is below zero, and no sum on a path is above 2⁶³ − 1.
 *
 * What a proof tells beside its own line: the sums of the other halves on its way, the nearest of which may be
 * one other line's amount.
 */
import {
	amountOrZero,
	type Bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	type Refusal,
	record,
	refuse,
	type TypeOf,
} from "../codec/index.ts";
import { taggedHash, taggedHashOfEncoded } from "../crypto/index.ts";
import { climb, shortPath } from "./short-path.ts";
import { type Algebra, type Pages, pathTo } from "./sparse-tree.ts";
import { bitmap, longestPath } from "./state-map.ts";

export const sumNode = record({ hash: bytes32, sum: amountOrZero });
export type SumNode = TypeOf<typeof sumNode>;

/** Of a tree, or half, without lines. */
const empty: SumNode = { hash: new Uint8Array(32), sum: 0n };

/** Of entries that are amounts: zero or more, in minor units. */
export const sumAlgebra: Algebra<bigint, SumNode> = {
	empty,
	leaf: (key, sum) => ({ hash: taggedHashOfEncoded("sum-leaf", encodedLeaf(key, sum)), sum }),
	join: (left, right) => ({
		hash: taggedHashOfEncoded("sum-node", encodedJoin(left ?? empty, right ?? empty)),
		sum: (left?.sum ?? 0n) + (right?.sum ?? 0n),
	}),
};

/** An array of at most two strings of 32 bytes and two numbers, written anew for each node: a tree is mostly this. */
const encoded: Bytes = new Uint8Array(1 + 2 * (2 + 32) + 2 * 9);
const number: Bytes = new Uint8Array(8);
const numberView = new DataView(number.buffer);

/** cbor([key, sum]). */
function encodedLeaf(key: Bytes, sum: bigint): Bytes {
	encoded[0] = 0x82;
	return encoded.subarray(0, putPair(key, sum, 1));
}

/** cbor([left.hash, left.sum, right.hash, right.sum]). */
function encodedJoin(left: SumNode, right: SumNode): Bytes {
	encoded[0] = 0x84;
	return encoded.subarray(0, putPair(right.hash, right.sum, putPair(left.hash, left.sum, 1)));
}

/** Where the next item begins. */
function putPair(hash: Bytes, sum: bigint, at: number): number {
	encoded[at] = 0x58;
	encoded[at + 1] = 32;
	encoded.set(hash, at + 2);
	return putNumber(sum, at + 34);
}

/** In the shortest form (RFC 8949, section 4.2.1). */
function putNumber(value: bigint, at: number): number {
	numberView.setBigUint64(0, value);
	const leading = number.findIndex((byte) => byte !== 0);
	const bytes = leading === -1 ? 1 : 8 - leading;
	if (bytes === 1 && (number[7] as number) < 24) {
		encoded[at] = number[7] as number;
		return at + 1;
	}
	const size = bytes <= 2 ? bytes : bytes <= 4 ? 4 : 8;
	encoded[at] = 0x18 + Math.log2(size);
	encoded.set(number.subarray(8 - size), at + 1);
	return at + 1 + size;
}

export type SumPages = Pages<bigint, SumNode>;

/** Where the line of an owner stands: a hash that tells nothing of the owner to those who lack the salt. */
export function lineKey(owner: Bytes, salt: Bytes): Bytes {
	return taggedHash("line", [owner, salt]);
}

/** A line, and its way to the root. */
export const lineProof = record({
	/** an account, or the id of what a batch lists */
	owner: bytes32,
	salt: bytes32,
	amount: amountOrZero,
	bitmap,
	siblings: list(sumNode, longestPath),
});
export type LineProof = TypeOf<typeof lineProof>;

/** The proof of an owner's line, or undefined where it has none. `pages` holds all that `missingPages` names. */
export function proveLine(pages: SumPages, owner: Bytes, salt: Bytes): LineProof | undefined {
	const key = lineKey(owner, salt);
	const { end, siblings } = pathTo(sumAlgebra, pages, key);
	if (end === null || !equalBytes(end.key, key)) return undefined;
	return { owner, salt, amount: end.entry, ...shortPath(siblings) };
}

/** A line that stands under a root. */
export type ProvedLine = {
	readonly owner: Bytes;
	readonly amount: bigint;
	/**
	 * Minor units of all lines left of it: of the numbers below the root's sum it takes those from here on, as many
	 * as its amount. So a number that was drawn names one line, and lines are drawn by their amounts.
	 */
	readonly from: bigint;
};

/** `proof-invalid` where it does not lead to this root and sum. */
export function verifyLineProof(proof: LineProof, root: SumNode): ProvedLine | Refusal {
	const { owner, salt, amount } = proof;
	if (amount < 0n || amount > limits.amount) return refuse("amount-invalid");
	const key = lineKey(owner, salt);
	let from = 0n;
	const start = { end: sumAlgebra.leaf(key, amount), shares: null };
	const isEmpty = ({ hash, sum }: SumNode): boolean => sum === empty.sum && equalBytes(hash, empty.hash);
	const node = climb<SumNode>(proof, key, start, isEmpty, (left, right, isRight) => {
		if (isRight) from += left?.sum ?? 0n;
		if ((left?.sum ?? 0n) < 0n || (right?.sum ?? 0n) < 0n) return refuse("amount-invalid");
		const above = sumAlgebra.join(left, right);
		return above.sum > limits.amount ? refuse("amount-invalid", "sums above the bound") : above;
	});
	if (isRefusal(node)) return node;
	// Never null: it begins with a leaf.
	const { hash, sum } = node ?? empty;
	return equalBytes(hash, root.hash) && sum === root.sum
		? { owner, amount, from }
		: refuse("proof-invalid", "another root");
}
