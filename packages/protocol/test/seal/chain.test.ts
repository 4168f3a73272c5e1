/** Following a log's seals: what each is judged against, also after seals that were wrong, or claimed another's place. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Batch, checkSeal, keyId, type LogLeaf, type Seal, SealChain, sealHash } from "@tenten/protocol";
import { verify } from "../../../module/src/index.ts";
import { bank, batchOf, id, operator, peer, position, reserveOf, totalsOf, yen } from "./support/sealed.ts";

const batch = (value: Batch): LogLeaf => ({ kind: "batch", batch: value });
const reserves = [await reserveOf(1_000_000n, 1_000)];

/** A seal that follows `before`; issued as it is told, and all of it outstanding. */
function after(before: Seal | null, issued: bigint, change: Partial<Seal> = {}): Seal {
	return {
		operator,
		number: (before?.number ?? 0) + 1,
		previous: before === null ? null : sealHash(before),
		sealedAt: 1_000,
		state: id(2),
		assets: [totalsOf(yen, { issued, outstanding: issued })],
		reserves,
		positions: [],
		checkpoints: [{ peer, size: 7, hash: id(7) }],
		...change,
	};
}

/** What each seal of these leaves breaks. */
function brokenIn(leaves: readonly LogLeaf[], chain = new SealChain(operator)): readonly string[] {
	const policy = { holders: [keyId(bank.key)], maximumAge_s: 60, ahead_s: 5, reserveAge_s: 60 };
	return leaves.flatMap((leaf) => {
		const followed = chain.add(leaf);
		if (followed === undefined) return [];
		const against = { ...followed.against, ...policy, peerWords: [], verify, now: 1_000 };
		return [
			checkSeal(followed.seal, against)
				.map(({ rule }) => rule)
				.join(" "),
		];
	});
}

const seals = (...all: readonly Seal[]): readonly LogLeaf[] => all.map((seal) => ({ kind: "seal", seal }));
const issue = (total: bigint): LogLeaf => batch(batchOf("issues", total));

test("batches of more assets than a seal lists are held no further: whatever is sealed after them is wrong", () => {
	const chain = new SealChain(operator);
	const first = after(null, 10n);
	assert.deepEqual(brokenIn([issue(10n), ...seals(first)], chain), [""]);
	for (let n = 0; n < 2_000; n++) {
		const asset = Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? n >> 8 : at === 1 ? n & 0xff : 1));
		chain.add(batch({ ...batchOf("issues", 1n), asset } as Batch));
	}
	const next = after(first, 10n);
	const followed = chain.copy().add({ kind: "seal", seal: next });
	assert.ok(followed !== undefined && followed.against.batches.length < 600);
	assert.match(brokenIn([...seals(next)], chain).join(), /^totals/);
});

test("a total that is wrong once is wrong in every later seal, until one is right again", () => {
	const first = after(null, 10n);
	const inflated = after(first, 15n);
	const adding = after(inflated, 16n);
	const mended = after(adding, 11n);
	const well = after(mended, 11n);
	const leaves = [issue(10n), ...seals(first, inflated), issue(1n), ...seals(adding, mended, well)];
	assert.deepEqual(brokenIn(leaves), ["", "totals", "totals", "totals", ""]);
});

test("a first seal that is wrong is no ground for the next", () => {
	const first = after(null, 10n);
	const same = after(first, 10n);
	const right = after(same, 0n);
	assert.deepEqual(brokenIn(seals(first, same, right, after(right, 0n))), ["totals", "totals", "totals", ""]);
});

test("a peer, a position or a time that went is missed until it is back", () => {
	const first = after(null, 0n, { positions: [{ ...position, owes: 0n }] });
	const without = after(first, 0n, { checkpoints: [], sealedAt: 998 });
	const still = after(without, 0n, { checkpoints: [], sealedAt: 999 });
	const back = after(still, 0n, { positions: first.positions });
	const gone = "time-back position-back checkpoint-back";
	assert.deepEqual(brokenIn(seals(first, without, still, back)), ["", gone, gone, ""]);
});

test("a seal that is not the one of its number is not the one before", () => {
	const first = after(null, 0n);
	const other = after(null, 0n, { sealedAt: 999 });
	const ahead = after({ ...first, number: 8 }, 0n, { previous: sealHash(first) });
	const second = after(first, 0n);
	assert.deepEqual(brokenIn(seals(first, other, ahead, second)), [
		"",
		"number previous time-back",
		"number",
		"",
	]);
	const foreign = after(first, 0n, { operator: id(9), reserves: [], assets: [] });
	assert.deepEqual(brokenIn(seals(first, foreign, second)), ["", "operator totals", ""]);
});

test("what was read again from the last sound seal on judges as if all had been read", () => {
	const first = after(null, 10n);
	const inflated = after(first, 15n);
	const rest = [issue(2n), ...seals(inflated), issue(1n), ...seals(after(inflated, 16n))];
	const whole = new SealChain(operator);
	assert.deepEqual(brokenIn([issue(10n), ...seals(first)], whole), [""]);
	const sound = whole.sound;
	assert.ok(sound === first);
	const copy = whole.copy();
	const again = new SealChain(operator, sound);
	assert.deepEqual(brokenIn(rest, again), brokenIn(rest, whole));
	assert.deepEqual(brokenIn(rest, copy), ["totals", "totals"], "a copy goes its own way");
});
