/** Tiles: paths, widths and files are those of C2SP tlog-tiles, and each has one form. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	edgeTiles,
	hashOfComplete,
	inclusionRanges,
	isRefusal,
	leafHash,
	nodesOfRange,
	parseTilePath,
	proofOf,
	readEntries,
	readTile,
	TreeEdge,
	tileOfNode,
	tilePath,
	verifyInclusion,
	widthIn,
	writeEntries,
	writeTile,
} from "@tenten/protocol";
import fc from "fast-check";

test("the specification's example of an index is written so", () => {
	assert.equal(tilePath({ level: 0, index: 1_234_067, width: 256 }), "tile/0/x001/x234/067");
	assert.equal(tilePath({ level: 2, index: 0, width: 1 }), "tile/2/000.p/1");
	assert.equal(tilePath({ level: "entries", index: 273, width: 112 }), "tile/entries/273.p/112");
});

test("the specification's example of 70,000 entries has these tiles", () => {
	assert.deepEqual(edgeTiles(70_000), [
		{ level: "entries", index: 273, width: 112 },
		{ level: 0, index: 273, width: 112 },
		{ level: 1, index: 1, width: 17 },
		{ level: 2, index: 0, width: 1 },
	]);
	assert.equal(widthIn(70_000, { level: 0, index: 272 }), 256);
	assert.equal(widthIn(70_000, { level: 0, index: 274 }), 0);
	assert.deepEqual(edgeTiles(256).slice(1), [
		{ level: 0, index: 0, width: 256 },
		{ level: 1, index: 0, width: 1 },
	]);
	assert.deepEqual(edgeTiles(0), []);
});

test("a path is read as the tile that it was written for, and no other text is a path", () => {
	const places = fc.record(
		{
			level: fc.oneof(fc.nat(63), fc.constant("entries" as const)),
			index: fc.oneof(fc.nat(2000), fc.maxSafeNat()),
			width: fc.integer({ min: 1, max: 256 }),
		},
		{ noNullPrototype: true },
	);
	fc.assert(fc.property(places, (place) => assert.deepEqual(parseTilePath(tilePath(place)), place)));
	const wrong = [
		"",
		"tile/0/0",
		"tile/0/00",
		"tile/0/0000",
		"tile/00/000",
		"tile/64/000",
		"tile/-1/000",
		"tile/0/x000/001",
		"tile/0/001/002",
		"tile/0/x001/x002",
		"tile/0/000.p/0",
		"tile/0/000.p/256",
		"tile/0/000.p/01",
		"tile/0/000.p/",
		"tile/0/000.p",
		"tile/0/000/",
		"/tile/0/000",
		"tile/data/000",
		"tile/0/../000",
		"tile/0/x999/x999/x999/x999/x999/999",
		"tile/0/x1/000",
		"tile/0/000\n",
	];
	for (const path of wrong) {
		const read = parseTilePath(path);
		assert.ok(isRefusal(read) && read.code === "malformed", path);
	}
});

test("a bundle is read as the entries that it was written from, and of no other width", () => {
	const entries = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 256 });
	fc.assert(
		fc.property(entries, fc.nat(), (list, at) => {
			const bytes = writeEntries(list);
			assert.deepEqual(readEntries(bytes, list.length), list);
			assert.ok(isRefusal(readEntries(bytes, list.length + 1)));
			assert.ok(isRefusal(readEntries(bytes, list.length - 1)));
			assert.ok(isRefusal(readEntries(bytes.subarray(0, at % bytes.length), list.length)));
		}),
	);
	const longest = new Uint8Array(65_535).fill(1);
	assert.deepEqual(readEntries(writeEntries([longest]), 1), [longest]);
	assert.throws(() => writeEntries([new Uint8Array(65_536)]), RangeError);
});

test("a tile is as long as its width says", () => {
	const hashes = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
	assert.deepEqual(readTile(writeTile(hashes), 2), hashes);
	for (const width of [1, 3]) assert.ok(isRefusal(readTile(writeTile(hashes), width)));
});

test("every proof of a log of 66,000 is made from its tiles alone", async () => {
	const size = 66_000;
	const edge = new TreeEdge();
	const tiles = new Map<string, readonly Bytes[]>();
	const leaves: Bytes[] = [];
	for (let i = 0; i < size; i++) {
		const leaf = leafHash(Uint8Array.of(i & 255, (i >> 8) & 255, i >> 16));
		leaves.push(leaf);
		for (const { place, hashes } of edge.append(leaf)) tiles.set(tilePath(place), hashes);
	}
	for (const { place, hashes } of edge.partial()) tiles.set(tilePath(place), hashes);
	const root = edge.root();
	for (const index of [0, 1, 255, 256, 65_279, 65_280, 65_535, 65_536, 65_791, 65_792, 65_999, 31_415]) {
		const ranges = inclusionRanges(index, size);
		const proof = proofOf(ranges, (node) => {
			const { place, from, count } = tileOfNode(node, size);
			const hashes = tiles.get(tilePath(place)) ?? assert.fail(tilePath(place));
			return hashOfComplete(hashes.slice(from, from + count));
		});
		assert.ok(verifyInclusion(leaves[index] as Bytes, index, size, proof, root));
		assert.ok(ranges.every((range) => nodesOfRange(range).length > 0));
	}
});
