/** One file of each wrong, as it was done by a log that signs whatever it is asked to. */
import {
	type Bytes,
	type LoggedState,
	type LogKeys,
	leafHash,
	type Misbehaviour,
	type Seal,
	type ShownState,
	serializeLeaf,
	sha256,
	toUtf8,
	transferId,
} from "@tenten/protocol";
import { Scene as CrossingScene, secret, start } from "../../crossing/support/scene.ts";
import type { Side } from "../../crossing/support/sides.ts";
import { batchOf, keptScene } from "../../seal/support/sealed.ts";
import { GivenLog } from "./given-log.ts";
import { recordCases } from "./record-cases.ts";

export type Case = { readonly keys: LogKeys; readonly file: Misbehaviour };

export const sealLeaf = (seal: Seal): Bytes => serializeLeaf({ kind: "seal", seal });
export const batchLeaf = (total: bigint): Bytes =>
	serializeLeaf({ kind: "batch", batch: batchOf("issues", total) });
export const entries = (...words: readonly string[]): readonly Bytes[] => words.map(toUtf8);

/** A kept history of two seals, of which the second is as `change` makes it, and the leaves around them. */
export async function sealedLog(change: (seal: Seal, before: Seal) => Partial<Seal> = () => ({})) {
	const { seal, against } = await keptScene();
	const before = against.previous as Seal;
	const changed = { ...seal, ...change(seal, before) };
	const between = against.batches.map((batch) => serializeLeaf({ kind: "batch", batch }));
	const log = new GivenLog([batchLeaf(1n), sealLeaf(before), ...between, sealLeaf(changed), batchLeaf(2n)]);
	return { log, seal: changed, before, between, first: 1, last: 2 + between.length };
}

export async function viewCases() {
	const [older, newer] = [new GivenLog(entries("a", "b")), new GivenLog(entries("a", "x", "c"))];
	const split = new GivenLog(entries("a", "y", "c"));
	const at = async (log: GivenLog, word: string) => ({ hash: leafHash(toUtf8(word)), log: await log.at(1) });
	const { keys } = older;
	return {
		splitView: {
			keys,
			file: { kind: "splitView", first: await newer.note(), second: await split.note() },
		},
		rewriting: {
			keys,
			file: { kind: "rewriting", first: await at(older, "b"), second: await at(newer, "x") },
		},
	} as const satisfies Record<string, Case>;
}

export async function sealCases() {
	const wrongSum = await sealedLog(({ assets: [yen, seats] }) => ({
		assets: [{ ...(yen as Seal["assets"][0]), issued: 1_601n }, seats as Seal["assets"][0]],
	}));
	const { log, before, seal } = wrongSum;
	const { keys } = log;
	const twice = new GivenLog([sealLeaf(before), sealLeaf({ ...before, sealedAt: 999 }), sealLeaf(seal)]);
	const begun = new GivenLog([batchLeaf(1n), sealLeaf(before)]);
	return {
		brokenRule: { keys, file: await log.between(wrongSum.first, wrongSum.last + 1) },
		alone: { keys, file: await log.between(wrongSum.last, wrongSum.last + 1) },
		begun: { keys, file: await begun.between(0) },
		twoSeals: {
			keys,
			file: {
				kind: "twoSeals",
				first: { leaf: twice.leaves[0] as Bytes, log: await twice.at(0, 1) },
				second: { leaf: twice.leaves[1] as Bytes, log: await twice.at(1) },
			},
		},
	} as const satisfies Record<string, Case>;
}

export const stateOf = ({ state, leaf, proof, log }: ShownState): LoggedState => ({
	state,
	leaf,
	proof,
	log,
});

type Put = "locked" | "committed" | "returned" | "reserved" | "credited" | "voided";

/** A side that had these in its map, one after another (null: nothing new), each under a seal; ended with `given`. */
export async function decisions(
	puts: readonly (Put | null)[],
	sideOf: "source" | "destination" = "source",
	given: Bytes | null = secret,
) {
	const scene = new CrossingScene();
	const side: Side = scene[sideOf];
	const quote = await scene.quoteBody({ decides: 3, release: sha256(secret) });
	const transfer = transferId(quote);
	for (const [position, state] of puts.entries()) {
		const release = state === "committed" || state === "credited" ? given : null;
		if (state !== null) side.put({ transfer, state, release });
		side.seal(start + position);
	}
	const shown = (...numbers: readonly number[]) =>
		Promise.all(numbers.map(async (number) => stateOf(await side.show(transfer, number))));
	const fileOf = async (...numbers: readonly number[]): Promise<Misbehaviour> => ({
		kind: "brokenDecision",
		quote,
		shown: await shown(...numbers),
	});
	return { keys: side.log.keys, operator: side.operator, quote, transfer, fileOf };
}

export async function decisionCases() {
	const late = await decisions(["locked", null, null, "committed"]);
	const early = await decisions(["locked", "returned"]);
	const both = await decisions(["locked", null, "committed", "returned"]);
	const credit = await decisions([null, "reserved", "credited", "voided"], "destination");
	return {
		lateCommit: { keys: late.keys, file: await late.fileOf(3, 4) },
		earlyReturn: { keys: early.keys, file: await early.fileOf(2) },
		twoEnds: { keys: both.keys, file: await both.fileOf(3, 4) },
		twoCredits: { keys: credit.keys, file: await credit.fileOf(4, 3) },
	} as const satisfies Record<string, Case>;
}

export async function allCases(): Promise<Readonly<Record<string, Case>>> {
	return {
		...(await viewCases()),
		...(await sealCases()),
		...(await decisionCases()),
		...(await recordCases()),
	};
}
