/** Base64 with padding (RFC 4648 section 4), one text for each byte string: spare bits are zero, nothing stands between. */
import type { Bytes } from "./bytes.ts";

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The six bits of each character, by its code. */
const bits: readonly number[] = Array.from({ length: 128 }, (_, code) =>
	alphabet.indexOf(String.fromCharCode(code)),
);

export function toBase64(bytes: Bytes): string {
	let text = "";
	for (let i = 0; i < bytes.length; i += 3) {
		const [a = 0, b, c] = bytes.subarray(i, i + 3);
		const three = a * 65_536 + (b ?? 0) * 256 + (c ?? 0);
		text += sixBits(three >> 18) + sixBits(three >> 12);
		text += (b === undefined ? "=" : sixBits(three >> 6)) + (c === undefined ? "=" : sixBits(three));
	}
	return text;
}

function sixBits(value: number): string {
	return alphabet.charAt(value & 63);
}

/** The bytes of such text, or undefined where it is anything else. */
export function fromBase64(text: string): Bytes | undefined {
	if (text.length % 4 !== 0) return undefined;
	const padding = text.endsWith("==") ? 2 : text.endsWith("=") ? 1 : 0;
	const length = (text.length / 4) * 3 - padding;
	const bytes = new Uint8Array(length);
	for (let i = 0, at = 0; i < text.length; i += 4) {
		let three = 0;
		for (let j = i; j < i + 4; j++) {
			const isPadding = j >= text.length - padding;
			const six = isPadding ? 0 : (bits[text.charCodeAt(j)] ?? -1);
			if (six < 0) return undefined;
			three = three * 64 + six;
		}
		const held = Math.min(3, length - at);
		if (held < 3 && (three & (2 ** (8 * (3 - held)) - 1)) !== 0) return undefined;
		for (let j = 0; j < held; j++) bytes[at++] = (three >> (16 - 8 * j)) & 255;
	}
	return bytes;
}
