/**
 * What a witnessed seal shows under a key of its state map, whatever stands there.
 *
 *   what is opened ──hash──▶ state map ──root──▶ seal ──leaf──▶ log ──root──▶ checkpoint, which the operator signed
 *                                                 ▲── a quorum of witnesses: this is the seal of its number
 */
import {
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	list,
	type Refusal,
	record,
	refuse,
	type TypeOf,
} from "../codec/index.ts";
import { leafHash, type Verify } from "../crypto/index.ts";
import { entryBytes, type LogKeys, openCheckpoint, proofHashes, verifyInclusion } from "../log/index.ts";
import { parseLeaf, type Seal, stateProof } from "../seal/index.ts";
import { type Since, sealWord, verifyWords, type WitnessPolicy } from "./witnessed.ts";

export const logProof = record({
	/** a note (docs/spec/log.md) */
	checkpoint: bytes(1, 32_768),
	/** of the leaf */
	index: integer(0, Number.MAX_SAFE_INTEGER),
	path: list(bytes32, proofHashes),
});
export type LogProof = TypeOf<typeof logProof>;

/** The last fields of whatever is shown, after what is opened. */
export const shownEntry = {
	/** the seal, as it stands in the log */
	leaf: bytes(1, entryBytes),
	proof: stateProof,
	log: logProof,
	words: list(sealWord, 64),
};
/** A seal with all that shows it to be the one of its number, and nothing of what it holds. */
export const shownSeal = record({
	leaf: shownEntry.leaf,
	log: shownEntry.log,
	words: shownEntry.words,
});
export type ShownSeal = TypeOf<typeof shownSeal>;

/** An operator's log, and whose words on its seals count. */
export type WitnessedLog = { readonly keys: LogKeys; readonly policy: WitnessPolicy };

export type VerifiedEntry<T> = { readonly seal: Seal; readonly opened: T; readonly since: Since };

/**
 * What `open` makes of the root of a state map that `operator` sealed: or its refusal, those of `openCheckpoint` and
 * `verifyWords`, `not-logged`, and `proof-invalid` where the leaf is no seal of this operator's.
 */
export function verifyEntry<T>(
	shown: ShownSeal,
	{ operator, open }: { readonly operator: Bytes; readonly open: (root: Bytes) => T | Refusal },
	{ keys, policy }: WitnessedLog,
	verify: Verify,
): VerifiedEntry<T> | Refusal {
	const seal = sealOf(shown.leaf);
	if (isRefusal(seal)) return seal;
	if (!equalBytes(seal.operator, operator)) return refuse("proof-invalid", "a seal of another operator");
	const opened = open(seal.state);
	if (isRefusal(opened)) return opened;
	const checkpoint = openCheckpoint(shown.log.checkpoint, keys, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	const { index, path } = shown.log;
	if (!verifyInclusion(leafHash(shown.leaf), index, checkpoint.size, path, checkpoint.root))
		return refuse("not-logged", `entry ${index} of ${checkpoint.size}`);
	const since = verifyWords(shown.words, seal, policy, verify);
	if (isRefusal(since)) return since;
	return { seal, opened: opened as T, since: since as Since };
}

function sealOf(leaf: Bytes): Seal | Refusal {
	const read = parseLeaf(leaf);
	if (isRefusal(read)) return read;
	return read.kind === "seal" ? read.seal : refuse("proof-invalid", "a leaf that is no seal");
}
