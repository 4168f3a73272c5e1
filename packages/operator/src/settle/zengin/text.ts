/**
 * Text as Japanese banks take it: one byte a character, JIS X 0201, and few of those.
 *
 *   ひらがな, カタカナ, ﾊﾝｶｸ, full-width letters ──▶ half-width kana, digits, capitals, ( ) - . / ¥ and space
 *
 * Small kana become large ones, and the long vowel and every dash a hyphen (0x2D, never 0xB0). A voiced kana is two
 * bytes that are never parted. ｦ, ｢ and ｣, and the comma, stand in EDI alone. What has no place is refused by its
 * field: a name that is guessed is another's.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";

/** Where a text stands: EDI takes some characters that names do not. */
export type TextField = { readonly name: string; readonly length: number; readonly isEdi?: true };

const [firstKana, lastKana] = [0xff66, 0xff9d];
const [voiced, halfVoiced] = ["\uff9e", "\uff9f"];
/** Half-width kana by their full-width ones: Unicode's own compatibility mapping, turned around. */
const halfWidth = new Map<string, string>();
for (let code = firstKana; code <= lastKana; code++)
	for (const mark of ["", voiced, halfVoiced]) {
		const half = `${String.fromCharCode(code)}${mark}`;
		const full = half.normalize("NFKC");
		// A mark that does not combine stands alone after it.
		if (full.length === 1) halfWidth.set(full, half);
	}

const large = new Map(
	[..."ァアィイゥウェエォオッツャヤュユョヨヮワヵカヶケ"].flatMap((small, at, all) =>
		at % 2 === 0 ? [[small, all[at + 1] as string] as const] : [],
	),
);
const dashes = /[\u2010-\u2015\u2212\u30fc]/;
const always = /^[0-9A-Z ().\-/]$/;
const inEdi = new Map([
	["ヲ", 0xa6],
	["「", 0xa2],
	["」", 0xa3],
	[",", 0x2c],
]);
const yen = 0x5c;

/** The bytes of a text, without filling; `text-refused` names the field and the first character that has no place. */
export function bankText(text: string, field: TextField): Bytes | Refusal {
	const bytes: number[] = [];
	for (const each of text.normalize("NFKC")) {
		const unit = unitOf(each, field.isEdi === true);
		if (unit === undefined) return refuse("text-refused", `${field.name}: banks take no "${each}"`);
		// What is longer than its field ends before the kana whose mark would be cut off.
		if (bytes.length + unit.length > field.length) break;
		bytes.push(...unit);
	}
	return Uint8Array.from(bytes);
}

/** The bytes of one character: two where it is voiced. */
function unitOf(character: string, isEdi: boolean): readonly number[] | undefined {
	if (dashes.test(character)) return [0x2d];
	if (character === "¥") return [yen];
	const hiragana = /^[\u3041-\u3096]$/.test(character);
	const kana = hiragana ? String.fromCharCode(character.charCodeAt(0) + 0x60) : character;
	const upper = large.get(kana) ?? kana.toUpperCase();
	if (always.test(upper)) return [upper.charCodeAt(0)];
	const edi = inEdi.get(upper);
	if (edi !== undefined) return isEdi ? [edi] : undefined;
	const half = halfWidth.get(upper);
	return half === undefined ? undefined : [...half].map((each) => each.charCodeAt(0) - 0xff61 + 0xa1);
}

/** The text of a field's bytes, in half-width kana, without the spaces that fill it; undefined where one is none. */
export function textOfBank(bytes: Bytes): string | undefined {
	let text = "";
	for (const byte of bytes) {
		if (byte === yen) text += "¥";
		else if (byte === 0x2c || always.test(String.fromCharCode(byte))) text += String.fromCharCode(byte);
		else if (byte >= 0xa1 && byte <= 0xdf) text += String.fromCharCode(byte - 0xa1 + 0xff61);
		else return undefined;
	}
	return text.trimEnd();
}
