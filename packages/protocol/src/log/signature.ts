/**
 * Signatures of notes: the log's own, over the text, and cosignatures (C2SP tlog-cosignature, Ed25519 v1), over a
 * time and the text. A cosignature says: at that time this was the largest tree of this log that its signer knew,
 * and it grew from all those before.
 */
import { type Bytes, concatBytes, isRefusal, type Refusal, refuse, toUtf8 } from "../codec/index.ts";
import { type Signer, suites, type Verify } from "../crypto/index.ts";
import { type Note, type NoteSignature, type VerifierKey, verifierKey } from "./note.ts";
import { isSize } from "./tree.ts";

/** Whose signature verified; `at` in seconds, of cosignatures alone. */
export type VerifiedSignature = { readonly key: VerifierKey; readonly at: number | null };

const timeBytes = 8;
const { signatureBytes } = suites.Ed25519;

/**
 * The signatures of these keys, each verified; or `signature-invalid` where one of them does not hold. Signatures of
 * other keys are passed over, so there may be none.
 */
export function verifySignatures(
	{ text, signatures }: Note,
	keys: readonly VerifierKey[],
	verify: Verify,
): readonly VerifiedSignature[] | Refusal {
	const verified: VerifiedSignature[] = [];
	for (const signature of signatures) {
		const known = keys.filter(({ name, keyId }) => name === signature.name && keyId === signature.keyId);
		if (known.length === 0) continue;
		const held = known.map((key) => verifyOne(text, signature.signature, key, verify));
		const found = held.find((each) => each !== undefined);
		if (found === undefined) return refuse("signature-invalid", `of ${signature.name}`);
		verified.push(found);
	}
	return verified;
}

function verifyOne(
	text: Bytes,
	signature: Bytes,
	key: VerifierKey,
	verify: Verify,
): VerifiedSignature | undefined {
	const holds = (message: Bytes, by: Bytes): boolean =>
		by.length === signatureBytes && verify({ suite: "Ed25519", bytes: key.publicKey }, message, by);
	if (key.type === "note") return holds(text, signature) ? { key, at: null } : undefined;
	if (signature.length !== timeBytes + signatureBytes) return undefined;
	const at = signature.subarray(0, timeBytes).reduce((value, byte) => value * 256 + byte, 0);
	if (!isSize(at) || !holds(cosignedMessage(text, at), signature.subarray(timeBytes))) return undefined;
	return { key, at };
}

/** What a cosignature is over. */
function cosignedMessage(text: Bytes, at: number): Bytes {
	return concatBytes(toUtf8(`cosignature/v1\ntime ${at}\n`), text);
}

/** The signature of a log over its checkpoint's text. */
export async function signNote(text: Bytes, name: string, signer: Signer): Promise<NoteSignature> {
	const { keyId } = verifierKey(name, "note", ed25519Of(signer));
	return { name, keyId, signature: await signer.sign("note", text) };
}

/** A cosignature at `at`, in seconds, of a checkpoint that its signer has verified. */
export async function cosignNote(
	text: Bytes,
	name: string,
	signer: Signer,
	at: number,
): Promise<NoteSignature> {
	if (!isSize(at)) throw new RangeError("a time is whole seconds");
	const { keyId } = verifierKey(name, "cosignature", ed25519Of(signer));
	const signature = await signer.sign("note", cosignedMessage(text, at));
	return { name, keyId, signature: concatBytes(eightBytes(at), signature) };
}

function ed25519Of({ key }: Signer): Bytes {
	if (key.suite !== "Ed25519") throw new RangeError("notes are signed by Ed25519");
	return key.bytes;
}

function eightBytes(value: number): Bytes {
	const bytes = new Uint8Array(timeBytes);
	for (let i = timeBytes - 1, rest = value; i >= 0; i--, rest = Math.floor(rest / 256)) bytes[i] = rest % 256;
	return bytes;
}

/** `signatures` with `more` behind them; a key's older cosignature gives way to its newer one. */
export function joinSignatures(
	signatures: readonly NoteSignature[],
	more: readonly NoteSignature[],
): readonly NoteSignature[] {
	const isReplaced = (old: NoteSignature): boolean =>
		more.some(({ name, keyId }) => name === old.name && keyId === old.keyId);
	return [...signatures.filter((old) => !isReplaced(old)), ...more];
}

/** As `verifySignatures`, and refused with `signature-invalid` where none of them is there. */
export function verifyAny(
	note: Note,
	keys: readonly VerifierKey[],
	verify: Verify,
): readonly VerifiedSignature[] | Refusal {
	const verified = verifySignatures(note, keys, verify);
	if (isRefusal(verified)) return verified;
	return verified.length > 0 ? verified : refuse("signature-invalid", "no signature of a key that is known");
}
