/**
 * What a witnessed seal shows of a transfer: the only word of one operator that another acts upon.
 *
 *   state ──hash──▶ state map ──root──▶ seal ──leaf──▶ log ──root──▶ checkpoint, which the operator signed
 *                                        ▲── a quorum of witnesses: this is the seal of its number
 *
 * What stands in the map must be opened: a hash alone would let whoever withholds a commit pass it off as something
 * else. Absence is proved, never assumed.
 */
import {
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	integer,
	isRefusal,
	list,
	nullable,
	type Refusal,
	record,
	refuse,
	type TypeOf,
} from "../codec/index.ts";
import { leafHash, type Verify } from "../crypto/index.ts";
import { type LogKeys, openCheckpoint, proofHashes, verifyInclusion } from "../log/index.ts";
import { parseLeaf, type Seal, stateProof, verifyStateProof } from "../seal/index.ts";
import { type CrossingState, crossingState, stateValue } from "./state.ts";
import { type Since, sealWord, verifyWords, type WitnessPolicy } from "./witnessed.ts";

export const logProof = record({
	/** a note (docs/spec/log.md) */
	checkpoint: bytes(1, 32_768),
	/** of the leaf */
	index: integer(0, Number.MAX_SAFE_INTEGER),
	path: list(bytes32, proofHashes),
});
export type LogProof = TypeOf<typeof logProof>;

export const shownState = record({
	/** null: the seal shows none */
	state: nullable(crossingState),
	/** the seal, as it stands in the log */
	leaf: bytes(1, 65_536),
	proof: stateProof,
	log: logProof,
	words: list(sealWord, 64),
});
export type ShownState = TypeOf<typeof shownState>;

/** An operator's log, and whose words on its seals count. */
export type WitnessedLog = { readonly keys: LogKeys; readonly policy: WitnessPolicy };

/** What a witnessed seal says of a transfer; nothing but `verifyShown` makes one. */
export type VerifiedState = {
	readonly verified: "state";
	readonly operator: Bytes;
	readonly transfer: Bytes;
	/** the seal's number */
	readonly number: number;
	readonly state: CrossingState | null;
	readonly since: Since;
};

/**
 * What is shown of `transfer` by `operator`: or the refusals of `openCheckpoint` and `verifyWords`, `not-logged`, and
 * `proof-invalid` where the leaf is no seal of this operator's, or the proof is of something else.
 */
export function verifyShown(
	shown: ShownState,
	{ operator, transfer }: { readonly operator: Bytes; readonly transfer: Bytes },
	{ keys, policy }: WitnessedLog,
	verify: Verify,
): VerifiedState | Refusal {
	const seal = sealOf(shown.leaf);
	if (isRefusal(seal)) return seal;
	if (!equalBytes(seal.operator, operator)) return refuse("proof-invalid", "a seal of another operator");
	const state = openState(shown, transfer, seal.state);
	if (isRefusal(state)) return state;
	const checkpoint = openCheckpoint(shown.log.checkpoint, keys, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	const { index, path } = shown.log;
	if (!verifyInclusion(leafHash(shown.leaf), index, checkpoint.size, path, checkpoint.root))
		return refuse("not-logged", `entry ${index} of ${checkpoint.size}`);
	const since = verifyWords(shown.words, seal, policy, verify);
	if (isRefusal(since)) return since;
	return { verified: "state", operator, transfer, number: seal.number, state, since: since as Since };
}

function sealOf(leaf: Bytes): Seal | Refusal {
	const read = parseLeaf(leaf);
	if (isRefusal(read)) return read;
	return read.kind === "seal" ? read.seal : refuse("proof-invalid", "a leaf that is no seal");
}

/** What a state map shows of a transfer, null: nothing. `proof-invalid` where it is of another, or shows something else. */
export function openState(
	{ state, proof }: Pick<ShownState, "state" | "proof">,
	transfer: Bytes,
	root: Bytes,
): CrossingState | null | Refusal {
	if (!equalBytes(proof.key, transfer)) return refuse("proof-invalid", "of another transfer");
	const proved = verifyStateProof(proof, root);
	if (isRefusal(proved)) return proved;
	const isOpened =
		proved.kind === "absent" ? state === null : state !== null && equalBytes(stateValue(state), proved.value);
	return isOpened ? state : refuse("proof-invalid", "the map holds something else");
}
