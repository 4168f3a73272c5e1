/**
 * Base45 (RFC 9285): bytes as the 45 characters that a QR code writes in five and a half bits each (its
 * alphanumeric mode), so that a code of bytes is nearly as dense as the bytes.
 */
import type { Bytes } from "@tenten/protocol";

const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
const values = new Map([...alphabet].map((character, value) => [character, value]));

/** Two bytes are three characters, the lowest first; one left over is two. */
export function toBase45(bytes: Bytes): string {
	let text = "";
	for (let i = 0; i < bytes.length; i += 2) {
		const isPair = i + 1 < bytes.length;
		let rest = isPair ? (bytes[i] as number) * 256 + (bytes[i + 1] as number) : (bytes[i] as number);
		for (let digit = 0; digit < (isPair ? 3 : 2); digit++) {
			text += alphabet[rest % 45];
			rest = Math.floor(rest / 45);
		}
	}
	return text;
}

/** The bytes, or undefined where the text is not the one that `toBase45` writes for them. */
export function fromBase45(text: string): Bytes | undefined {
	if (text.length % 3 === 1) return undefined;
	const bytes: number[] = [];
	for (let i = 0; i < text.length; i += 3) {
		const digits = [...text.slice(i, i + 3)].map((character) => values.get(character));
		const [low, middle, high = 0] = digits;
		if (low === undefined || middle === undefined || digits.includes(undefined)) return undefined;
		const value = low + 45 * middle + 2025 * high;
		if (value > (digits.length === 3 ? 0xffff : 0xff)) return undefined;
		if (digits.length === 3) bytes.push(value >> 8);
		bytes.push(value & 0xff);
	}
	return Uint8Array.from(bytes);
}
