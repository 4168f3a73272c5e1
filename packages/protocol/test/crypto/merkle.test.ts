/** Merkle trees: every entry is provable in its place, and in no other. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { merkleTree, rootFromPath, sha256 } from "@tenten/protocol";

const sizes = Array.from({ length: 70 }, (_, i) => i + 1);
const entriesOf = (size: number): Uint8Array[] =>
	Array.from({ length: size }, (_, i) => Uint8Array.of(i, size));

/** The root as RFC 6962 section 2.1 defines it, by recursion over halves. */
function rootByDefinition(entries: readonly Uint8Array[]): Uint8Array {
	const [only] = entries;
	if (only !== undefined && entries.length === 1) return digest(0, only);
	let half = 1;
	while (2 * half < entries.length) half *= 2;
	return digest(1, rootByDefinition(entries.slice(0, half)), rootByDefinition(entries.slice(half)));
}

function digest(prefix: number, ...parts: readonly Uint8Array[]): Uint8Array {
	const hash = createHash("sha256").update(Uint8Array.of(prefix));
	for (const part of parts) hash.update(part);
	return new Uint8Array(hash.digest());
}

test("sizes 1 to 70: the root is that of RFC 6962, and every path leads to it", () => {
	for (const size of sizes) {
		const entries = entriesOf(size);
		const { root, paths } = merkleTree(entries);
		assert.deepEqual(root, rootByDefinition(entries));
		for (const [index, entry] of entries.entries())
			assert.deepEqual(rootFromPath(entry, index, size, paths[index] ?? []), root);
	}
});

test("sizes 1 to 70: no path leads to the root under another index, nor another entry along it", () => {
	for (const size of sizes) {
		const entries = entriesOf(size);
		const { root, paths } = merkleTree(entries);
		for (const [index, entry] of entries.entries()) {
			const path = paths[index] ?? [];
			for (let claimed = -1; claimed <= size; claimed++)
				if (claimed !== index) assert.notDeepEqual(rootFromPath(entry, claimed, size, path), root);
			assert.notDeepEqual(rootFromPath(Uint8Array.of(255), index, size, path), root);
		}
	}
});

test("a path that is longer or shorter than its tree fits nothing", () => {
	for (const size of sizes) {
		const entries = entriesOf(size);
		const { paths } = merkleTree(entries);
		for (const [index, entry] of entries.entries()) {
			const path = paths[index] ?? [];
			assert.equal(rootFromPath(entry, index, size, [...path, sha256(entry)]), undefined);
			if (path.length > 0) assert.equal(rootFromPath(entry, index, size, path.slice(1)), undefined);
		}
	}
});

test("an inner node is no entry, and an entry is no inner node", () => {
	const [a, b] = entriesOf(2) as [Uint8Array, Uint8Array];
	const { root } = merkleTree([a, b]);
	const joined = Uint8Array.of(...merkleTree([a]).root, ...merkleTree([b]).root);
	assert.notDeepEqual(merkleTree([joined]).root, root);
	assert.notDeepEqual(merkleTree([Uint8Array.of(1, ...joined)]).root, root);
});

test("a tree of nothing is a bug in the caller", () => {
	assert.throws(() => merkleTree([]), RangeError);
});
