/**
 * UTF-8 (RFC 3629), strictly: overlong forms, surrogates, what is past U+10FFFF and a leading byte order mark are
 * not read. The platform's own coders are no part of this package's world, and most text here is ASCII.
 */
import type { Bytes } from "./bytes.ts";

const replacement = 0xfffd;
const byteOrderMark = "\ufeff";

/** The text in `bytes` from `from` up to `to`, or undefined where it is not the one UTF-8 encoding of any. */
export function readText(bytes: Bytes, from: number, to: number): string | undefined {
	let text = "";
	let at = from;
	while (at < to) {
		const first = bytes[at] as number;
		const length = first < 0x80 ? 1 : lengthOf(first);
		if (length === 0 || at + length > to) return undefined;
		const point = length === 1 ? first : pointAt(bytes, at, length);
		if (point === undefined) return undefined;
		text += String.fromCodePoint(point);
		at += length;
	}
	return text.startsWith(byteOrderMark) ? undefined : text;
}

/** Bytes of the character that begins so; 0 where none does. */
function lengthOf(first: number): number {
	if (first >= 0xc2 && first <= 0xdf) return 2;
	if (first >= 0xe0 && first <= 0xef) return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

function pointAt(bytes: Bytes, at: number, length: number): number | undefined {
	let point = (bytes[at] as number) & (0xff >> (length + 1));
	for (let i = 1; i < length; i++) {
		const next = bytes[at + i] as number;
		if (next >> 6 !== 2) return undefined;
		point = (point << 6) | (next & 0x3f);
	}
	const isShortest = length === 2 || point >= (length === 3 ? 0x800 : 0x1_0000);
	const isCharacter = point <= 0x10_ffff && !isSurrogate(point);
	return isShortest && isCharacter ? point : undefined;
}

function isSurrogate(point: number): boolean {
	return point >= 0xd800 && point <= 0xdfff;
}

/** Bytes that `text` takes; a lone surrogate takes those of its replacement. */
export function textLength(text: string): number {
	let length = 0;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit < 0x80) length++;
		else if (unit < 0x800) length += 2;
		else if (isPair(text, i)) {
			length += 4;
			i++;
		} else length += 3;
	}
	return length;
}

/** Writes `text` at `at`, where `textLength` bytes are free; a lone surrogate as U+FFFD. */
export function writeText(target: Bytes, at: number, text: string): void {
	let next = at;
	for (let i = 0; i < text.length; i++) {
		const unit = text.charCodeAt(i);
		if (unit < 0x80) {
			target[next++] = unit;
			continue;
		}
		const paired = isPair(text, i);
		const point = paired ? (text.codePointAt(i) as number) : isSurrogate(unit) ? replacement : unit;
		if (paired) i++;
		const more = point < 0x800 ? 1 : point < 0x1_0000 ? 2 : 3;
		target[next++] = ((0xff00 >> (more + 1)) & 0xff) | (point >> (6 * more));
		for (let left = more - 1; left >= 0; left--) target[next++] = 0x80 | ((point >> (6 * left)) & 0x3f);
	}
}

function isPair(text: string, at: number): boolean {
	const [high, low] = [text.charCodeAt(at), text.charCodeAt(at + 1)];
	return high >= 0xd800 && high <= 0xdbff && low >= 0xdc00 && low <= 0xdfff;
}
