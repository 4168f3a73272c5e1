/** The state map against a naive one: one root for one set of entries, and for each key one proof and one verdict. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	type Page,
	parse,
	proveState,
	type StateProof,
	serialize,
	sha256,
	stateAlgebra,
	stateProof,
	toHex,
	verifyStateProof,
} from "@tenten/protocol";
import fc from "fast-check";
import { batchesOf, digest, key } from "./support/keys.ts";
import { entriesAfter, naiveStateRoot, PagedTree, pagedFrom } from "./support/naive.ts";

const batches = batchesOf(digest);

function treeOf(given: readonly (readonly { key: Bytes; entry: Bytes | null }[])[]): PagedTree<Bytes, Bytes> {
	const tree = new PagedTree(stateAlgebra);
	for (const batch of given) tree.change(batch);
	return tree;
}

const proofIn = (tree: PagedTree<Bytes, Bytes>, of: Bytes): StateProof => proveState(tree.pagesFor([of]), of);
const verdict = (proof: StateProof, root: Bytes): string => {
	const proved = verifyStateProof(proof, root);
	if (isRefusal(proved)) return proved.code;
	return proved.kind === "present" ? toHex(proved.value) : "absent";
};

test("whatever came in whatever batches, changed and went: the root is the definition's", () => {
	fc.assert(
		fc.property(batches, (given) => {
			assert.deepEqual(treeOf(given).root(), naiveStateRoot(entriesAfter(given.flat())));
		}),
	);
});

test("what is stored follows from the entries alone, page for page", () => {
	fc.assert(
		fc.property(batches, (given) => {
			const stored = (tree: PagedTree<Bytes, Bytes>): readonly (readonly [string, Page<Bytes, Bytes>])[] =>
				[...tree.stored]
					.filter(([, page]) => page.some((slot) => slot !== null))
					.sort(([a], [b]) => (a < b ? -1 : 1));
			assert.deepEqual(stored(treeOf(given)), stored(pagedFrom(stateAlgebra, entriesAfter(given.flat()))));
		}),
	);
});

test("every key has a proof: of its value, or that it has none", () => {
	fc.assert(
		fc.property(batches, key, (given, asked) => {
			const tree = treeOf(given);
			const entries = entriesAfter(given.flat());
			for (const each of [asked, ...[...entries.values()].map((entry) => entry.key)]) {
				const entry = entries.get(toHex(each))?.entry;
				const meant = entry === undefined ? "absent" : toHex(entry);
				assert.equal(verdict(proofIn(tree, each), tree.root()), meant);
			}
		}),
	);
});

test("no other value, no absence and no presence can be shown under the same root", () => {
	fc.assert(
		fc.property(batches, key, digest, (given, asked, value) => {
			const tree = treeOf(given);
			const root = tree.root();
			const honest = proofIn(tree, asked);
			const meant = verdict(honest, root);
			const others: readonly StateProof[] = [
				{ ...honest, end: { key: asked, value } },
				{ ...honest, end: null },
				{ ...honest, end: { key: sha256(asked), value } },
				{ ...proofIn(tree, sha256(asked)), key: asked },
				...[...entriesAfter(given.flat()).values()].map((entry) => ({
					...proofIn(tree, entry.key),
					key: asked,
				})),
			];
			for (const other of others) {
				const said = verdict(other, root);
				assert.ok(said === meant || said === "proof-invalid", `${said}, and ${meant}`);
			}
		}),
	);
});

test("a proof has one form: whatever is changed in it, it proves nothing", () => {
	fc.assert(
		fc.property(batches, key, fc.nat(), fc.integer({ min: 1, max: 255 }), (given, asked, at, flip) => {
			const tree = treeOf(given);
			const honest = serialize(stateProof, proofIn(tree, asked));
			const altered = new Uint8Array(honest);
			altered[at % altered.length] = (altered[at % altered.length] as number) ^ flip;
			const read = parse(stateProof, altered);
			if (isRefusal(read)) return;
			const said = verifyStateProof(read, tree.root());
			// A key that was altered past the end of its path is another key, of which the proof tells the truth.
			const isOtherKey = !isRefusal(said) && !equalBytes(read.key, asked);
			if (isOtherKey) assert.equal(verdict(proofIn(tree, read.key), tree.root()), verdict(read, tree.root()));
			else assert.ok(isRefusal(said) && said.code === "proof-invalid");
		}),
		{ numRuns: 500 },
	);
});

test("a bitmap that is longer, or counts other siblings than there are, fits nothing", () => {
	const tree = treeOf([
		[0, 1, 2, 3].map((fill) => ({ key: sha256(Uint8Array.of(fill)), entry: sha256(Uint8Array.of(9)) })),
	]);
	const of = sha256(Uint8Array.of(0));
	const honest = proofIn(tree, of);
	assert.notEqual(verdict(honest, tree.root()), "proof-invalid");
	const longer = { ...honest, bitmap: Uint8Array.of(...honest.bitmap, 0) };
	const fewer = { ...honest, siblings: honest.siblings.slice(1) };
	const more = { ...honest, siblings: [...honest.siblings, of] };
	for (const bad of [longer, fewer, more]) assert.equal(verdict(bad, tree.root()), "proof-invalid");
});

test("an empty half is not listed: each key has one path", () => {
	// Alike in their first three bits, so that the other halves there are empty.
	const [one, other] = [Uint8Array.of(0x10, ...new Uint8Array(31)), new Uint8Array(32)];
	const tree = treeOf([[one, other].map((key) => ({ key, entry: key }))]);
	const honest = proofIn(tree, one);
	assert.equal(honest.siblings.length, 1);
	assert.deepEqual([...honest.bitmap], [0x10]);
	for (const [bitmap, before] of [
		[0x30, 1],
		[0x70, 2],
		[0xf0, 3],
	] as const) {
		const listed = new Array<Uint8Array>(before).fill(new Uint8Array(32));
		const longer = { ...honest, bitmap: Uint8Array.of(bitmap), siblings: [...listed, ...honest.siblings] };
		assert.equal(verdict(longer, tree.root()), "proof-invalid");
	}
	assert.equal(verdict(honest, tree.root()), toHex(one));
});

test("an entry that stands where its key does not lead shows nothing of the key that does", () => {
	const [left, right] = [new Uint8Array(32), new Uint8Array(32).fill(0xff)];
	const misplaced = stateAlgebra.leaf(left, left);
	const root = stateAlgebra.join(right, misplaced);
	const shown = {
		key: right,
		end: { key: left, value: left },
		bitmap: Uint8Array.of(0x80),
		siblings: [right],
	};
	assert.equal(verdict(shown, root), "proof-invalid");
	const inPlace = { ...shown, key: left };
	assert.equal(verdict(inPlace, stateAlgebra.join(misplaced, right)), toHex(left));
});

test("an inner node is no entry, and an empty tree holds nothing", () => {
	const [a, b] = [sha256(Uint8Array.of(1)), sha256(Uint8Array.of(2))];
	const one = treeOf([[{ key: a, entry: b }]]).root();
	assert.notDeepEqual(one, stateAlgebra.join(a, b));
	assert.notDeepEqual(stateAlgebra.leaf(a, b), stateAlgebra.join(a, b));
	const nothing = { key: a, end: null, bitmap: new Uint8Array(), siblings: [] };
	assert.equal(verdict(nothing, new Uint8Array(32)), "absent");
	assert.equal(verdict(nothing, one), "proof-invalid");
});
