/**
 * Checkpoints (C2SP tlog-checkpoint): what a log says it is at one size, as a signed note.
 *
 * Three lines, the log's origin, its size and its root, and no more are written; further lines of other logs are read
 * and kept, since signatures cover them. A checkpoint counts once its log signed it under a key that the reader was
 * given with the origin.
 */
import {
	type Bytes,
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
import { type KeyType, type Note, parseNote, type VerifierKey } from "./note.ts";
import type { TreeHead } from "./proof.ts";
import { type VerifiedSignature, verifyAny, verifySignatures } from "./signature.ts";
import { isSize } from "./tree.ts";

export type Checkpoint = TreeHead & {
	/** what names the log */
	readonly origin: string;
	/** lines after the third, which nobody audits */
	readonly extensions: readonly string[];
};

/** A checkpoint that its log signed; nothing but `openCheckpoint` makes one. */
export type VerifiedCheckpoint = Checkpoint & {
	readonly note: Note;
	/** of the witnesses that were asked for; none was, or none signed: none here */
	readonly cosignatures: readonly VerifiedSignature[];
};

/** Who may sign for a log, and whose cosignatures are looked for. */
export type LogKeys = {
	readonly origin: string;
	readonly keys: readonly VerifierKey[];
	readonly witnesses?: readonly VerifierKey[];
};

/** The text of a checkpoint. Its origin is one line, and not empty. */
export function checkpointText({ origin, size, root }: Omit<Checkpoint, "extensions">): Bytes {
	if (origin === "" || origin.includes("\n") || !isSize(size)) throw new RangeError("no checkpoint");
	return toUtf8(`${origin}\n${size}\n${toBase64(root)}\n`);
}

/** What a note's text says as a checkpoint, or `malformed`. */
export function parseCheckpoint(text: Bytes): Checkpoint | Refusal {
	const lines = fromUtf8(text)?.split("\n");
	if (lines?.pop() !== "" || lines.length < 3 || lines.includes(""))
		return refuse("malformed", "a checkpoint has three lines, and no empty one");
	const [origin = "", size = "", root = "", ...extensions] = lines;
	const hash = fromBase64(root);
	const entries = parseSize(size);
	if (entries === undefined || hash?.length !== 32)
		return refuse("malformed", "a checkpoint says its size and its root");
	return { origin, size: entries, root: hash, extensions };
}

/** Decimal without leading zeros, up to 2⁵³ − 1; undefined for anything else. */
export function parseSize(text: string): number | undefined {
	if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return undefined;
	let size = 0;
	for (const digit of text) size = size * 10 + (digit.charCodeAt(0) - 0x30);
	return isSize(size) ? size : undefined;
}

/**
 * The checkpoint that these bytes are, of the log that is meant: or the refusals of `parseNote` and `parseCheckpoint`;
 * `malformed` too where it is another log's; `signature-invalid` where no key of the log's signed it, or a signature
 * of a known key does not hold.
 */
export function openCheckpoint(
	bytes: Bytes,
	{ origin, keys, witnesses = [] }: LogKeys,
	verify: Verify,
): VerifiedCheckpoint | Refusal {
	const note = parseNote(bytes);
	if (isRefusal(note)) return note;
	const checkpoint = parseCheckpoint(note.text);
	if (isRefusal(checkpoint)) return checkpoint;
	if (checkpoint.origin !== origin) return refuse("malformed", "a checkpoint of another log");
	const signed = verifyAny(note, ofType("note", keys), verify);
	if (isRefusal(signed)) return signed;
	const cosignatures = verifySignatures(note, ofType("cosignature", witnesses), verify);
	return isRefusal(cosignatures) ? cosignatures : { ...checkpoint, note, cosignatures };
}

/** A log cosigns nothing, and a witness is no log. */
function ofType(type: KeyType, keys: readonly VerifierKey[]): readonly VerifierKey[] {
	return keys.filter((key) => key.type === type);
}

/** Whether two checkpoints say different things of one log at one size: then it showed two histories. */
export function contradict(a: Checkpoint, b: Checkpoint): boolean {
	return a.origin === b.origin && a.size === b.size && !equalBytes(a.root, b.root);
}
