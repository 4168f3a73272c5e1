/**
 * Sampling: numbers draw lines by their amounts, only the line that was drawn is an answer, and whoever has no lines for
 * a part of what it sealed is found with the chance that is promised.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Bytes,
	batchAt,
	type ChallengeBody,
	checkSample,
	drawnIn,
	drawsMost,
	drawsOf,
	isRefusal,
	keyId,
	type LineProof,
	lineKey,
	nonceHash,
	type PlacedBatch,
	proveLine,
	type SampleAnswer,
	type SampleCommitment,
	signChallenge,
	signCommitment,
	sumAlgebra,
	taggedHash,
	toHex,
	verifyChallenge,
} from "@tenten/protocol";
import fc from "fast-check";
import { verify } from "../../../module/src/index.ts";
import { PagedTree } from "./support/naive.ts";
import { bank, id, operator, stranger, yen } from "./support/sealed.ts";

const ownerOf = (number: number): Bytes => taggedHash("account", [BigInt(number)]);
const salt = id(3);

/** Lines of these amounts, and whose they are. */
function treeOf(amounts: readonly bigint[]) {
	const tree = new PagedTree(sumAlgebra);
	const owners = new Map(amounts.map((_, at) => [toHex(lineKey(ownerOf(at), salt)), ownerOf(at)]));
	tree.change(amounts.map((entry, at) => ({ key: lineKey(ownerOf(at), salt), entry })));
	const keyAt = (drawn: bigint): Bytes => {
		const found = drawnIn(tree.stored, drawn);
		return found !== null && "key" in found ? found.key : assert.fail("no line");
	};
	const proofAt = (drawn: bigint): LineProof =>
		proveLine(tree.stored, owners.get(toHex(keyAt(drawn))) ?? id(0), salt) ?? assert.fail("no proof");
	return { tree, root: tree.root(), keyAt, proofAt };
}

const challengeOf = (some: Partial<ChallengeBody> = {}): ChallengeBody => ({
	operator,
	number: 5,
	asset: yen,
	checkpoint: id(1),
	nonce: id(2),
	since: 0,
	count: 20,
	...some,
});

test("every number below the sum names the line whose proof says that it does, page by page", () => {
	fc.assert(
		fc.property(fc.array(fc.bigInt(0n, 9n), { minLength: 1, maxLength: 40 }), (amounts) => {
			const { tree, root, proofAt } = treeOf(amounts);
			const challenge = challengeOf({ count: drawsMost });
			const lines = drawsOf(challenge, "lines", root.sum).map(proofAt);
			const outcome = checkSample({ lines, items: [] }, challenge, { liabilities: root, batches: [] });
			assert.deepEqual(outcome, { asked: root.sum === 0n ? 0 : drawsMost, bad: [] });
			assert.equal(drawnIn(tree.stored, root.sum), null);
		}),
		{ numRuns: 40 },
	);
	const { tree } = treeOf(Array.from({ length: 400 }, () => 1n));
	const root = new Map([["", tree.stored.get("") ?? assert.fail("no page")]]);
	assert.ok(
		"missing" in (drawnIn(root, 0n) ?? assert.fail("no page")),
		"a page that is not loaded is asked for",
	);
});

test("no other line, tree, batch or place is an answer, nor is nothing", () => {
	const { root, proofAt, tree } = treeOf([3n, 500n, 20n, 77n]);
	const batches: readonly PlacedBatch[] = [
		{ place: 3, batch: { kind: "burns", asset: yen, count: 4, total: root.sum, root: root.hash } },
		{ place: 8, batch: { kind: "issues", asset: yen, count: 4, total: root.sum, root: root.hash } },
	];
	const challenge = challengeOf();
	const sampled = { liabilities: root, batches };
	const lines = drawsOf(challenge, "lines", root.sum).map(proofAt);
	const items = drawsOf(challenge, "items", 2n * root.sum).map((drawn) => {
		const named = batchAt(batches, drawn) ?? assert.fail("no batch");
		return { place: named.placed.place, proof: proofAt(named.rest) };
	});
	const badOf = (answer: SampleAnswer, against = sampled): readonly string[] =>
		checkSample(answer, challenge, against).bad.map(
			({ population, draw, why }) => `${population} ${draw}: ${why}`,
		);
	assert.deepEqual(badOf({ lines, items }), []);
	assert.equal(badOf({ lines: [], items: [] }).length, 40);
	assert.deepEqual(
		badOf({
			lines: lines.map((line, at) => (at === 4 ? null : line)),
			items: items.map((item, at) => (at === 5 ? null : item)),
		}),
		["lines 4: nothing", "items 5: nothing"],
	);
	const small = proveLine(tree.stored, ownerOf(0), salt) ?? assert.fail("no proof");
	const drawnElsewhere = lines.findIndex(({ owner }) => toHex(owner) !== toHex(small.owner));
	assert.deepEqual(badOf({ lines: lines.with(drawnElsewhere, small), items }), [
		`lines ${drawnElsewhere}: another line`,
	]);
	const first = items[0] ?? assert.fail("no item");
	const elsewhere = { ...first, place: first.place === 3 ? 8 : 3 };
	assert.deepEqual(badOf({ lines, items: items.with(0, elsewhere) }), ["items 0: another batch"]);
	const more = { ...(lines[0] as LineProof), amount: 501n };
	assert.deepEqual(badOf({ lines: lines.with(0, more), items }), ["lines 0: proof-invalid"]);
	const other = { ...sampled, liabilities: { ...root, hash: id(9) } };
	assert.equal(badOf({ lines, items }, other).length, 20);
});

test("the nonce, the checkpoint and each other part of a challenge draw anew", () => {
	const drawn = (some: Partial<ChallengeBody>, population: "lines" | "items" = "lines") =>
		drawsOf(challengeOf(some), population, 1n << 62n).join();
	const all = [
		drawn({}),
		drawn({}, "items"),
		drawn({ nonce: id(3) }),
		drawn({ checkpoint: id(3) }),
		drawn({ number: 6 }),
		drawn({ asset: id(3) }),
		drawn({ since: 1 }),
		drawn({ operator: id(3) }),
	];
	assert.equal(new Set(all).size, all.length);
});

test("459 draws find 1 % of value without lines with 99 %, and fewer draws with the chance of fewer", () => {
	const amounts = Array.from({ length: 1_000 }, (_, at) => BigInt(1 + ((at * 37) % 199)));
	const { root, keyAt } = treeOf(amounts);
	// What nobody has a line for: whole lines that together are one percent of the value.
	const bad = new Set<string>();
	let value = 0n;
	for (let at = 0; value * 100n < root.sum; at++) {
		bad.add(toHex(lineKey(ownerOf(at), salt)));
		value += amounts[at] as bigint;
	}
	const part = Number(value) / Number(root.sum);
	assert.ok(part >= 0.01 && part < 0.0125, `${part}`);
	const trials = 400;
	for (const draws of [50, 459]) {
		let found = 0;
		for (let trial = 0; trial < trials; trial++) {
			let [left, isFound, number] = [draws, false, 1];
			for (; left > 0 && !isFound; left -= drawsMost, number++) {
				const nonce = taggedHash("account", [BigInt(trial)]);
				const challenge = challengeOf({ nonce, number, count: Math.min(left, drawsMost) });
				isFound = drawsOf(challenge, "lines", root.sum).some((drawn) => bad.has(toHex(keyAt(drawn))));
			}
			if (isFound) found++;
		}
		const promised = 1 - (1 - part) ** draws;
		const spread = 4 * Math.sqrt((promised * (1 - promised)) / trials);
		assert.ok(Math.abs(found / trials - promised) <= spread, `${draws}: ${found / trials}, not ${promised}`);
		if (draws === 459) assert.ok(promised >= 0.99);
	}
});

test("a challenge counts by a listed witness that committed to its nonce before, and to no later seal", async () => {
	const committed = (some = {}, signer = stranger): Promise<SampleCommitment> =>
		signCommitment({ operator, from: 5, commitment: nonceHash(id(2)), committedAt: 7, ...some }, signer);
	const codeOf = async (
		commitment: SampleCommitment,
		some: Partial<ChallengeBody> = {},
		signer = stranger,
	) => {
		const encoded = await signChallenge(challengeOf(some), commitment, signer);
		const asked = verifyChallenge(encoded, [keyId(stranger.key)], verify);
		return isRefusal(asked) ? asked.code : asked.number;
	};
	assert.equal(await codeOf(await committed()), 5);
	assert.equal(await codeOf(await committed(), { number: 9 }), 9);
	assert.equal(await codeOf(await committed(), { number: 4 }), "proof-invalid");
	assert.equal(await codeOf(await committed(), { nonce: id(3) }), "proof-invalid");
	assert.equal(await codeOf(await committed({ operator: id(8) })), "proof-invalid");
	assert.equal(await codeOf(await committed({}, bank)), "authority-unknown");
	assert.equal(await codeOf(await committed({}, bank), {}, bank), "authority-unknown");
	const { body, ...signed } = await committed();
	assert.equal(await codeOf({ ...signed, body: { ...body, from: 4 } }), "signature-invalid");
});
