/** Proofs of entries side by side: the true ones hold, at their place and size, and no others do. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { besideRange, leafHash, merkleTree, sha256, toUtf8, verifyRange } from "@tenten/protocol";

const entries = Array.from({ length: 20 }, (_, i) => toUtf8(`entry ${i}`));
const rootOf = (from: number, to: number) => merkleTree(entries.slice(from, to)).root;

test("in logs of 1 to 20 entries, all side by side from any place are proved, and no others by that proof", () => {
	let tried = 0;
	for (let size = 1; size <= entries.length; size++) {
		const head = { size, root: rootOf(0, size) };
		for (let from = 0; from < size; from++)
			for (let to = from + 1; to <= size; to++) {
				const proof = besideRange({ from, to }, size).map((range) => rootOf(range.from, range.to));
				const shown = entries.slice(from, to);
				assert.ok(verifyRange(shown, from, head, proof));
				const others = [
					verifyRange(shown, from + 1, head, proof),
					verifyRange(shown.slice(1), from + 1, head, proof),
					verifyRange([...shown, toUtf8("one more")], from, head, proof),
					verifyRange([toUtf8("another"), ...shown.slice(1)], from, head, proof),
					verifyRange(shown, from, head, [...proof, head.root]),
					verifyRange(shown, from, { size, root: sha256(head.root) }, proof),
					proof.length > 0 && verifyRange(shown, from, head, proof.slice(1)),
				];
				assert.deepEqual(others.filter(Boolean), []);
				tried++;
			}
	}
	assert.equal(tried, 1_540);
});

test("a proof leads from the very places: none may be left out between, and no node passes for an entry", () => {
	const head = { size: 8, root: rootOf(0, 8) };
	const proof = besideRange({ from: 2, to: 5 }, 8).map((range) => rootOf(range.from, range.to));
	const [two, , four] = entries.slice(2, 5);
	assert.ok(!verifyRange([two, four] as Uint8Array[], 2, head, proof));
	const pair = [leafHash(entries[0] as Uint8Array), leafHash(entries[1] as Uint8Array)];
	assert.ok(
		!verifyRange([Uint8Array.of(1, ...pair.flatMap((hash) => [...hash]))], 0, head, [
			rootOf(2, 4),
			rootOf(4, 8),
		]),
	);
});

test("numbers and hashes that no log has prove nothing, and nothing is thrown", () => {
	const head = { size: 1, root: rootOf(0, 1) };
	const one = entries.slice(0, 1);
	const refused = [
		verifyRange([], 0, head, [head.root]),
		verifyRange(one, -1, head, []),
		verifyRange(one, 0.5, head, []),
		verifyRange(one, Number.MAX_SAFE_INTEGER, { ...head, size: Number.MAX_SAFE_INTEGER }, []),
		verifyRange(one, 0, { ...head, size: Number.MAX_SAFE_INTEGER }, Array(127).fill(head.root)),
		verifyRange(one, 0, { ...head, size: 2 }, [new Uint8Array(31)]),
	];
	assert.deepEqual(refused, Array(refused.length).fill(false));
	assert.throws(() => besideRange({ from: 1, to: 1 }, 2), RangeError);
	assert.throws(() => besideRange({ from: 0, to: 3 }, 2), RangeError);
});
