/**
 * What a witness is asked, and what it says (C2SP tlog-witness, `add-checkpoint`): without its store and its clock.
 *
 *   bytes ─ openOffer: form, origin, signature ─▶ offer ─ judgeOffer: the latest it cosigned ─▶ to cosign, or why not
 *
 * A witness keeps the largest checkpoint of each log that it cosigned, and nothing else. It cosigns what has grown
 * from that one, provably, and that one itself again: so it never says two roots of one size. The second step has to
 * stand in the write that keeps the new checkpoint, or another request could come between.
 */
import {
	type Bytes,
	concatBytes,
	equalBytes,
	fromBase64,
	fromUtf8,
	isRefusal,
	type Refusal,
	refuse,
	toBase64,
	toUtf8,
} from "../codec/index.ts";
import type { Verify } from "../crypto/index.ts";
import { openCheckpoint, parseCheckpoint, parseSize, type VerifiedCheckpoint } from "./checkpoint.ts";
import { noteBytes, parseNote, type VerifierKey } from "./note.ts";
import { proofHashes, type TreeHead, verifyConsistency } from "./proof.ts";
import { emptyRoot, isSize } from "./tree.ts";

/** The body of `add-checkpoint`. */
export type CheckpointRequest = {
	/** of the checkpoint that the proof begins at: what the witness cosigned last */
	readonly oldSize: number;
	readonly proof: readonly Bytes[];
	/** the checkpoint, signed */
	readonly note: Bytes;
};

/** `old `, sixteen digits and a newline; a base64 hash and a newline for each hash; an empty line */
const headBytes = 4 + 16 + 1 + proofHashes * 45 + 1;
/** Bytes of the longest request. */
export const witnessRequestBytes: number = headBytes + noteBytes;

const newline = 0x0a;

export function writeCheckpointRequest({ oldSize, proof, note }: CheckpointRequest): Bytes {
	if (!isSize(oldSize) || proof.length > proofHashes) throw new RangeError("no request of a witness");
	const lines = [`old ${oldSize}`, ...proof.map(toBase64), ""];
	return concatBytes(toUtf8(lines.map((line) => `${line}\n`).join("")), note);
}

/** The request that these bytes are, or `too-large`, `too-many`, `malformed`. Its note is not looked at. */
export function parseCheckpointRequest(bytes: Bytes): CheckpointRequest | Refusal {
	if (bytes.length > witnessRequestBytes) return refuse("too-large", "a request of a witness");
	const end = emptyLine(bytes);
	const [first = "", ...encoded] = fromUtf8(bytes.subarray(0, end))?.split("\n") ?? [];
	const oldSize = first.startsWith("old ") ? parseSize(first.slice(4)) : undefined;
	if (end < 0 || oldSize === undefined) return refuse("malformed", "no line with the old size");
	if (encoded.length > proofHashes) return refuse("too-many", "hashes of a proof");
	const proof: Bytes[] = [];
	for (const line of encoded) {
		const hash = fromBase64(line);
		if (hash?.length !== 32) return refuse("malformed", "a line of the proof is no hash");
		proof.push(hash);
	}
	return { oldSize, proof, note: bytes.subarray(end + 2) };
}

/** Where the newline stands that an empty line follows, or −1. It is looked for no farther than one hash too many. */
function emptyLine(bytes: Bytes): number {
	const most = Math.min(bytes.length, headBytes + 45);
	for (let i = 1; i < most; i++) if (bytes[i] === newline && bytes[i - 1] === newline) return i - 1;
	return -1;
}

/** Logs that a witness knows, by origin, with the keys of each. */
export type KnownLogs = ReadonlyMap<string, readonly VerifierKey[]>;

/** A checkpoint that its log signed, and a proof that is not looked at yet; nothing but `openOffer` makes one. */
export type WitnessOffer = {
	readonly kind: "offer";
	readonly oldSize: number;
	readonly proof: readonly Bytes[];
	readonly checkpoint: VerifiedCheckpoint;
};

/** Why not, by the status that the specification gives it. */
export type WitnessRefusal = {
	readonly kind: "unwitnessed";
	readonly status: 400 | 403 | 404 | 409 | 422;
	/** of the latest checkpoint it cosigned: what a conflict is answered with */
	readonly latestSize: number | null;
	readonly why: string;
};

function unwitnessed(status: Exclude<WitnessRefusal["status"], 409>, why: string): WitnessRefusal {
	return { kind: "unwitnessed", status, latestSize: null, why };
}

/**
 * Form (400), origin (404), signature (403), sizes (400), in this order: what can be said without knowing what was
 * cosigned before. Signatures of unknown keys are passed over.
 */
export function openOffer(bytes: Bytes, logs: KnownLogs, verify: Verify): WitnessOffer | WitnessRefusal {
	const request = parseCheckpointRequest(bytes);
	if (isRefusal(request)) return unwitnessed(400, request.detail);
	const { oldSize, proof } = request;
	const note = parseNote(request.note);
	if (isRefusal(note)) return unwitnessed(400, note.detail);
	const claimed = parseCheckpoint(note.text);
	if (isRefusal(claimed)) return unwitnessed(400, claimed.detail);
	const keys = logs.get(claimed.origin);
	if (keys === undefined) return unwitnessed(404, "a log that is not witnessed here");
	const checkpoint = openCheckpoint(request.note, { origin: claimed.origin, keys }, verify);
	if (isRefusal(checkpoint)) return unwitnessed(403, "not signed by this log");
	if (oldSize > checkpoint.size) return unwitnessed(400, "the old size is above the new one");
	if (oldSize === 0 && proof.length > 0) return unwitnessed(400, "from nothing there is nothing to prove");
	return { kind: "offer", oldSize, proof, checkpoint };
}

/**
 * Whether an offer may be cosigned after `latest`, which is undefined where none of this log was: undefined, or why
 * not (409, 422). Whoever cosigns keeps the offer's checkpoint in the place of `latest` first.
 */
export function judgeOffer(
	{ oldSize, proof, checkpoint }: WitnessOffer,
	latest: TreeHead | undefined,
): WitnessRefusal | undefined {
	const known = latest ?? { size: 0, root: emptyRoot };
	const conflict = (why: string): WitnessRefusal => ({
		kind: "unwitnessed",
		status: 409,
		latestSize: known.size,
		why,
	});
	if (oldSize !== known.size) return conflict("another size was cosigned last");
	if (checkpoint.size === known.size && !equalBytes(checkpoint.root, known.root))
		return conflict("another root of this size was cosigned");
	if (!verifyConsistency(known, checkpoint, proof)) return unwitnessed(422, "the proof does not hold");
	return undefined;
}
