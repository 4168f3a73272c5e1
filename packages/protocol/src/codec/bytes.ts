/** Small helpers on byte strings. */

export type Bytes = Uint8Array;

export function equalBytes(a: Bytes, b: Bytes): boolean {
	if (a.length !== b.length) return false;
	for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
	return true;
}

/** Bytewise order, as RFC 8949 section 4.2.1 sorts. */
export function compareBytes(a: Bytes, b: Bytes): number {
	const common = Math.min(a.length, b.length);
	for (let i = 0; i < common; i++) {
		const difference = (a[i] as number) - (b[i] as number);
		if (difference !== 0) return difference;
	}
	return a.length - b.length;
}

export function concatBytes(...parts: readonly Bytes[]): Bytes {
	let length = 0;
	for (const part of parts) length += part.length;
	const joined = new Uint8Array(length);
	let offset = 0;
	for (const part of parts) {
		joined.set(part, offset);
		offset += part.length;
	}
	return joined;
}

const digits: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
	byte.toString(16).padStart(2, "0"),
);

/** Lower-case hexadecimal: the text form of every id. */
export function toHex(bytes: Bytes): string {
	let text = "";
	for (const byte of bytes) text += digits[byte];
	return text;
}

/** The bytes of lower-case hexadecimal text, or undefined when it is anything else. */
export function fromHex(text: string): Bytes | undefined {
	if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined;
	return Uint8Array.from(
		{ length: text.length / 2 },
		(_, i) => 16 * digitOf(text, 2 * i) + digitOf(text, 2 * i + 1),
	);
}

function digitOf(text: string, position: number): number {
	const code = text.charCodeAt(position);
	return code <= 0x39 ? code - 0x30 : code - 0x57;
}
