/** Vectors of the rules of seals: each kept, each broken. */
import {
	type AssetTotals,
	type BilateralPosition,
	type Bytes,
	bilateralPosition,
	keyId,
	type LogLeaf,
	type Seal,
	type SealRule,
	sealHash,
	serialize,
	signReserve,
} from "../../packages/protocol/src/index.ts";
import {
	batchOf,
	id,
	operator,
	peer,
	position,
	reserveOf,
	seats,
	totalsOf,
	yen,
} from "../../packages/protocol/test/seal/support/sealed.ts";
import { accepts, type Case, changed, type Draft, type Inputs, refuses } from "./drafts.ts";

import { against, batchLeaf, kept, previous, sealLeaf } from "./sealed-scene.ts";
import { signerOf } from "./world.ts";

/** One rule, or several with the asset or peer of each. */
type Broken = readonly (SealRule | readonly [SealRule, Bytes])[];

const seen: Inputs = {
	before: sealLeaf(previous),
	between: against.batches.map(batchLeaf),
	operator,
	holders: against.holders,
	peerWords: against.peerWords.map((word) => serialize(bilateralPosition, word)),
	now: against.now,
	maximumAge: against.maximumAge_s,
	ahead: against.ahead_s,
	reserveAge: against.reserveAge_s,
};

function breaks(rules: Broken, comment: string, some: Partial<Seal>, input: Inputs = {}): Case {
	const broken = rules.map((each) =>
		typeof each === "string" ? { rule: each, about: null } : { rule: each[0], about: each[1] },
	);
	return accepts(comment, { leaf: sealLeaf({ ...kept, ...some }), ...input }, { broken });
}

const keeps = (comment: string, some: Partial<Seal>, input: Inputs = {}): Case =>
	breaks([], comment, some, input);
const [yenTotals, seatTotals] = kept.assets as readonly [AssetTotals, AssetTotals];
const [yenReserve, seatReserve] = kept.reserves as [Seal["reserves"][number], Seal["reserves"][number]];
const yenWith = (some: Partial<AssetTotals>): Partial<Seal> => ({
	assets: [{ ...yenTotals, ...some }, seatTotals],
});
const words = (...some: readonly Partial<BilateralPosition>[]): Inputs => ({
	peerWords: some.map((each) =>
		serialize(bilateralPosition, { ...position, owes: 0n, isOwed: 30n, ...each }),
	),
});
const begun: Partial<Seal> = {
	number: 1,
	previous: null,
	assets: [],
	reserves: [],
	positions: [],
	checkpoints: [],
};
const beginning: Inputs = { before: null, between: [] };
const bankOfBoth = signerOf("bank of both", "ES256");
const reservesOf = async (amount: bigint, heldAt: number): Promise<Partial<Seal>> => ({
	reserves: [await reserveOf(amount, heldAt), seatReserve],
});
const foreign = await signReserve({ operator, asset: yen, amount: 1_300n, heldAt: 1_005 }, bankOfBoth);
const elsewhere = await signReserve(
	{ operator: id(3), asset: yen, amount: 1_300n, heldAt: 1_005 },
	bankOfBoth,
);
const twoHolders = [
	await reserveOf(1_000n, 1_005),
	await signReserve({ operator, asset: yen, amount: 300n, heldAt: 1_005 }, bankOfBoth),
].sort((a, b) => Buffer.compare(keyId(a.holder), keyId(b.holder)));
const short = ["reserve-short", yen] as const;
const saidTwice: Seal = { ...previous, assets: [...previous.assets, ...previous.assets] };
const lastPeer = { peer, size: 75, hash: id(6) };

export const sealRules: Draft = {
	name: "seal-rules",
	comment:
		"A seal, the one before and every leaf between, and which rules a witness finds broken: docs/spec/seals.md#the-rules.",
	judge: "sealRules",
	given: seen,
	cases: [
		keeps("every rule is kept", {}),
		keeps("the first seal, of nothing", begun, beginning),
		keeps(
			"the first seal, of what was issued before it",
			{ ...begun, assets: [totalsOf(yen, { issued: 5n, outstanding: 5n })], reserves: [yenReserve] },
			{ before: null, between: [batchLeaf(batchOf("issues", 5n))] },
		),
		breaks(["order"], "order: assets", { assets: [seatTotals, yenTotals] }),
		breaks(["order"], "order: an asset twice", { assets: [yenTotals, seatTotals, seatTotals] }),
		breaks(["order", ["sum", seats], ["totals", seats]], "order: an asset twice, the second wrong", {
			assets: [yenTotals, seatTotals, { ...seatTotals, issued: 8n }],
		}),
		breaks(["order", ["sum", seats], ["totals", seats]], "order: an asset twice, the first wrong", {
			assets: [yenTotals, { ...seatTotals, issued: 8n }, seatTotals],
		}),
		breaks(["order", ["position-back", peer]], "order: a position twice, the second earlier", {
			positions: [position, { ...position, settlement: 3, owes: 0n }],
		}),
		breaks(["order", ["checkpoint-back", peer]], "order: a checkpoint twice, the second shorter", {
			checkpoints: [lastPeer, { ...lastPeer, size: 69 }],
		}),
		breaks(
			[["totals", yen]],
			"totals: what the seal before says twice is added up",
			{ previous: sealHash(saidTwice) },
			{
				before: sealLeaf(saidTwice),
			},
		),
		breaks(["order"], "order: reserves", { reserves: [seatReserve, yenReserve] }),
		breaks(
			["order"],
			"order: two holders of one asset",
			{ reserves: [...twoHolders.toReversed(), seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		keeps(
			"two holders of one asset",
			{ reserves: [...twoHolders, seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		breaks(["order"], "order: positions", { positions: [{ ...position, asset: seats, owes: 0n }, position] }),
		breaks(["order"], "order: a peer's checkpoint twice", { checkpoints: [lastPeer, lastPeer] }),
		breaks(
			["operator", ["reserve-invalid", yen], ["reserve-invalid", seats], short, ["reserve-short", seats]],
			"operator: another, for whom no funds are held",
			{ operator: id(3) },
		),
		breaks(["operator"], "operator: the witness follows another", {}, { operator: id(3) }),
		breaks(["number"], "number: one is left out", { number: 8 }),
		breaks(["number"], "number: that of the seal before", { number: 6 }),
		breaks(["number"], "number: the first has 2", { ...begun, number: 2 }, beginning),
		breaks(["previous"], "previous: another seal", { previous: id(5) }),
		breaks(["previous"], "previous: none", { previous: null }),
		breaks(["previous"], "previous: one before the first", { ...begun, previous: id(5) }, beginning),
		keeps("sealed in the second of the seal before", { sealedAt: 1_000 }),
		breaks(
			["time-back", ["reserve-stale", yen], ["reserve-stale", seats], short, ["reserve-short", seats]],
			"time-back: a second before the seal before",
			{ sealedAt: 999 },
			{ now: 1_000 },
		),
		keeps("as old as the witness allows", {}, { now: 1_030 }),
		breaks(["stale"], "stale: a second older", {}, { now: 1_031 }),
		keeps("as far ahead as the witness allows", {}, { now: 1_005 }),
		breaks(["early"], "early: a second further", {}, { now: 1_004 }),
		breaks(
			[["sum", yen]],
			"sum: less circulates than was issued and did not come back",
			yenWith({ outstanding: 1_224n }),
		),
		breaks([["sum", yen], short], "sum: more", yenWith({ outstanding: 1_226n })),
		...(["issued", "redeemed", "refunded", "burned", "chargedOff"] as const).map((total) =>
			breaks(
				[
					["sum", yen],
					["totals", yen],
				],
				`totals: ${total} is one less, and the sum with it`,
				yenWith({ [total]: yenTotals[total] - 1n }),
			),
		),
		...(["redeemed", "refunded", "burned", "chargedOff"] as const).map((total) =>
			breaks(
				[["totals", yen]],
				`totals: ${total} is one less, and one more circulates`,
				yenWith({ [total]: yenTotals[total] - 1n, outstanding: 1_226n, held: 74n }),
			),
		),
		...(["forkFunded", "forkDrawn", "forkRepaid", "forkLost"] as const).map((total) =>
			breaks([["totals", yen]], `totals: ${total} is one less`, yenWith({ [total]: yenTotals[total] - 1n })),
		),
		breaks([["totals", seats]], "totals: an asset of a batch is left out", { assets: [yenTotals] }),
		breaks([["totals", yen]], "totals: an asset of the seal before is left out", { assets: [seatTotals] }),
		breaks(
			[["totals", id(0x40)]],
			"totals: an asset of the seal before that says nothing is left out",
			{ previous: sealHash({ ...previous, assets: [...previous.assets, totalsOf(id(0x40), {})] }) },
			{ before: sealLeaf({ ...previous, assets: [...previous.assets, totalsOf(id(0x40), {})] }) },
		),
		breaks(
			[["totals", yen]],
			"totals: a batch that the log lacks",
			{},
			{ between: against.batches.slice(1).map(batchLeaf) },
		),
		keeps(
			"records of devices add to no total, of whatever asset",
			{},
			{ between: [...against.batches, batchOf("records", 5n, id(0x55))].map(batchLeaf) },
		),
		breaks(
			[["totals", seats]],
			"totals: a batch twice",
			{},
			{ between: [...against.batches, batchOf("issues", 7n, seats)].map(batchLeaf) },
		),
		breaks([["totals", id(0x40)]], "totals: an asset from nowhere", {
			assets: [...kept.assets, totalsOf(id(0x40), { issued: 1n, redeemed: 1n })],
		}),
		breaks(
			[
				["totals", yen],
				["fork-reserve", yen],
			],
			"fork-reserve: it paid more than it had",
			yenWith({ forkDrawn: 51n }),
		),
		breaks(
			[
				["totals", yen],
				["fork-reserve", yen],
			],
			"fork-reserve: more was repaid and given up than it paid",
			yenWith({ forkLost: 21n }),
		),
		breaks([["fork-reserve", yen]], "fork-reserve: in agreement with the log", yenWith({ forkDrawn: 51n }), {
			between: [...against.batches, batchOf("forkDraws", 21n)].map(batchLeaf),
		}),
		keeps("the fork reserve paid all that it had", yenWith({ forkDrawn: 50n }), {
			between: [...against.batches, batchOf("forkDraws", 20n)].map(batchLeaf),
		}),
		breaks([["reserve-invalid", yen], short], "reserve-invalid: another amount than was signed", {
			reserves: [{ ...yenReserve, body: { ...yenReserve.body, amount: 9_999n } }, seatReserve],
		}),
		breaks([["reserve-invalid", yen], short], "reserve-invalid: a holder that does not count", {
			reserves: [foreign, seatReserve],
		}),
		keeps(
			"a holder that counts",
			{ reserves: [foreign, seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		breaks(
			[["reserve-invalid", yen], short],
			"reserve-invalid: of another operator",
			{ reserves: [elsewhere, seatReserve] },
			{ holders: [...against.holders, keyId(bankOfBoth.key)] },
		),
		keeps("a word as old as the witness allows", await reservesOf(1_300n, 950)),
		breaks([["reserve-stale", yen], short], "reserve-stale: a second older", await reservesOf(1_300n, 949)),
		keeps("a word as far ahead of the seal as the witness allows", await reservesOf(1_300n, 1_015)),
		breaks(
			[["reserve-stale", yen], short],
			"reserve-stale: a second further",
			await reservesOf(1_300n, 1_016),
		),
		breaks(
			[["reserve-invalid", yen], ["reserve-stale", yen], short],
			"reserve-stale: of a word that is not valid either",
			{ reserves: [{ ...yenReserve, body: { ...yenReserve.body, heldAt: 900 } }, seatReserve] },
		),
		breaks([short], "reserve-short: one less", await reservesOf(1_299n, 1_005)),
		breaks([["reserve-short", seats]], "reserve-short: no word of an asset", { reserves: [yenReserve] }),
		breaks([short], "reserve-short: more is on accounts", yenWith({ held: 76n })),
		breaks([["position-back", peer]], "position-back: gone", { positions: [] }),
		breaks([["position-back", peer]], "position-back: an earlier settlement", {
			positions: [{ ...position, settlement: 3, owes: 0n }],
		}),
		breaks([["position-back", peer]], "position-back: of another asset", {
			positions: [{ ...position, asset: seats, owes: 0n }],
		}),
		breaks([["position-differs", peer]], "position-differs: it is owed less", {}, words({ isOwed: 29n })),
		breaks([["position-differs", peer]], "position-differs: it owes too", {}, words({ owes: 1n })),
		breaks([["position-differs", peer]], "position-differs: it said both", {}, words({}, { isOwed: 29n })),
		breaks([["position-differs", peer]], "position-differs: nothing is said to be owed", {
			positions: [{ ...position, owes: 0n }],
		}),
		...(
			[
				["settlement", { settlement: 3 }],
				["asset", { asset: seats }],
				["peer", { peer: id(0x31) }],
			] as const
		).map(([name, some]) =>
			breaks(
				[["position-unconfirmed", peer]],
				`position-unconfirmed: a word of another ${name}`,
				{},
				words(some),
			),
		),
		breaks([["position-unconfirmed", peer]], "position-unconfirmed: no word", {}, words()),
		keeps(
			"nothing is owed, and nobody says so",
			{ positions: [{ ...position, settlement: 5, owes: 0n }] },
			words(),
		),
		breaks([["checkpoint-back", peer]], "checkpoint-back: gone", { checkpoints: [] }),
		breaks([["checkpoint-back", peer]], "checkpoint-back: shorter", {
			checkpoints: [{ ...lastPeer, size: 69 }],
		}),
		keeps("a peer's log as long as before", { checkpoints: [{ ...lastPeer, size: 70 }] }),
		breaks(
			[
				"order",
				"operator",
				"number",
				"previous",
				"time-back",
				"stale",
				["reserve-invalid", yen],
				["reserve-invalid", seats],
				["reserve-stale", yen],
				["reserve-stale", seats],
				short,
				["reserve-short", seats],
				["position-back", peer],
				["checkpoint-back", peer],
			],
			"many at once",
			{
				operator: id(3),
				number: 9,
				previous: null,
				sealedAt: 1,
				assets: [seatTotals, yenTotals],
				positions: [],
				checkpoints: [],
			},
		),
		refuses("malformed", "a seal of number 0", { leaf: changed(sealLeaf(kept), [1, 1], 0) }),
		refuses("too-many", "65 assets", { leaf: changed(sealLeaf(kept), [1, 5], new Array(65).fill(0)) }),
		refuses("amount-invalid", "a total below zero", { leaf: changed(sealLeaf(kept), [1, 5, 0, 1], -1) }),
		refuses("type-unknown", "a leaf of kind 7", { leaf: changed(sealLeaf(kept), [0], 7) }),
	],
};

/** One leaf of each kind. */
export const eachLeaf: readonly (readonly [comment: string, leaf: LogLeaf])[] = [
	["a seal", { kind: "seal", seal: kept }],
	...against.batches
		.map(
			(batch, i) => [`a batch: ${batch.kind}${i === 0 ? ", more" : ""}`, { kind: "batch", batch }] as const,
		)
		.slice(1, -1),
	["a trust list", { kind: "trustList", version: 1, hash: id(1) }],
	["a freeze list", { kind: "freezeList", number: 1, hash: id(1) }],
	["an appeal", { kind: "appeal", appeal: id(1) }],
	["an outcome", { kind: "outcome", appeal: id(1), hash: id(2) }],
	["the first seal", { kind: "seal", seal: { ...kept, ...begun } }],
];
