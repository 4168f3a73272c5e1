/**
 * Dense inputs: those that name most for their length, such as an array of sixty thousand empty ones.
 *
 * A decoder that builds what an input names before it looks at the limits shows itself here.
 */
import type { Form } from "./mutate.ts";

/** bytes: nearly the longest message, and a short one */
const lengths = [60_000, 1_000] as const;

export function denseInputs(form: Form): readonly Uint8Array[] {
	return lengths.flatMap((length) => (form === "items" ? denseItems(length) : denseTexts(length)));
}

/** CBOR (RFC 8949): a head that says how much comes, then `length` bytes that are an item each. */
function denseItems(length: number): readonly Uint8Array[] {
	const [high, low] = [length >> 8, length & 255];
	const pairs = length >> 1;
	const array = [0x9a, 0, 0, high, low];
	return [
		filled(array, 0x00, length),
		filled(array, 0x40, length),
		filled(array, 0x80, length),
		filled([0x83, ...array], 0x60, length),
		filled([0xba, 0, 0, pairs >> 8, pairs & 255], 0x00, 2 * pairs),
		filled([], 0x81, length),
		filled([], 0xa1, length),
		filled([], 0x5b, length),
		filled([0x59, high, low], 0x80, length),
		filled([0x79, high, low], 0xc3, length),
	];
}

function filled(head: readonly number[], byte: number, length: number): Uint8Array {
	const input = new Uint8Array(head.length + length).fill(byte);
	input.set(head);
	return input;
}

function denseTexts(length: number): readonly Uint8Array[] {
	const units = ["[", "[],", '{"a":', '"",', "\\u0000", "A", ",", '""\n', "tenten:", "\u{1F600}", "-", "9"];
	return units.flatMap((unit) => {
		const text = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
		return [text, `[${text.replace(/,$/, "")}]`, `{"text":"${text}`].map((each) =>
			Uint8Array.from(Buffer.from(each)),
		);
	});
}
