/**
 * Mutations of text: JSON retyped value by value, and any text cut, doubled and sprinkled with what parsers stumble over.
 */
import { type Dice, pick } from "./dice.ts";

/** Put in, or in the place of something. */
const words = [
	"",
	" ",
	"\n",
	"\r\n",
	"\t",
	"\0",
	"\uFEFF",
	'"',
	'""',
	"'",
	",",
	";",
	":",
	"{",
	"}",
	"[",
	"]",
	"{}",
	"[]",
	"null",
	"true",
	"0",
	"-0",
	"-1",
	"1e3",
	"1e400",
	"9007199254740993",
	"9223372036854775807",
	"9223372036854775808",
	"0x10",
	"1_000",
	"NaN",
	"__proto__",
	"constructor",
	"prototype",
	"%00",
	"%2e%2e/",
	"../",
	"\\u0000",
	"\\ud800",
	"é",
	"e\u0301",
	"💴",
	"１２",
	"#",
	"?",
	"tenten:",
	"https://",
	"http://127.0.0.1",
	"[::1]",
	"@",
	"=",
	"==",
	"-",
	"_",
	"/",
	"//",
	"A".repeat(300),
	"a".repeat(70_000),
];

/** Values that a field of JSON may turn into. */
const values: readonly unknown[] = [
	null,
	true,
	false,
	0,
	-1,
	0.5,
	1e21,
	2 ** 53,
	"",
	"0",
	"-1",
	"x",
	"1".repeat(21),
	[],
	[[]],
	{},
	{ toString: null },
];

export function mutateText(
	seed: Uint8Array,
	edits: number,
	dice: Dice,
	seeds: readonly Uint8Array[],
): Uint8Array {
	let text = Buffer.from(seed).toString("utf8");
	for (let i = 0; i < edits; i++) {
		const parsed = dice(2) === 0 ? jsonOf(text) : undefined;
		text = parsed === undefined ? edited(text, dice, seeds) : JSON.stringify(changed(parsed.value, dice));
		if (text === undefined) text = "";
	}
	const bytes = Uint8Array.from(Buffer.from(text.slice(0, 200_000)));
	// Now and then a byte that no text has.
	if (edits > 0 && bytes.length > 0 && dice(12) === 0) bytes[dice(bytes.length)] = 128 + dice(128);
	return bytes;
}

function jsonOf(text: string): { readonly value: unknown } | undefined {
	try {
		return { value: JSON.parse(text) };
	} catch {
		return undefined;
	}
}

/** One value somewhere inside: another, gone, doubled or deeper. */
function changed(value: unknown, dice: Dice): unknown {
	if (typeof value !== "object" || value === null || dice(4) === 0)
		return dice(12) === 0 ? deep(value, 1 + dice(50)) : pick(dice, values);
	if (Array.isArray(value)) {
		if (value.length === 0 || dice(4) === 0) return [...value, pick(dice, [...value, ...values])];
		const at = dice(value.length);
		return dice(3) === 0 ? value.toSpliced(at, 1) : value.with(at, changed(value[at], dice));
	}
	const entries = Object.entries(value);
	const at = dice(Math.max(1, entries.length));
	const [name = "x", inside = null] = entries[at] ?? [];
	if (dice(4) === 0) return Object.fromEntries(entries.toSpliced(at, 1));
	if (dice(4) === 0) return Object.fromEntries([...entries, [pick(dice, words).slice(0, 20), inside]]);
	return Object.fromEntries(entries.toSpliced(at, 1, [name, changed(inside, dice)]));
}

function deep(value: unknown, depth: number): unknown {
	return depth === 0 ? value : [deep(value, depth - 1)];
}

function edited(text: string, dice: Dice, seeds: readonly Uint8Array[]): string {
	const at = dice(text.length + 1);
	const length = 1 + dice(pick(dice, [1, 4, 40]));
	switch (dice(5)) {
		case 0:
			return text.slice(0, at) + text.slice(at + length);
		case 1:
			return text.slice(0, at) + pick(dice, words) + text.slice(at);
		case 2:
			return text.slice(0, at) + pick(dice, words) + text.slice(at + length);
		case 3:
			return text.slice(0, at) + text.slice(Math.max(0, at - length));
		default: {
			const other = Buffer.from(pick(dice, seeds)).toString("utf8");
			return text.slice(0, at) + other.slice(dice(other.length + 1));
		}
	}
}
