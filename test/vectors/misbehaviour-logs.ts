/** Vectors of logs that show two views, rewrite, or have two seals of one number. */
import {
	type Bytes,
	type LogProof,
	leafHash,
	type Misbehaviour,
	parseNote,
	sealHash,
	toUtf8,
	writeNote,
} from "../../packages/protocol/src/index.ts";
import { batchLeaf, sealLeaf } from "../../packages/protocol/test/misbehaviour/support/cases.ts";
import { GivenLog } from "../../packages/protocol/test/misbehaviour/support/given-log.ts";
import { id } from "../../packages/protocol/test/seal/support/sealed.ts";
import type { Case } from "./drafts.ts";
import {
	convicts,
	innocent,
	keysOf,
	newer,
	type Of,
	older,
	proves,
	split,
	stranger,
} from "./misbehaviour-case.ts";
import { kept } from "./misbehaviour-rules.ts";
import { bytesOf, must } from "./world.ts";

/** A note of a log with a signature of another log's name beside it, which a stranger may attach. */
async function withStranger(log: GivenLog, name: string): Promise<Bytes> {
	const note = must(parseNote(await log.note()));
	const [signature] = must(parseNote(await stranger.note())).signatures;
	return writeNote({
		...note,
		signatures: [{ ...(signature as (typeof note.signatures)[number]), name }, ...note.signatures],
	});
}

export const views: Of<"splitView"> = {
	kind: "splitView",
	first: await newer.note(),
	second: await split.note(),
};
export const viewCases: readonly Case[] = [
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
export const rewritten: Of<"rewriting"> = {
	kind: "rewriting",
	first: await hashAt(older, 1, "b"),
	second: await hashAt(newer, 1, "x"),
};
const withLog = (some: Partial<LogProof>): Misbehaviour => ({
	...rewritten,
	second: { ...rewritten.second, log: { ...rewritten.second.log, ...some } },
});
export const rewritingCases: readonly Case[] = [
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
export const seals: Of<"twoSeals"> = { kind: "twoSeals", first: await leafAt(0, 1), second: await leafAt(1) };
export const sealCases: readonly Case[] = [
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
