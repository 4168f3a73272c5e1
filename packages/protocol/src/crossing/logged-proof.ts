/**
 * Proofs of seals and batches with their place in the operator's log: one file, checked offline by who has its keys.
 *
 *   state, line or item ──▶ seal or batch ──leaf──▶ log ──root──▶ checkpoint, which the operator and witnesses signed
 *
 * What it shows is the seal's or the batch's word; that this one stands in the log, and not another for somebody else,
 * is the checkpoint's.
 */
import {
	type Bytes,
	bytes,
	isRefusal,
	limits,
	list,
	parse,
	type Refusal,
	record,
	serialize,
	type TypeOf,
} from "../codec/index.ts";
import type { Verify } from "../crypto/index.ts";
import {
	type LogKeys,
	parsePortableProof,
	type VerifiedCheckpoint,
	verifyPortableProof,
} from "../log/index.ts";
import { type Proved, proofIn, type SealProof, sealProof, serializeLeaf } from "../seal/index.ts";
import { sealWord } from "./witnessed.ts";

/** `place`: a portable proof of the leaf that holds the seal or the batch. */
export const loggedProof = record({ proof: sealProof, place: bytes(1, 32_768) });
export type LoggedProof = TypeOf<typeof loggedProof>;

export function serializeLoggedProof(proof: LoggedProof): Bytes {
	return serialize(loggedProof, proof);
}

/** The seal or batch of a proof, as it stands in the log. */
export function leafOf(proof: SealProof): Bytes {
	return proof.kind === "item"
		? serializeLeaf({ kind: "batch", batch: proof.batch })
		: serializeLeaf({ kind: "seal", seal: proof.seal });
}

export type VerifiedProof = {
	readonly proved: Proved;
	/** the place of its seal or batch in the log */
	readonly index: number;
	readonly checkpoint: VerifiedCheckpoint;
};

/** What a file proves: or the refusals of `verifyProof` and `openCheckpoint`, `not-logged` where the log has it not. */
export function verifyLoggedProof(encoded: Bytes, keys: LogKeys, verify: Verify): VerifiedProof | Refusal {
	const file = parse(loggedProof, encoded, 2 * limits.message);
	if (isRefusal(file)) return file;
	const proved = proofIn(file.proof);
	if (isRefusal(proved)) return proved;
	const place = parsePortableProof(file.place);
	if (isRefusal(place)) return place;
	const checkpoint = verifyPortableProof(place, leafOf(file.proof), keys, verify);
	return isRefusal(checkpoint) ? checkpoint : { proved, index: place.index, checkpoint };
}

/** A seal as its operator gives it: its leaf, the leaf's place, and what witnesses said of it. */
export const loggedSeal = record({
	leaf: bytes(1, 65_536),
	place: bytes(1, 32_768),
	words: list(sealWord, 64),
});
export type LoggedSeal = TypeOf<typeof loggedSeal>;
