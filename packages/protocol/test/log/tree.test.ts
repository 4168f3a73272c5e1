/** Trees of logs: roots, edges and proofs are those of RFC 6962's own recursion, at every size and place. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import {
	type Bytes,
	consistencyRanges,
	emptyRoot,
	fromHex,
	hashOfNodes,
	inclusionRanges,
	isRefusal,
	leafHash,
	type Node,
	nodesOfRange,
	proofOf,
	type TilePlace,
	TreeEdge,
	toHex,
	verifyConsistency,
	verifyInclusion,
	writeTile,
} from "@tenten/protocol";
import fc from "fast-check";

const digest = (...parts: readonly Uint8Array[]): Bytes => {
	const hash = createHash("sha256");
	for (const part of parts) hash.update(part);
	return new Uint8Array(hash.digest());
};

/** MTH of RFC 6962 section 2.1, as it is written there. */
function treeHash(entries: readonly Bytes[]): Bytes {
	const [only] = entries;
	if (only === undefined) return digest();
	if (entries.length === 1) return digest(Uint8Array.of(0), only);
	const half = halfOf(entries.length);
	return digest(Uint8Array.of(1), treeHash(entries.slice(0, half)), treeHash(entries.slice(half)));
}

/** PATH of section 2.1.1. */
function path(index: number, entries: readonly Bytes[]): readonly Bytes[] {
	if (entries.length === 1) return [];
	const half = halfOf(entries.length);
	const [left, right] = [entries.slice(0, half), entries.slice(half)];
	return index < half
		? [...path(index, left), treeHash(right)]
		: [...path(index - half, right), treeHash(left)];
}

/** SUBPROOF of section 2.1.2. */
function subproof(size: number, entries: readonly Bytes[], isKnown: boolean): readonly Bytes[] {
	if (size === entries.length) return isKnown ? [] : [treeHash(entries)];
	const half = halfOf(entries.length);
	const [left, right] = [entries.slice(0, half), entries.slice(half)];
	return size <= half
		? [...subproof(size, left, isKnown), treeHash(right)]
		: [...subproof(size - half, right, false), treeHash(left)];
}

function halfOf(length: number): number {
	let half = 1;
	while (2 * half < length) half *= 2;
	return half;
}

const entriesOf = (size: number): readonly Bytes[] =>
	Array.from({ length: size }, (_, i) => Uint8Array.of(i & 255, i >> 8, 7));

const hashAt =
	(entries: readonly Bytes[]) =>
	({ level, index }: Node): Bytes =>
		treeHash(entries.slice(index * 2 ** level, (index + 1) * 2 ** level));

const mostEntries = 45;

test(`sizes 0 to ${mostEntries}: the edge's root and that of the covering subtrees are the RFC's`, () => {
	const edge = new TreeEdge();
	for (let size = 0; size <= mostEntries; size++) {
		const entries = entriesOf(size);
		assert.deepEqual(edge.root(), treeHash(entries));
		const nodes = nodesOfRange({ from: 0, to: size });
		if (size > 0) assert.deepEqual(hashOfNodes(nodes.map(hashAt(entries))), treeHash(entries));
		edge.append(leafHash(Uint8Array.of(size & 255, size >> 8, 7)));
	}
});

test(`sizes 1 to ${mostEntries}: every proof is the RFC's, is taken, and no other place or root takes it`, () => {
	for (let size = 1; size <= mostEntries; size++) {
		const entries = entriesOf(size);
		const root = treeHash(entries);
		for (const [index, entry] of entries.entries()) {
			const proof = proofOf(inclusionRanges(index, size), hashAt(entries));
			assert.deepEqual(proof, path(index, entries));
			const leaf = leafHash(entry);
			assert.ok(verifyInclusion(leaf, index, size, proof, root));
			for (const other of [index - 1, index + 1, 2 * index + 1])
				assert.ok(!verifyInclusion(leaf, other, size, proof, root));
			assert.ok(!verifyInclusion(leaf, index, size, [...proof, root], root));
			assert.ok(!verifyInclusion(leaf, index, size, proof.slice(1), root) || proof.length === 0);
			assert.ok(!verifyInclusion(root, index, size, proof, leaf) || size === 1);
		}
	}
});

test(`sizes 0 to ${mostEntries}: every pair is proved consistent as the RFC says, and no broken proof is taken`, () => {
	for (let newSize = 0; newSize <= mostEntries; newSize++) {
		const entries = entriesOf(newSize);
		const newer = { size: newSize, root: treeHash(entries) };
		for (let oldSize = 0; oldSize <= newSize; oldSize++) {
			const older = { size: oldSize, root: treeHash(entries.slice(0, oldSize)) };
			const proof = proofOf(consistencyRanges(oldSize, newSize), hashAt(entries));
			assert.deepEqual(proof, oldSize === 0 ? [] : subproof(oldSize, entries, true));
			assert.ok(verifyConsistency(older, newer, proof));
			const broken = digest(Uint8Array.of(9));
			const wrong = [
				[older, newer, [...proof, older.root]],
				[older, newer, [newer.root, ...proof]],
				[{ ...older, root: broken }, newer, proof],
				...(oldSize > 0 ? ([[older, { ...newer, root: broken }, proof]] as const) : []),
				...(proof.length > 0 ? ([[older, newer, proof.slice(1)]] as const) : []),
				...(proof.length > 0 ? ([[older, newer, proof.slice(0, -1)]] as const) : []),
				...(newSize > oldSize ? ([[newer, older, proof]] as const) : []),
				...proof.map((_, at) => [older, newer, proof.map((hash, i) => (i === at ? broken : hash))] as const),
			] as const;
			for (const [a, b, hashes] of wrong) assert.ok(!verifyConsistency(a, b, hashes));
		}
	}
});

test("a history that was rewritten has no consistency proof, whatever was changed before the old size", () => {
	fc.assert(
		fc.property(fc.integer({ min: 2, max: 60 }), fc.nat(), fc.nat(), (newSize, a, b) => {
			const oldSize = 1 + (a % (newSize - 1));
			const changed = b % oldSize;
			const entries = entriesOf(newSize);
			const rewritten = entries.map((entry, i) => (i === changed ? Uint8Array.of(255, 255) : entry));
			const older = { size: oldSize, root: treeHash(entries.slice(0, oldSize)) };
			const newer = { size: newSize, root: treeHash(rewritten) };
			const ranges = consistencyRanges(oldSize, newSize);
			assert.ok(!verifyConsistency(older, newer, proofOf(ranges, hashAt(rewritten))));
			assert.ok(!verifyConsistency(older, newer, proofOf(ranges, hashAt(entries))));
		}),
	);
});

test("whatever numbers and hashes a stranger gives, a proof is judged and nothing is thrown", () => {
	const numbers = fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger(), fc.constant(2 ** 53));
	const hashes = fc.uint8Array({ minLength: 31, maxLength: 33 });
	const proofs = fc.array(hashes, { maxLength: 70 });
	fc.assert(
		fc.property(numbers, numbers, proofs, hashes, hashes, (a, b, proof, x, y) => {
			assert.ok(!verifyInclusion(x, a, b, proof, y) || (a === 0 && b === 1));
			const [older, newer] = [
				{ size: a, root: x },
				{ size: b, root: y },
			];
			assert.ok(!verifyConsistency(older, newer, proof) || a === b);
		}),
	);
	assert.ok(!verifyInclusion(emptyRoot, 0, 2 ** 53, [], emptyRoot));
	const tooMany = Array.from({ length: 64 }, () => emptyRoot);
	assert.ok(!verifyInclusion(emptyRoot, 0, Number.MAX_SAFE_INTEGER, tooMany, emptyRoot));
});

test("proofs reach as far as numbers do", () => {
	const size = Number.MAX_SAFE_INTEGER;
	const leaf = leafHash(Uint8Array.of(1));
	const hash = leafHash(Uint8Array.of(2));
	for (const index of [0, 1, size - 1, 2 ** 40 + 12_345]) {
		const proof = inclusionRanges(index, size).map(() => hash);
		assert.ok(proof.length <= 53);
		assert.ok(!verifyInclusion(leaf, index, size, proof, hash));
	}
	assert.throws(() => inclusionRanges(3, 3), RangeError);
	assert.throws(() => consistencyRanges(4, 3), RangeError);
});

test("an edge that is read back from its tiles goes on as the one that was written", async () => {
	for (const size of [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 70_000]) {
		const edge = new TreeEdge();
		for (let i = 0; i < size; i++) edge.append(leafHash(Uint8Array.of(i & 255, i >> 8)));
		const tiles = new Map(edge.partial().map(({ place, hashes }) => [keyOf(place), writeTile(hashes)]));
		const again = await TreeEdge.at(
			size,
			async (place) => tiles.get(keyOf(place)) ?? assert.fail(keyOf(place)),
		);
		if (isRefusal(again)) assert.fail(again.detail);
		assert.deepEqual(again.root(), edge.root());
		for (let i = 0; i < 300; i++)
			assert.deepEqual(again.append(leafHash(Uint8Array.of(i))), edge.append(leafHash(Uint8Array.of(i))));
		assert.deepEqual(again.root(), edge.root());
		const short = await TreeEdge.at(size, async () => new Uint8Array(31));
		assert.equal(isRefusal(short), size > 0);
	}
});

function keyOf({ level, index, width }: TilePlace): string {
	return `${level} ${index} ${width}`;
}

test("the trees of the Certificate Transparency reference have their published roots", () => {
	const leaves = [
		"",
		"00",
		"10",
		"2021",
		"3031",
		"40414243",
		"5051525354555657",
		"606162636465666768696a6b6c6d6e6f",
	];
	const roots = [
		"6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
		"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
		"aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
		"d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
		"4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
		"76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
		"ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
		"5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
	];
	assert.equal(toHex(emptyRoot), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	const edge = new TreeEdge();
	for (const [i, leaf] of leaves.entries()) {
		edge.append(leafHash(fromHex(leaf) ?? assert.fail()));
		assert.equal(toHex(edge.root()), roots[i]);
	}
});

/** RFC 6962 section 2.1.3 and RFC 9162 section 2.1.5 draw the tree of seven leaves, and name these proofs of it. */
test("the proofs of the RFCs' tree of seven are those that they list", () => {
	const ranges = (pairs: readonly (readonly [number, number])[]) => pairs.map(([from, to]) => ({ from, to }));
	assert.deepEqual(
		inclusionRanges(0, 7),
		ranges([
			[1, 2],
			[2, 4],
			[4, 7],
		]),
	);
	assert.deepEqual(
		inclusionRanges(3, 7),
		ranges([
			[2, 3],
			[0, 2],
			[4, 7],
		]),
	);
	assert.deepEqual(
		inclusionRanges(4, 7),
		ranges([
			[5, 6],
			[6, 7],
			[0, 4],
		]),
	);
	assert.deepEqual(
		inclusionRanges(6, 7),
		ranges([
			[4, 6],
			[0, 4],
		]),
	);
	assert.deepEqual(
		consistencyRanges(3, 7),
		ranges([
			[2, 3],
			[3, 4],
			[0, 2],
			[4, 7],
		]),
	);
	assert.deepEqual(consistencyRanges(4, 7), ranges([[4, 7]]));
	assert.deepEqual(
		consistencyRanges(6, 7),
		ranges([
			[4, 6],
			[6, 7],
			[0, 4],
		]),
	);
});
