/** The sum tree against a naive one: lines add up to the root, each owner finds its own, and no two share one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	isRefusal,
	type LineProof,
	limits,
	lineKey,
	lineProof,
	parse,
	proveLine,
	type SumNode,
	serialize,
	sha256,
	sumAlgebra,
	verifyLineProof,
} from "@tenten/protocol";
import fc from "fast-check";
import { batchesOf } from "./support/keys.ts";
import { entriesAfter, naiveSumRoot, PagedTree } from "./support/naive.ts";

const small = fc.bigInt({ min: 0n, max: 1_000n });
const owner = (number: number): Bytes => new Uint8Array(32).fill(number);
const saltOf = (number: number): Bytes => sha256(owner(number));

/** A tree of lines: the amount of each owner, by its number. */
function treeOf(amounts: readonly bigint[]): PagedTree<bigint, SumNode> {
	const tree = new PagedTree(sumAlgebra);
	tree.change(amounts.map((entry, number) => ({ key: lineKey(owner(number), saltOf(number)), entry })));
	return tree;
}

function proofOf(tree: PagedTree<bigint, SumNode>, number: number): LineProof {
	const key = lineKey(owner(number), saltOf(number));
	const proof = proveLine(tree.pagesFor([key]), owner(number), saltOf(number));
	assert.ok(proof);
	return proof;
}

const codeOf = (proof: LineProof, root: SumNode): string => {
	const line = verifyLineProof(proof, root);
	return isRefusal(line) ? line.code : `${line.amount}`;
};

test("whatever came in whatever batches, changed and went: the root is the definition's, its sum that of all", () => {
	fc.assert(
		fc.property(batchesOf(small), (batches) => {
			const tree = new PagedTree(sumAlgebra);
			for (const batch of batches) tree.change(batch);
			const entries = entriesAfter(batches.flat());
			assert.deepEqual(tree.root(), naiveSumRoot(entries));
			assert.equal(
				tree.root().sum,
				[...entries.values()].reduce((sum, { entry }) => sum + entry, 0n),
			);
		}),
	);
});

test("every owner finds its line, and together they take every number below the sum once", () => {
	fc.assert(
		fc.property(fc.array(small, { minLength: 1, maxLength: 40 }), (amounts) => {
			const tree = treeOf(amounts);
			const root = tree.root();
			const lines = amounts.map((amount, number) => {
				const line = verifyLineProof(proofOf(tree, number), root);
				assert.ok(!isRefusal(line));
				assert.deepEqual([line.amount, line.owner], [amount, owner(number)]);
				return line;
			});
			const taken = lines.filter(({ amount }) => amount > 0n).sort((a, b) => (a.from < b.from ? -1 : 1));
			let next = 0n;
			for (const { from, amount } of taken) {
				assert.equal(from, next);
				next += amount;
			}
			assert.equal(next, root.sum);
		}),
	);
});

test("a line that was altered anywhere is none", () => {
	const amounts = Array.from({ length: 30 }, (_, number) => BigInt(number * 7));
	const tree = treeOf(amounts);
	const honest = serialize(lineProof, proofOf(tree, 5));
	for (let at = 0; at < honest.length; at++)
		for (const flip of [1, 0x20, 0x80]) {
			const altered = new Uint8Array(honest);
			altered[at] = (altered[at] as number) ^ flip;
			const read = parse(lineProof, altered);
			if (!isRefusal(read)) assert.notEqual(codeOf(read, tree.root()), "35", `byte ${at}`);
			if (!isRefusal(read)) assert.match(codeOf(read, tree.root()), /^(proof|amount)-invalid$/);
		}
});

test("either half's sum is in the hash: one total is not opened as other halves", () => {
	const tree = treeOf([30n, 12n]);
	const root = tree.root();
	const mine = proofOf(tree, 0);
	const [other] = mine.siblings;
	assert.ok(other && mine.siblings.length > 0);
	assert.equal(codeOf(mine, root), "30");
	for (const moved of [1n, 12n, 30n]) {
		const less = { ...mine, amount: mine.amount - moved };
		const siblings = [...mine.siblings.slice(0, -1), { ...(mine.siblings.at(-1) as SumNode) }];
		const more = siblings.map((each, at) =>
			at === siblings.length - 1 ? { ...each, sum: each.sum + moved } : each,
		);
		assert.equal(codeOf({ ...less, siblings: more }, root), "proof-invalid");
	}
});

test("an empty half is not listed: each line has one path", () => {
	// Two lines whose keys begin with the same bit: the root's other half is empty.
	const pair = [1, 2, 3, 4, 5, 6, 7].find((number) => {
		const bits = [0, number].map((each) => (lineKey(owner(each), saltOf(each))[0] as number) >> 7);
		return bits[0] === bits[1];
	});
	assert.ok(pair !== undefined);
	const tree = new PagedTree(sumAlgebra);
	tree.change([0, pair].map((each) => ({ key: lineKey(owner(each), saltOf(each)), entry: 5n })));
	const honest = proofOf(tree, 0);
	assert.equal(codeOf(honest, tree.root()), "5");
	const bitmap = Uint8Array.from(honest.bitmap);
	assert.equal((bitmap[0] as number) & 0x80, 0);
	bitmap[0] = (bitmap[0] as number) | 0x80;
	const siblings = [{ hash: new Uint8Array(32), sum: 0n }, ...honest.siblings];
	assert.equal(codeOf({ ...honest, bitmap, siblings }, tree.root()), "proof-invalid");
});

test("a line serves its owner alone, and only under its salt", () => {
	const tree = treeOf([30n, 30n, 30n]);
	const proof = proofOf(tree, 0);
	assert.equal(codeOf(proof, tree.root()), "30");
	assert.equal(codeOf({ ...proof, owner: owner(1) }, tree.root()), "proof-invalid");
	assert.equal(codeOf({ ...proof, salt: saltOf(1) }, tree.root()), "proof-invalid");
	assert.equal(proveLine(tree.stored, owner(1), saltOf(2)), undefined);
	assert.equal(codeOf(proof, { ...tree.root(), sum: 89n }), "proof-invalid");
});

test("no amount is below zero, and no sum on a path above what a signed 64-bit column holds", () => {
	const most = limits.amount;
	const full = treeOf([most]);
	assert.equal(codeOf(proofOf(full, 0), full.root()), `${most}`);
	for (const alone of [treeOf([-1n]), treeOf([most + 1n])])
		assert.equal(codeOf(proofOf(alone, 0), alone.root()), "amount-invalid");
	const over = treeOf([most, 1n]);
	assert.equal(codeOf(proofOf(over, 0), over.root()), "amount-invalid");
	const tree = treeOf([5n, 7n]);
	const proof = proofOf(tree, 0);
	assert.equal(codeOf({ ...proof, amount: -1n }, tree.root()), "amount-invalid");
	const below = proof.siblings.map((each) => ({ ...each, sum: -1n }));
	assert.equal(codeOf({ ...proof, siblings: below }, tree.root()), "amount-invalid");
});
