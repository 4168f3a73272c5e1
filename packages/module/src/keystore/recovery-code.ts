/**
 * Recovery codes: what a person writes on paper and types again in years, on another keyboard.
 *
 *   4K7Q-0M2T-XW9C-…   120 bits of chance and 20 of a checksum, 5 bits a letter, seven groups of four
 *
 * The letters are Crockford's Base32: without I, L, O and U; what is typed as I or L counts as 1, O as 0. Case,
 * width, spaces and dashes do not count. A slip is found by the checksum, but for one in a million.
 */
import { type Bytes, concatBytes, encodeItem, sha256 } from "@tenten/protocol";
import type { Random } from "../cryptography.ts";

const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const entropyBytes = 15;
const codeLetters = 28;
const groupLetters = 4;
const tag = encodeItem("tenten/1/recovery-code");

/** A new code, to be shown once. */
export function newRecoveryCode(random: Random): string {
	return writeRecoveryCode(random(entropyBytes));
}

/** The code of 15 bytes. */
function writeRecoveryCode(entropy: Bytes): string {
	let bits = 0n;
	for (const byte of concatBytes(entropy, checksumOf(entropy))) bits = (bits << 8n) | BigInt(byte);
	// The checksum's three bytes have four bits too many.
	bits >>= 4n;
	const code = Array.from({ length: codeLetters }, (_, i) => {
		const place = BigInt(5 * (codeLetters - 1 - i));
		return letters[Number((bits >> place) & 31n)];
	}).join("");
	return (code.match(new RegExp(`.{${groupLetters}}`, "g")) ?? []).join("-");
}

/** The code as it was written, from what was typed; undefined where it is none. */
export function readRecoveryCode(typed: string): string | undefined {
	const plain = typed
		.normalize("NFKC")
		.toUpperCase()
		.replace(/[\s\p{Dash}ー]/gu, "")
		.replace(/[IL]/g, "1")
		.replace(/O/g, "0");
	if (plain.length !== codeLetters) return undefined;
	let bits = 0n;
	for (const letter of plain) {
		const value = letters.indexOf(letter);
		if (value < 0) return undefined;
		bits = (bits << 5n) | BigInt(value);
	}
	const entropy = Uint8Array.from({ length: entropyBytes }, (_, i) =>
		Number((bits >> BigInt(20 + 8 * (entropyBytes - 1 - i))) & 255n),
	);
	const code = writeRecoveryCode(entropy);
	return code.replaceAll("-", "") === plain ? code : undefined;
}

function checksumOf(entropy: Bytes): Bytes {
	return sha256(concatBytes(tag, encodeItem(entropy))).subarray(0, 3);
}
