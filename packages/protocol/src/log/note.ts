/**
 * Signed notes (C2SP signed-note): a text, and under it who signed it, a line each.
 *
 * A note is read strictly: what was read is written again to the same bytes. A key is known by its name and by four
 * bytes of a hash of it; signatures of other keys are passed over, and one of a known key that does not verify
 * refuses the whole note. Keys are Ed25519 throughout.
 */
import {
	type Bytes,
	concatBytes,
	fromBase64,
	fromHex,
	fromUtf8,
	isRefusal,
	type Refusal,
	refuse,
	toBase64,
	toHex,
	toUtf8,
} from "../codec/index.ts";
import { sha256, suites } from "../crypto/index.ts";

/** bytes of a note: room for sixteen of the largest signatures that are in use, of 5 kB */
export const noteBytes = 131_072;
/** signatures of a note */
export const noteSignatures = 100;

export type NoteSignature = {
	readonly name: string;
	/** four bytes, big-endian */
	readonly keyId: number;
	readonly signature: Bytes;
};

/** `text` ends in a newline, and is what is signed. */
export type Note = { readonly text: Bytes; readonly signatures: readonly NoteSignature[] };

/** What a key's signatures are over: the text itself, or a cosignature's statement (`signature.ts`). */
export const keyTypes = { note: 0x01, cosignature: 0x04 } as const;
export type KeyType = keyof typeof keyTypes;

export type VerifierKey = {
	readonly name: string;
	readonly keyId: number;
	readonly type: KeyType;
	/** 32 bytes (RFC 8032) */
	readonly publicKey: Bytes;
};

const newline = 0x0a;
const space = 0x20;
const dash = "— ";

/** The note that these bytes are, or `too-large`, `malformed`, `too-many`. Nothing of it is verified. */
export function parseNote(bytes: Bytes): Note | Refusal {
	if (bytes.length > noteBytes) return refuse("too-large", `a note has at most ${noteBytes} bytes`);
	if (bytes.some((byte) => byte < space && byte !== newline))
		return refuse("malformed", "control characters in a note");
	const split = lastBlankLine(bytes);
	if (split < 0 || bytes.at(-1) !== newline || fromUtf8(bytes.subarray(0, split)) === undefined)
		return refuse("malformed", "no text and signatures");
	const signatures = parseSignatures(bytes.subarray(split + 1));
	return isRefusal(signatures) ? signatures : { text: bytes.subarray(0, split), signatures };
}

/** Where the blank line before the signatures stands, or −1. */
function lastBlankLine(bytes: Bytes): number {
	for (let i = bytes.length - 1; i > 0; i--) if (bytes[i] === newline && bytes[i - 1] === newline) return i;
	return -1;
}

/** Signature lines alone, as a witness answers with them, or `malformed`, `too-many`, `too-large`. */
export function parseSignatures(bytes: Bytes): readonly NoteSignature[] | Refusal {
	if (bytes.length > noteBytes) return refuse("too-large", `a note has at most ${noteBytes} bytes`);
	const lines = fromUtf8(bytes)?.split("\n");
	if (lines === undefined || lines.length < 2 || lines.pop() !== "")
		return refuse("malformed", "no lines of signatures");
	if (lines.length > noteSignatures) return refuse("too-many", "signatures of a note");
	const signatures: NoteSignature[] = [];
	for (const line of lines) {
		const signature = parseLine(line);
		if (signature === undefined) return refuse("malformed", "a line of signatures is none");
		signatures.push(signature);
	}
	return signatures;
}

function parseLine(line: string): NoteSignature | undefined {
	const [name = "", encoded = "", ...more] = line.slice(dash.length).split(" ");
	const bytes = fromBase64(encoded);
	if (!line.startsWith(dash) || more.length > 0 || !isKeyName(name)) return undefined;
	if (bytes === undefined || bytes.length <= 4) return undefined;
	return { name, keyId: uint32(bytes), signature: bytes.subarray(4) };
}

export function writeNote({ text, signatures }: Note): Bytes {
	return concatBytes(text, Uint8Array.of(newline), writeSignatures(signatures));
}

export function writeSignatures(signatures: readonly NoteSignature[]): Bytes {
	const lines = signatures.map(({ name, keyId, signature }) => {
		const encoded = toBase64(concatBytes(fourBytes(keyId), signature));
		return `${dash}${name} ${encoded}\n`;
	});
	return toUtf8(lines.join(""));
}

/** A name is not empty and has neither white space nor plus signs; nor what no note may hold. */
export function isKeyName(name: string): boolean {
	if (name === "" || /[\p{White_Space}\p{Surrogate}+]/u.test(name)) return false;
	for (const character of name) if (character.charCodeAt(0) < space) return false;
	return true;
}

/** A key under its name; the name is one (`isKeyName`). */
export function verifierKey(name: string, type: KeyType, publicKey: Bytes): VerifierKey {
	if (!isKeyName(name) || publicKey.length !== suites.Ed25519.keyBytes)
		throw new RangeError("a key has a name without spaces, and 32 bytes");
	const hashed = sha256(concatBytes(toUtf8(name), Uint8Array.of(newline, keyTypes[type]), publicKey));
	return { name, keyId: uint32(hashed), type, publicKey };
}

/** `name+8 hexadecimal digits+base64`: how keys are handed on. */
export function writeVerifierKey({ name, keyId, type, publicKey }: VerifierKey): string {
	return `${name}+${toHex(fourBytes(keyId))}+${toBase64(concatBytes(Uint8Array.of(keyTypes[type]), publicKey))}`;
}

/** The key that a text is, or `malformed`, or `type-unknown` where it is of a type that is not read here. */
export function parseVerifierKey(text: string): VerifierKey | Refusal {
	const [name = "", keyId = "", encoded = "", ...rest] = text.length > 4096 ? [] : text.split("+");
	// Base64 has plus signs of its own.
	const bytes = fromBase64([encoded, ...rest].join("+"));
	const id = fromHex(keyId);
	if (!isKeyName(name) || id?.length !== 4 || bytes === undefined || bytes.length === 0)
		return refuse("malformed", "a key is name+id+base64");
	const type = (Object.keys(keyTypes) as KeyType[]).find((known) => keyTypes[known] === bytes[0]);
	if (type === undefined) return refuse("type-unknown", `a key of type ${bytes[0]}`);
	if (bytes.length !== 1 + suites.Ed25519.keyBytes) return refuse("malformed", "an Ed25519 key has 32 bytes");
	const key = verifierKey(name, type, bytes.subarray(1));
	return key.keyId === uint32(id) ? key : refuse("malformed", "the id is not that of the key");
}

function uint32(bytes: Bytes): number {
	return bytes.subarray(0, 4).reduce((value, byte) => value * 256 + byte, 0);
}

function fourBytes(value: number): Bytes {
	return Uint8Array.of(value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}
