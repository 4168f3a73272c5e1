/** The rules of a seal: all of them kept, and each broken by itself, named, and of whom. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type AssetTotals,
	type Batch,
	type BilateralPosition,
	brokenRule,
	type CheckedAgainst,
	checkSeal,
	isCounted,
	isRefusal,
	keyId,
	parseLeaf,
	type Seal,
	sealHash,
	serializeLeaf,
	toHex,
} from "@tenten/protocol";
import {
	batchOf,
	id,
	keptScene,
	peer,
	position,
	reserveOf,
	seats,
	stranger,
	totalsOf,
	yen,
} from "./support/sealed.ts";

const { seal, against } = await keptScene();
const [yenTotals, seatTotals] = seal.assets as readonly [AssetTotals, AssetTotals];
const [yenReserve, seatReserve] = seal.reserves;
assert.ok(yenReserve && seatReserve && against.previous);
const { previous } = against;

/** The rules that are broken, each with the asset or peer. */
const brokenBy = (changed: Partial<Seal>, seen: Partial<CheckedAgainst> = {}): readonly string[] =>
	checkSeal({ ...seal, ...changed }, { ...against, ...seen }).map(({ rule, about }) =>
		about === null ? rule : `${rule} ${toHex(about).slice(0, 2)}`,
	);

const yenWith = (some: Partial<AssetTotals>): Partial<Seal> => ({
	assets: [{ ...yenTotals, ...some }, seatTotals],
});

test("a seal that keeps every rule breaks none", () => {
	assert.deepEqual(brokenBy({}), []);
});

test("the first seal counts from nothing", () => {
	const first: Partial<Seal> = {
		number: 1,
		previous: null,
		assets: [],
		reserves: [],
		positions: [],
		checkpoints: [],
	};
	assert.deepEqual(brokenBy(first, { previous: null, batches: [] }), []);
	const issued = totalsOf(yen, { issued: 5n, outstanding: 5n });
	const made = { ...first, assets: [issued], reserves: [yenReserve] };
	assert.deepEqual(brokenBy(made, { previous: null, batches: [batchOf("issues", 5n)] }), []);
	assert.deepEqual(brokenBy(made, { previous: null, batches: [] }), ["totals 10"]);
	assert.deepEqual(brokenBy({ ...first, previous: id(1) }, { previous: null, batches: [] }), ["previous"]);
});

test("a seal follows the one before it, of one operator", () => {
	assert.deepEqual(brokenBy({ number: 8 }), ["number"]);
	assert.deepEqual(brokenBy({ number: 6 }), ["number"]);
	assert.deepEqual(brokenBy({ previous: id(5) }), ["previous"]);
	assert.deepEqual(brokenBy({ previous: null }), ["previous"]);
	assert.deepEqual(brokenBy({ operator: id(3) }), [
		"operator",
		"reserve-invalid 10",
		"reserve-invalid 20",
		"reserve-short 10",
		"reserve-short 20",
	]);
	const other = { ...previous, state: id(77) };
	assert.notDeepEqual(sealHash(other), sealHash(previous));
	assert.deepEqual(brokenBy({}, { previous: other }), ["previous"]);
});

test("a seal is fresh, by the checker's clock, and never of before the last", () => {
	assert.deepEqual(brokenBy({}, { now: 1_030 }), []);
	assert.deepEqual(brokenBy({}, { now: 1_031 }), ["stale"]);
	assert.deepEqual(brokenBy({}, { now: 1_005 }), []);
	assert.deepEqual(brokenBy({}, { now: 1_004 }), ["early"]);
	assert.deepEqual(brokenBy({ sealedAt: 1_000 }), []);
	assert.deepEqual(brokenBy({ sealedAt: 999 }, { previous, now: 1_000 }), [
		"time-back",
		"reserve-stale 10",
		"reserve-stale 20",
		"reserve-short 10",
		"reserve-short 20",
	]);
});

test("what was issued is in circulation, or accounted for", () => {
	for (const wrong of [1_224n, 1_226n])
		assert.deepEqual(brokenBy(yenWith({ outstanding: wrong, held: 74n })), ["sum 10"]);
	for (const total of ["redeemed", "refunded", "burned", "chargedOff"] as const) {
		const less = { [total]: yenTotals[total] - 1n };
		assert.deepEqual(brokenBy(yenWith(less)), ["sum 10", "totals 10"], total);
		assert.deepEqual(brokenBy(yenWith({ ...less, outstanding: 1_226n, held: 74n })), ["totals 10"], total);
	}
});

test("totals are those of before and every batch between, added up again", () => {
	for (const [at, left] of against.batches.entries()) {
		const batches = against.batches.filter((_, position) => position !== at);
		const meant = !isCounted(left) ? [] : [`totals ${left.asset === yen ? "10" : "20"}`];
		assert.deepEqual(brokenBy({}, { batches }), meant, left.kind);
		const twice: readonly Batch[] = [...against.batches, left];
		assert.deepEqual(brokenBy({}, { batches: twice }), meant, left.kind);
	}
});

test("no asset is left out, and none comes from nowhere", () => {
	assert.deepEqual(brokenBy({ assets: [seatTotals] }), ["totals 10"]);
	assert.deepEqual(brokenBy({ assets: [yenTotals] }), ["totals 20"]);
	const invented = totalsOf(id(0x40), { issued: 3n, outstanding: 3n });
	const more = { assets: [...seal.assets, invented] };
	assert.deepEqual(brokenBy(more), ["totals 40", "reserve-short 40"]);
});

test("each asset, holder, position and peer stands once, in its order", () => {
	assert.deepEqual(brokenBy({ assets: [seatTotals, yenTotals] }), ["order"]);
	assert.ok(brokenBy({ assets: [yenTotals, yenTotals, seatTotals] }).includes("order"));
	assert.deepEqual(brokenBy({ reserves: [seatReserve, yenReserve] }), ["order"]);
	assert.ok(brokenBy({ reserves: [yenReserve, yenReserve, seatReserve] }).includes("order"));
	assert.ok(brokenBy({ positions: [position, position] }).includes("order"));
	const [checkpoint] = seal.checkpoints;
	assert.ok(checkpoint);
	assert.ok(brokenBy({ checkpoints: [checkpoint, checkpoint] }).includes("order"));
});

test("what is said twice is held to the rules in both places", () => {
	const wrong = { ...seatTotals, issued: 8n, outstanding: 8n, held: 0n };
	const short = { ...seatTotals, issued: 8n, redeemed: 1n };
	for (const assets of [
		[yenTotals, seatTotals, short],
		[yenTotals, short, seatTotals],
	])
		assert.deepEqual(brokenBy({ assets }), ["order", "totals 20"]);
	assert.ok(brokenBy({ assets: [yenTotals, seatTotals, wrong] }).includes("reserve-short 20"));
	const back = { ...position, settlement: 3, owes: 0n };
	assert.deepEqual(brokenBy({ positions: [position, back] }), ["order", "position-back 30"]);
	const shorter = { peer, size: 69, hash: id(7) };
	assert.deepEqual(brokenBy({ checkpoints: [{ ...shorter, size: 75 }, shorter] }), [
		"order",
		"checkpoint-back 30",
	]);
});

test("the fork reserve pays no more than it has, and gets back no more than it paid", () => {
	const all = against.batches;
	const paidMore = [...all, batchOf("forkDraws", 21n)];
	assert.deepEqual(brokenBy(yenWith({ forkDrawn: 51n }), { batches: paidMore }), ["fork-reserve 10"]);
	const paidAll = [...all, batchOf("forkDraws", 20n)];
	assert.deepEqual(brokenBy(yenWith({ forkDrawn: 50n }), { batches: paidAll }), []);
	const lostMore = [...all, batchOf("forkLosses", 6n)];
	assert.deepEqual(brokenBy(yenWith({ forkLost: 21n }), { batches: lostMore }), ["fork-reserve 10"]);
	const lostAll = [...all, batchOf("forkLosses", 5n)];
	assert.deepEqual(brokenBy(yenWith({ forkLost: 20n }), { batches: lostAll }), []);
});

test("funds cover what circulates and what accounts hold, by words that count", async () => {
	const with1 = async (amount: bigint, heldAt = 1_005): Promise<Partial<Seal>> => ({
		reserves: [await reserveOf(amount, heldAt), seatReserve],
	});
	assert.deepEqual(brokenBy(await with1(1_299n)), ["reserve-short 10"]);
	assert.deepEqual(brokenBy({ reserves: [yenReserve] }), ["reserve-short 20"]);
	assert.deepEqual(brokenBy(yenWith({ held: 76n })), ["reserve-short 10"]);
	assert.deepEqual(brokenBy({}, { holders: [] }), [
		"reserve-invalid 10",
		"reserve-invalid 20",
		"reserve-short 10",
		"reserve-short 20",
	]);
	const forged = { ...yenReserve, body: { ...yenReserve.body, amount: 9_999n } };
	const invalid = ["reserve-invalid 10", "reserve-short 10"];
	assert.deepEqual(brokenBy({ reserves: [forged, seatReserve] }), invalid);
	const foreign = await reserveOf(9_999n, 1_005, yen, stranger);
	assert.deepEqual(brokenBy({ reserves: [foreign, seatReserve] }), invalid);
	assert.deepEqual(brokenBy(await with1(1_300n, 949)), ["reserve-stale 10", "reserve-short 10"]);
	assert.deepEqual(brokenBy(await with1(1_300n, 950)), []);
	assert.deepEqual(brokenBy(await with1(1_300n, 1_016)), ["reserve-stale 10", "reserve-short 10"]);
	const both = [await reserveOf(1_000n, 1_005), await reserveOf(300n, 1_005, yen, stranger)].sort((a, b) =>
		toHex(keyId(a.holder)) < toHex(keyId(b.holder)) ? -1 : 1,
	);
	const holders = [...against.holders, keyId(stranger.key)];
	assert.deepEqual(brokenBy({ reserves: [...both, seatReserve] }, { holders }), []);
});

test("what one owes the other is owed, as of the settlement that both name", () => {
	const said = (some: Partial<BilateralPosition>): readonly string[] =>
		brokenBy({}, { peerWords: [{ ...position, owes: 0n, isOwed: 30n, ...some }] });
	assert.deepEqual(said({}), []);
	assert.deepEqual(said({ isOwed: 29n }), ["position-differs 30"]);
	assert.deepEqual(said({ owes: 1n }), ["position-differs 30"]);
	for (const elsewhere of [{ settlement: 3 }, { asset: seats }, { peer: id(0x31) }])
		assert.deepEqual(said(elsewhere), ["position-unconfirmed 30"]);
	const even = { ...position, settlement: 5, owes: 0n };
	assert.deepEqual(brokenBy({ positions: [even] }, { peerWords: [] }), []);
	const later = { ...position, settlement: 5 };
	assert.deepEqual(brokenBy({ positions: [later] }), ["position-unconfirmed 30"]);
});

test("a settlement and a peer's log never go back, and are never left out again", () => {
	assert.deepEqual(brokenBy({ positions: [] }), ["position-back 30"]);
	const earlier = { ...position, settlement: 3, owes: 0n };
	assert.deepEqual(brokenBy({ positions: [earlier] }), ["position-back 30"]);
	assert.deepEqual(brokenBy({ checkpoints: [] }), ["checkpoint-back 30"]);
	assert.deepEqual(brokenBy({ checkpoints: [{ peer, size: 69, hash: id(7) }] }), ["checkpoint-back 30"]);
	assert.deepEqual(brokenBy({ checkpoints: [{ peer, size: 70, hash: id(7) }] }), []);
});

test("all rules that are broken are named, in the order of their numbers", () => {
	const numbers = checkSeal(
		{
			...seal,
			operator: id(3),
			number: 9,
			previous: null,
			sealedAt: 1,
			assets: [seatTotals, yenTotals],
			positions: [],
			checkpoints: [],
		},
		against,
	).map((rule) => (brokenRule.write(rule) as readonly [number, unknown])[0]);
	assert.deepEqual(
		numbers,
		numbers.toSorted((a, b) => a - b),
	);
	assert.deepEqual([...new Set(numbers)], [1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 17]);
});

test("a seal with as much as it may hold is a leaf that fits one message", async () => {
	const many = <T>(count: number, make: (number: number) => T): T[] =>
		Array.from({ length: count }, (_, i) => make(i));
	const most = 2n ** 63n - 1n;
	const wide = Object.fromEntries(
		Object.entries(yenTotals).map(([name, value]) => [name, typeof value === "bigint" ? most : value]),
	);
	const reserve = await reserveOf(most, 2 ** 52, yen, stranger);
	const full: Seal = {
		...seal,
		assets: many(64, () => ({ ...yenTotals, ...wide })),
		reserves: many(64, () => reserve),
		positions: many(128, () => ({ ...position, settlement: 2 ** 52, owes: most, isOwed: most })),
		checkpoints: many(64, () => ({ peer, size: 2 ** 52, hash: id(1) })),
	};
	const encoded = serializeLeaf({ kind: "seal", seal: full });
	assert.ok(encoded.length < 65_536, `${encoded.length} bytes`);
	const read = parseLeaf(encoded);
	assert.ok(!isRefusal(read) && read.kind === "seal");
	assert.deepEqual(sealHash(read.seal), sealHash(full));
	const batch = parseLeaf(serializeLeaf({ kind: "batch", batch: batchOf("issues", 1n) }));
	assert.ok(!isRefusal(batch) && batch.kind === "batch");
	assert.deepEqual(batch.batch, batchOf("issues", 1n));
});
