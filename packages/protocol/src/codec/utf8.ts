/**
 * UTF-8 (RFC 3629) without a platform: ECMAScript's own percent coding reads it strictly, and knows no other text.
 */
import type { Bytes } from "./bytes.ts";

const percent = 0x25;
const hex = (byte: number): string => `%${byte < 16 ? "0" : ""}${byte.toString(16)}`;

/** The text of these bytes, or undefined where they are no UTF-8 (overlong forms and surrogates are none). */
export function fromUtf8(bytes: Bytes): string | undefined {
	let escaped = "";
	for (const byte of bytes)
		escaped += byte < 0x80 && byte !== percent ? String.fromCharCode(byte) : hex(byte);
	try {
		return decodeURIComponent(escaped);
	} catch {
		return undefined;
	}
}

/** Throws where `text` holds half a surrogate pair: it is no text. */
export function toUtf8(text: string): Bytes {
	const escaped = encodeURIComponent(text);
	const bytes: number[] = [];
	for (let i = 0; i < escaped.length; i++) {
		const code = escaped.charCodeAt(i);
		if (code !== percent) bytes.push(code);
		else {
			bytes.push(16 * digit(escaped, i + 1) + digit(escaped, i + 2));
			i += 2;
		}
	}
	return Uint8Array.from(bytes);
}

/** `encodeURIComponent` writes capital digits. */
function digit(text: string, at: number): number {
	const code = text.charCodeAt(at);
	return code < 0x41 ? code - 0x30 : code - 0x37;
}
