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
	concatBytes,
	encodeItem,
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

const arrayOfTwo = Uint8Array.of(0x82);
const arrayOfFour = Uint8Array.of(0x84);
const string32 = Uint8Array.of(0x58, 32);

/** Of entries that are amounts: zero or more, in minor units. */
export const sumAlgebra: Algebra<bigint, SumNode> = {
	empty,
	leaf: (key, sum) => ({
		hash: taggedHashOfEncoded("sum-leaf", concatBytes(arrayOfTwo, hashAndSum({ hash: key, sum }))),
		sum,
	}),
	join: (left, right) => ({
		hash: taggedHashOfEncoded(
			"sum-node",
			concatBytes(arrayOfFour, hashAndSum(left ?? empty), hashAndSum(right ?? empty)),
		),
		sum: (left?.sum ?? 0n) + (right?.sum ?? 0n),
	}),
};

function hashAndSum({ hash, sum }: SumNode): Bytes {
	return concatBytes(string32, hash, encodeItem(sum));
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
	const node = climb<SumNode>(proof, key, start, (left, right, isRight) => {
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
