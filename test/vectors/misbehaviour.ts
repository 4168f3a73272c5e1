/** Vectors of what convicts a log: each kind, and what only looks like it. */

import {
	type AssetTotals,
	type Bytes,
	type LogProof,
	leafHash,
	type Misbehaviour,
	parseNote,
	type Seal,
	type SealRule,
	sealHash,
	serializeMisbehaviour,
	toUtf8,
	writeNote,
	writeVerifierKey,
} from "../../packages/protocol/src/index.ts";
import {
	batchLeaf,
	decisions,
	sealedLog,
	sealLeaf,
} from "../../packages/protocol/test/misbehaviour/support/cases.ts";
import { GivenLog, origin } from "../../packages/protocol/test/misbehaviour/support/given-log.ts";
import {
	id,
	peer,
	reserveOf,
	seats,
	totalsOf,
	yen,
} from "../../packages/protocol/test/seal/support/sealed.ts";
import { misplaced, quoted, source, stateOf } from "./crossings-world.ts";
import { accepts, type Case, changed, type Draft, type Inputs, refuses } from "./drafts.ts";
import { bytesOf, must, signerOf } from "./world.ts";

type Of<K extends Misbehaviour["kind"]> = Extract<Misbehaviour, { readonly kind: K }>;
const given = (file: Misbehaviour): Inputs => ({ misbehaviour: serializeMisbehaviour(file) });
const convicts = (comment: string, file: Misbehaviour, facts: Inputs, more: Inputs = {}): Case =>
	accepts(comment, { ...given(file), ...more }, { kind: file.kind, ...facts });
const innocent = (comment: string, file: Misbehaviour, more: Inputs = {}): Case =>
	refuses("not-evidence", comment, { ...given(file), ...more });
const proves = (code: string, comment: string, file: Misbehaviour, more: Inputs = {}): Case =>
	refuses(code, comment, { ...given(file), ...more });

const entriesOf = (...words: readonly string[]): readonly Bytes[] => words.map(toUtf8);
const older = new GivenLog(entriesOf("a", "b"));
const newer = new GivenLog(entriesOf("a", "x", "c"));
const split = new GivenLog(entriesOf("a", "y", "c"));
const stranger = new GivenLog(entriesOf("a", "z", "c"), 0x62);
const keysOf = (log: GivenLog): readonly string[] => log.keys.keys.map(writeVerifierKey);

/** A note of a log with a signature of another log's name beside it, which a stranger may attach. */
async function withStranger(log: GivenLog, name: string): Promise<Bytes> {
	const note = must(parseNote(await log.note()));
	const [signature] = must(parseNote(await stranger.note())).signatures;
	return writeNote({
		...note,
		signatures: [{ ...(signature as (typeof note.signatures)[number]), name }, ...note.signatures],
	});
}

const views: Of<"splitView"> = { kind: "splitView", first: await newer.note(), second: await split.note() };
const viewCases: readonly Case[] = [
	convicts("two roots of one size", views, { size: 3 }),
	convicts(
		"a stranger's signature beside the log's",
		{ ...views, first: await withStranger(newer, "elsewhere.example") },
		{ size: 3 },
	),
	convicts(
		"under two keys that the log had",
		{ ...views, second: await stranger.note() },
		{ size: 3 },
		{ keys: [...keysOf(newer), ...keysOf(stranger)] },
	),
	innocent("one checkpoint, twice", { ...views, second: views.first }),
	innocent("two sizes", { ...views, second: await older.note() }),
	proves("signature-invalid", "a checkpoint of a stranger", { ...views, second: await stranger.note() }),
	proves("signature-invalid", "the first of a stranger, the second no note", {
		...views,
		first: await stranger.note(),
		second: Uint8Array.of(0),
	}),
	proves("malformed", "of another log", views, { origin: "log.example/other" }),
	proves("malformed", "no note", { ...views, second: Uint8Array.of(0) }),
	proves("signature-invalid", "no key of the log is known", views, { keys: [] }),
];

const hashAt = async (log: GivenLog, index: number, word: string) => ({
	hash: leafHash(toUtf8(word)),
	log: await log.at(index),
});
const rewritten: Of<"rewriting"> = {
	kind: "rewriting",
	first: await hashAt(older, 1, "b"),
	second: await hashAt(newer, 1, "x"),
};
const withLog = (some: Partial<LogProof>): Misbehaviour => ({
	...rewritten,
	second: { ...rewritten.second, log: { ...rewritten.second.log, ...some } },
});
const rewritingCases: readonly Case[] = [
	convicts("another leaf at the place, under a larger size", rewritten, { index: 1, sizes: [2, 3] }),
	convicts(
		"the other way round",
		{ kind: "rewriting", first: rewritten.second, second: rewritten.first },
		{ index: 1, sizes: [3, 2] },
	),
	innocent("one leaf, under both", {
		...rewritten,
		first: await hashAt(older, 0, "a"),
		second: await hashAt(newer, 0, "a"),
	}),
	innocent("leaves of two places", { ...rewritten, second: await hashAt(newer, 2, "c") }),
	proves("not-logged", "a leaf that does not stand there", {
		...rewritten,
		second: { ...rewritten.second, hash: bytesOf("leaf") },
	}),
	proves("not-logged", "another place", withLog({ index: 0 })),
	proves("not-logged", "a place beyond the log", withLog({ index: 3 })),
	proves("not-logged", "a hash too many", withLog({ path: [...rewritten.second.log.path, bytesOf("leaf")] })),
	proves("signature-invalid", "a checkpoint of a stranger", withLog({ checkpoint: await stranger.note() })),
	proves("not-logged", "the first does not stand there, the second is of a stranger", {
		...rewritten,
		first: { ...rewritten.first, hash: bytesOf("leaf") },
		second: { ...rewritten.second, log: await stranger.at(1) },
	}),
];

const yenWith =
	(some: Partial<AssetTotals>) =>
	({ assets: [yenTotals, seatTotals] }: Seal): Partial<Seal> => ({
		assets: [{ ...(yenTotals as AssetTotals), ...some }, seatTotals as AssetTotals],
	});
const kept = await sealedLog();
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
const wrongSum = await sealedLog((seal) => yenWith({ outstanding: 1_224n })(seal));
const whole = await wrongSum.log.between(wrongSum.first, wrongSum.last + 1);
const begun: Partial<Seal> = { number: 1, previous: null, positions: [], checkpoints: [] };
const firstSeal: Seal = {
	...kept.before,
	...begun,
	assets: [totalsOf(yen, { issued: 1n, outstanding: 1n })],
};
const fromStart = async (...leaves: readonly Bytes[]) => new GivenLog(leaves).between(0);
const foreign = await reserveOf(9_999n, 1_005, yen, signerOf("a bank that some witness may count", "ES256"));

const ruleCases: readonly Case[] = [
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
		await fromStart(batchLeaf(2n), changed(batchLeaf(2n), [0], 3), sealLeaf(firstSeal)),
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

const twice = new GivenLog([
	sealLeaf(kept.before),
	sealLeaf({ ...kept.before, sealedAt: 999 }),
	sealLeaf(kept.seal),
	batchLeaf(1n),
	sealLeaf({ ...kept.before, operator: id(3) }),
]);
const leafAt = async (index: number, size?: number) => ({
	leaf: twice.leaves[index] as Bytes,
	log: await twice.at(index, size),
});
const seals: Of<"twoSeals"> = { kind: "twoSeals", first: await leafAt(0, 1), second: await leafAt(1) };
const sealCases: readonly Case[] = [
	convicts("two seals of one number", seals, {
		number: kept.before.number,
		seals: [sealHash(kept.before), sealHash({ ...kept.before, sealedAt: 999 })],
	}),
	innocent("one seal, under two checkpoints", { ...seals, second: await leafAt(0) }),
	innocent("one seal, at two places", {
		...seals,
		second: {
			leaf: sealLeaf(kept.before),
			log: await new GivenLog([batchLeaf(1n), sealLeaf(kept.before)]).at(1),
		},
	}),
	innocent("two numbers", { ...seals, second: await leafAt(2) }),
	innocent("two operators", { ...seals, second: await leafAt(4) }),
	innocent("a batch", { ...seals, second: await leafAt(3) }),
	proves("not-logged", "a seal that is not in the log", {
		...seals,
		second: { ...seals.second, leaf: sealLeaf({ ...kept.before, sealedAt: 998 }) },
	}),
	proves("not-logged", "a leaf that is none, and not in the log", {
		...seals,
		second: { ...seals.second, leaf: Uint8Array.of(0) },
	}),
	proves("malformed", "a leaf that is none, in the log", {
		...seals,
		second: { leaf: toUtf8("a"), log: await older.at(0) },
	}),
	innocent("the first is a batch, the second not in the log", {
		kind: "twoSeals",
		first: await leafAt(3),
		second: { ...seals.second, leaf: Uint8Array.of(0) },
	}),
	proves("signature-invalid", "a checkpoint of a stranger", {
		...seals,
		second: { ...seals.second, log: { ...seals.second.log, checkpoint: await stranger.note() } },
	}),
];

type Puts = Parameters<typeof decisions>[0];
const broken = async (
	breach: string,
	comment: string,
	puts: Puts,
	numbers: readonly number[],
	side: "source" | "destination" = "source",
): Promise<Case> => {
	const made = await decisions(puts, side);
	const keys = made.keys.keys.map(writeVerifierKey);
	return convicts(
		`${breach}: ${comment}`,
		await made.fileOf(...numbers),
		{ breach, decides: 3, operator: made.operator },
		{ origin: made.keys.origin, keys },
	);
};
const keptWord = async (
	comment: string,
	puts: Puts,
	numbers: readonly number[],
	side: "source" | "destination" = "source",
): Promise<Case> => {
	const made = await decisions(puts, side);
	return innocent(comment, await made.fileOf(...numbers), {
		origin: made.keys.origin,
		keys: made.keys.keys.map(writeVerifierKey),
	});
};

const late = await decisions(["locked", null, null, "committed"]);
const lateFile = (await late.fileOf(3, 4)) as Of<"brokenDecision">;
const ofLate: Inputs = { origin: late.keys.origin, keys: late.keys.keys.map(writeVerifierKey) };
const changedShown = (at: number, some: Partial<Of<"brokenDecision">["shown"][number]>): Misbehaviour => ({
	...lateFile,
	shown: lateFile.shown.map((each, i) => (i === at ? { ...each, ...some } : each)),
});
const [decided, later] = lateFile.shown as [
	Of<"brokenDecision">["shown"][number],
	Of<"brokenDecision">["shown"][number],
];
const elsewhere = { ...stateOf("returned"), transfer: bytesOf("another transfer") };
const { words: _words, ...foreignState } = await misplaced("source", 2, elsewhere);
const ofSource: Inputs = {
	origin: "densha.example/log",
	keys: source(null).log.keys.keys.map(writeVerifierKey),
};

const decisionCases: readonly Case[] = [
	await broken(
		"late-commit",
		"nothing new in the seal that decides, and committed in the next",
		["locked", null, null, "committed"],
		[3, 4],
	),
	await broken("late-commit", "the later seal first", ["locked", null, null, "committed"], [4, 3]),
	await broken("late-commit", "nothing was ever locked", [null, null, null, "committed"], [3, 4]),
	await broken("late-commit", "two seals later", ["locked", null, null, null, "committed"], [3, 5]),
	await broken("early-return", "before the seal that decides", ["locked", "returned"], [2]),
	await broken("early-return", "in the seal that decides", ["locked", null, "returned"], [3]),
	await broken("early-return", "beside a seal that shows nothing wrong", ["locked", "returned"], [1, 2]),
	await broken("two-ends", "committed and returned", ["locked", null, "committed", "returned"], [3, 4]),
	await broken(
		"two-ends",
		"returned too early and committed too late, tried in order",
		["locked", null, "returned", "committed"],
		[3, 4],
	),
	await broken(
		"two-ends",
		"credited and voided",
		[null, "reserved", "credited", "voided"],
		[4, 3],
		"destination",
	),
	await keptWord("returned after the seal that decides", ["locked", null, null, "returned"], [3, 4]),
	await keptWord(
		"a commit in the seal that decides, and still there",
		["locked", null, "committed", null],
		[3, 4],
	),
	await keptWord(
		"a commit after the seal that decides, of which nothing is shown",
		["locked", null, null, "committed"],
		[4],
	),
	await keptWord("a lock before it, and a commit after", ["locked", null, null, "committed"], [2, 4]),
	await keptWord("nothing at all", [null, null, null], [3]),
	await keptWord(
		"a reservation that ended either way",
		[null, "reserved", null, "voided"],
		[2, 4],
		"destination",
	),
	await keptWord("one seal, twice", ["locked", null, null, "committed"], [4, 4]),
	proves(
		"proof-invalid",
		"a proof of another transfer",
		{ ...lateFile, quote: { ...lateFile.quote, nonce: id(0x44) } },
		ofLate,
	),
	proves(
		"proof-invalid",
		"a state that opens something else",
		changedShown(1, { state: { ...(later.state as NonNullable<typeof later.state>), state: "returned" } }),
		ofLate,
	),
	proves("proof-invalid", "a proof under another seal", changedShown(0, { proof: later.proof }), ofLate),
	proves("not-logged", "a seal that is not in the log", changedShown(1, { leaf: decided.leaf }), ofLate),
	proves("signature-invalid", "a log whose keys are others", lateFile, { ...ofLate, keys: keysOf(stranger) }),
	innocent(
		"a state of another transfer under this one's id",
		{ kind: "brokenDecision", quote: quoted.body, shown: [foreignState] },
		ofSource,
	),
	innocent(
		"a state of another transfer, before a seal that is not in the log",
		{
			kind: "brokenDecision",
			quote: quoted.body,
			shown: [foreignState, { ...foreignState, leaf: Uint8Array.of(0) }],
		},
		ofSource,
	),
	refuses("malformed", "nothing is shown", {
		misbehaviour: changed(serializeMisbehaviour(lateFile), [2], []),
		...ofLate,
	}),
	refuses("too-many", "three are shown", {
		misbehaviour: changed(serializeMisbehaviour(lateFile), [2], [0, 0, 0]),
		...ofLate,
	}),
];

/** One of each kind. */
export const eachMisbehaviour: readonly Misbehaviour[] = [views, rewritten, whole, seals, lateFile];

export const misbehaviours: Draft = {
	name: "misbehaviour",
	comment: "What convicts a log by what its key has signed, and what does not: docs/spec/misbehaviour.md.",
	judge: "misbehaviour",
	given: { origin, keys: keysOf(newer) },
	cases: [
		...viewCases,
		...rewritingCases,
		...ruleCases,
		...sealCases,
		...decisionCases,
		refuses("type-unknown", "evidence against a holder", {
			misbehaviour: changed(serializeMisbehaviour(views), [0], 3),
		}),
		refuses("type-unknown", "kind 9", { misbehaviour: changed(serializeMisbehaviour(views), [0], 9) }),
		refuses("malformed", "a field more", { misbehaviour: changed(serializeMisbehaviour(views), [3], null) }),
		refuses("too-large", "262,145 bytes", { misbehaviour: new Uint8Array(262_145) }),
	],
};
