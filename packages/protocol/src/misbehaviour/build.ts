/** Making a file of misbehaviour out of what was kept: with no more than convicts, and only if it does. */
import { type Bytes, isRefusal, type Refusal } from "../codec/index.ts";
import type { Verify } from "../crypto/index.ts";
import { type LogKeys, parseNote, writeNote } from "../log/index.ts";
import { type Misbehaviour, serializeMisbehaviour } from "./file.ts";
import { verifyMisbehaviour } from "./verify.ts";

/**
 * The file, or the refusals of `verifyMisbehaviour`: who makes one learns here that it convicts nobody. Notes are
 * brought as `noteOfLog` leaves them.
 */
export function misbehaviourFrom(value: Misbehaviour, keys: LogKeys, verify: Verify): Bytes | Refusal {
	const encoded = serializeMisbehaviour(value);
	const convicted = verifyMisbehaviour(encoded, keys, verify);
	return isRefusal(convicted) ? convicted : encoded;
}

/**
 * A checkpoint with the log's own signatures alone: what witnesses and strangers signed beside it convicts nobody, and
 * takes room. Or the refusals of `parseNote`.
 */
export function noteOfLog(checkpoint: Bytes, { keys }: LogKeys): Bytes | Refusal {
	const note = parseNote(checkpoint);
	if (isRefusal(note)) return note;
	const signatures = note.signatures.filter(({ name, keyId }) =>
		keys.some((key) => key.name === name && key.keyId === keyId),
	);
	return writeNote({ text: note.text, signatures });
}
