/** Vectors of seals that break a rule, for everybody to see. */
import {
	type AssetTotals,
	type Bytes,
	type Seal,
	type SealRule,
	serializeLeaf,
	serializeMisbehaviour,
	toUtf8,
} from "../../packages/protocol/src/index.ts";
import { batchLeaf, sealedLog, sealLeaf } from "../../packages/protocol/test/misbehaviour/support/cases.ts";
import { GivenLog } from "../../packages/protocol/test/misbehaviour/support/given-log.ts";
import {
	id,
	peer,
	reserveOf,
	seats,
	totalsOf,
	yen,
} from "../../packages/protocol/test/seal/support/sealed.ts";
import { type Case, changed, type Inputs, refuses } from "./drafts.ts";
import { convicts, innocent, proves, stranger } from "./misbehaviour-case.ts";

import { bytesOf, signerOf } from "./world.ts";

const yenWith = (some: Partial<AssetTotals>) => (): Partial<Seal> => ({
	assets: [{ ...(yenTotals as AssetTotals), ...some }, seatTotals as AssetTotals],
});
export const kept = await sealedLog();
const [yenTotals, seatTotals] = kept.seal.assets;
const [yenReserve, seatReserve] = kept.seal.reserves as [Seal["reserves"][number], Seal["reserves"][number]];

type Broken = readonly (SealRule | readonly [SealRule, Bytes])[];
const rulesOf = (broken: Broken): Inputs => ({
	broken: broken.map((each) =>
		typeof each === "string" ? { rule: each, about: null } : { rule: each[0], about: each[1] },
	),
});

/** With the seal before and every leaf between. */
async function after(
	broken: Broken,
	comment: string,
	change: (seal: Seal, before: Seal) => Partial<Seal>,
): Promise<Case> {
	const { log, first, last } = await sealedLog(change);
	const file = await log.between(first, last + 1);
	return broken.length === 0 ? innocent(comment, file) : convicts(comment, file, rulesOf(broken));
}

/** The seal alone. */
async function alone(
	broken: Broken,
	comment: string,
	change: (seal: Seal, before: Seal) => Partial<Seal>,
): Promise<Case> {
	const { log, last } = await sealedLog(change);
	const file = await log.between(last, last + 1);
	return broken.length === 0 ? innocent(comment, file) : convicts(comment, file, rulesOf(broken));
}

const short = ["reserve-short", yen] as const;
const forged = { ...yenReserve, body: { ...yenReserve.body, amount: 9_999n } };
const wrongSum = await sealedLog(yenWith({ outstanding: 1_224n }));
export const whole = await wrongSum.log.between(wrongSum.first, wrongSum.last + 1);
const begun: Partial<Seal> = { number: 1, previous: null, positions: [], checkpoints: [] };
const firstSeal: Seal = {
	...kept.before,
	...begun,
	assets: [totalsOf(yen, { issued: 1n, outstanding: 1n })],
};
const fromStart = async (...leaves: readonly Bytes[]) => new GivenLog(leaves).between(0);
const foreign = await reserveOf(9_999n, 1_005, yen, signerOf("a bank that some witness may count", "ES256"));

const lists: readonly Bytes[] = [
	serializeLeaf({ kind: "trustList", version: 1, hash: id(1) }),
	serializeLeaf({ kind: "freezeList", number: 1, hash: id(1) }),
	serializeLeaf({ kind: "appeal", appeal: id(1) }),
	serializeLeaf({ kind: "outcome", appeal: id(1), hash: id(1) }),
];

export const ruleCases: readonly Case[] = [
	await after([["sum", yen]], "sum", yenWith({ outstanding: 1_224n })),
	await alone([["sum", yen]], "sum, by the seal alone", yenWith({ outstanding: 1_224n })),
	await after([["totals", yen]], "totals", yenWith({ redeemed: 299n, outstanding: 1_226n, held: 74n })),
	await alone([], "totals, by the seal alone", yenWith({ redeemed: 299n, outstanding: 1_226n, held: 74n })),
	await after([["totals", seats]], "totals: an asset is left out", () => ({
		assets: [yenTotals as AssetTotals],
	})),
	await after(["number"], "number", () => ({ number: 9 })),
	await alone([], "number, by the seal alone", () => ({ number: 9 })),
	await after(["number"], "number: a second first, which names one before", () => ({ number: 1 })),
	await alone(["previous"], "previous: the first names one before, by the seal alone", () => ({ number: 1 })),
	await alone(["previous"], "previous: another names none, by the seal alone", () => ({ previous: null })),
	await after(["previous"], "previous", () => ({ previous: id(5) })),
	await alone([], "previous: another seal, by the seal alone", () => ({ previous: id(5) })),
	await after(["time-back"], "time-back, and words of later, which are no matter", () => ({ sealedAt: 999 })),
	await after(["order"], "order", ({ assets }) => ({ assets: assets.toReversed() })),
	await alone(["order"], "order, by the seal alone", ({ reserves }) => ({ reserves: reserves.toReversed() })),
	await after(
		[
			["totals", yen],
			["fork-reserve", yen],
		],
		"fork-reserve",
		yenWith({ forkLost: 21n }),
	),
	await alone([["fork-reserve", yen]], "fork-reserve, by the seal alone", yenWith({ forkDrawn: 51n })),
	await after(
		["operator", ["reserve-invalid", yen], ["reserve-invalid", seats], short, ["reserve-short", seats]],
		"operator",
		() => ({ operator: id(3) }),
	),
	await alone(
		[["reserve-invalid", yen], ["reserve-invalid", seats], short, ["reserve-short", seats]],
		"operator, by the seal alone: funds are held for another",
		() => ({ operator: id(3) }),
	),
	await alone([["reserve-invalid", yen], short], "reserve-invalid: it is not signed", () => ({
		reserves: [forged, seatReserve],
	})),
	await alone([], "a holder that no witness may count", () => ({ reserves: [foreign, seatReserve] })),
	await alone([short], "reserve-short", yenWith({ held: 76n })),
	await alone([], "words that are old, or of later", ({ sealedAt }) => ({
		sealedAt: sealedAt + 1_000_000_000,
	})),
	await after([["position-back", peer]], "position-back", () => ({ positions: [] })),
	await after([["checkpoint-back", peer]], "checkpoint-back", () => ({ checkpoints: [] })),
	await alone([], "positions and checkpoints, by the seal alone", () => ({ positions: [], checkpoints: [] })),
	await after([], "every rule is kept", () => ({})),
	await after([], "a position of which the peer may have said something else", ({ positions: [one] }) => ({
		positions: [{ ...(one as Seal["positions"][number]), owes: 99n }],
	})),
	convicts(
		"from the log's beginning",
		await fromStart(batchLeaf(2n), sealLeaf(firstSeal)),
		rulesOf([["totals", yen]]),
	),
	convicts(
		"the log's first leaf is a seal of something",
		await fromStart(sealLeaf(firstSeal)),
		rulesOf([["totals", yen]]),
	),
	convicts(
		"the log's first seal is of number 2",
		await fromStart(batchLeaf(1n), sealLeaf({ ...firstSeal, number: 2 })),
		rulesOf(["number"]),
	),
	convicts(
		"with leaves between that change no total",
		await fromStart(batchLeaf(2n), ...lists, sealLeaf(firstSeal)),
		rulesOf([["totals", yen]]),
	),
	innocent(
		"a log that begins well, with leaves that change no total",
		await fromStart(...lists, batchLeaf(1n), ...lists, sealLeaf(firstSeal)),
	),
	innocent(
		"the seal before is not shown, and a list stands in its place",
		await new GivenLog([batchLeaf(1n), ...lists, sealLeaf(kept.seal)]).between(1),
	),
	innocent("the last leaf is a list", await fromStart(batchLeaf(1n), ...lists)),
	innocent("a log that begins well", await fromStart(batchLeaf(1n), sealLeaf(firstSeal))),
	innocent("the last leaf is no seal", await wrongSum.log.between(wrongSum.first, wrongSum.last + 2)),
	innocent(
		"the seal before is not shown, nor the log's beginning",
		await wrongSum.log.between(wrongSum.first + 1, wrongSum.last + 1),
	),
	innocent("another seal stands between", await wrongSum.log.between(0, wrongSum.last + 1)),
	innocent(
		"from the log's beginning, and another seal stands between",
		await fromStart(batchLeaf(1n), sealLeaf(firstSeal), batchLeaf(5n), sealLeaf(firstSeal)),
	),
	proves(
		"type-unknown",
		"a leaf of a kind that is not known",
		await fromStart(batchLeaf(2n), changed(batchLeaf(2n), [0], 7), sealLeaf(firstSeal)),
	),
	proves("malformed", "a leaf that is none", await fromStart(toUtf8("leaf"), sealLeaf(firstSeal))),
	proves("not-logged", "a leaf is left out", { ...whole, leaves: whole.leaves.toSpliced(2, 1) }),
	proves("not-logged", "another place", { ...whole, from: whole.from + 1 }),
	proves("not-logged", "a place beyond the log", { ...whole, from: 1_000 }),
	proves("not-logged", "another leaf", { ...whole, leaves: whole.leaves.with(1, batchLeaf(9n)) }),
	proves("not-logged", "a hash too few", { ...whole, proof: whole.proof.slice(1) }),
	proves("not-logged", "a hash too many", { ...whole, proof: [...whole.proof, bytesOf("leaf")] }),
	proves("not-logged", "another hash", { ...whole, proof: whole.proof.with(0, bytesOf("leaf")) }),
	proves("signature-invalid", "a checkpoint of a stranger", { ...whole, checkpoint: await stranger.note() }),
	refuses("malformed", "no leaf", { misbehaviour: changed(serializeMisbehaviour(whole), [3], []) }),
	refuses("too-many", "2,049 leaves", {
		misbehaviour: changed(serializeMisbehaviour(whole), [3], new Array(2_049).fill(new Uint8Array(1))),
	}),
	refuses("too-many", "127 hashes", {
		misbehaviour: changed(serializeMisbehaviour(whole), [4], new Array(127).fill(id(0))),
	}),
];
