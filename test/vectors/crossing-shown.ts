/** What seals show of a payment in the vectors, and ways to show it wrongly. */
import {
	type Bytes,
	leafHash,
	parseNote,
	type ShownState,
	serializeLeaf,
	writeNote,
} from "../../packages/protocol/src/index.ts";
import { batchOf } from "../../packages/protocol/test/seal/support/sealed.ts";

import {
	crossingGiven,
	destination,
	encodeShown,
	id,
	misplaced,
	type Put,
	show,
	source,
	stateOf,
} from "./crossings-world.ts";
import { type Case, changed, flipped, type Inputs, refuses } from "./drafts.ts";
import { bytesOf, must } from "./world.ts";

export const otherSecret = bytesOf("another secret");
export const otherTransfer = bytesOf("another transfer");

/** Under seal 5, which decides, after a lock under seal 1. */
export const decided = (put: Put) => source("locked", null, null, null, put);
export const locked = await show(source("locked"));
export const reserved = await show(destination("reserved"));
export const nothing = await show(decided(null));
export const commit = await show(decided("committed"));
export const returned = await show(decided("returned"));
export const neverLocked = await show(source(null, null, null, null, null));
export const wrongSecret = await show(decided({ ...stateOf("committed"), release: otherSecret }));
export const noSecret = await show(decided({ ...stateOf("committed"), release: null }));
const foreign = { ...stateOf("committed"), transfer: otherTransfer };
export const foreignCommit = await misplaced("source", 5, foreign);
export const early = await show(source("locked", null, null, "committed"));
export const lateOnly = await show(source("locked", null, null, null, null, "committed"));

export const ends = (kept: string | null, shown: ShownState): Inputs => ({
	event: "decided",
	kept,
	shown: encodeShown(shown),
});
export const reservedOf = destination("reserved");
/** Ways of the last seal of a side to be shown wrongly, of one shown rightly. */
export async function misshown(
	right: ShownState,
	foreignSeal: ShownState,
	event: (shown: ShownState) => Inputs,
): Promise<readonly Case[]> {
	const note = must(parseNote(right.log.checkpoint));
	const [signature] = note.signatures as [(typeof note.signatures)[number]];
	const forged = writeNote({
		...note,
		signatures: [{ ...signature, signature: flipped(signature.signature) }],
	});
	const wrong = (code: string, comment: string, some: Partial<ShownState>): Case =>
		refuses(code, comment, event({ ...right, ...some }));
	const { log, words } = right;
	const [one] = words as [(typeof words)[number]];
	const batch = serializeLeaf({ kind: "batch", batch: batchOf("issues", 1n) });
	const noSeal = { ...event(right), shown: changed(encodeShown(right), [1], batch) };
	return [
		refuses("proof-invalid", "a leaf that is no seal", noSeal),
		wrong("type-unknown", "a leaf of a kind that is not known", { leaf: changed(right.leaf, [0], 7) }),
		wrong("malformed", "a leaf cut short", { leaf: right.leaf.slice(0, -1) }),
		wrong("proof-invalid", "a seal of another operator", foreignSeal),
		wrong("proof-invalid", "a proof of another transfer", { proof: { ...right.proof, key: otherTransfer } }),
		wrong("proof-invalid", "a state that opens something else", { state: stateOf("voided") }),
		wrong("proof-invalid", "no state, where there is one", { state: null }),
		wrong("signature-invalid", "a checkpoint that does not hold", { log: { ...log, checkpoint: forged } }),
		wrong("malformed", "a checkpoint of another log", {
			log: { ...log, checkpoint: foreignSeal.log.checkpoint },
		}),
		wrong("not-logged", "another place", { log: { ...log, index: log.index + 1 } }),
		wrong("not-logged", "another path", { log: { ...log, path: [leafHash(right.leaf)] } }),
		wrong("quorum-missing", "no word of any witness", { words: [] }),
		wrong("quorum-missing", "one witness, of two", { words: [one] }),
		wrong("quorum-missing", "one witness, twice", { words: [one, one] }),
		wrong("quorum-missing", "words of another seal", { words: foreignSeal.words }),
		refuses("quorum-missing", "three are needed", { ...event(right), least: 3 }),
		refuses("quorum-missing", "none is needed: a policy of nobody opens nothing", {
			...event(right),
			least: 0,
		}),
		refuses("quorum-missing", "a witness that the reader names twice", {
			...event({ ...right, words: [one] }),
			witnesses: [crossingGiven.witnesses[0] as Bytes, crossingGiven.witnesses[0] as Bytes],
		}),
		refuses("quorum-missing", "witnesses that the reader does not name", {
			...event(right),
			witnesses: [id(1), id(2)],
		}),
	];
}
