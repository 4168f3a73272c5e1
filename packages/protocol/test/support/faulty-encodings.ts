/**
 * Every way to encode one item wrongly in one place: what a deterministic decoder must refuse.
 *
 * A small CBOR writer (RFC 8949 section 3) that shares nothing with the one under test. It writes each item
 * correctly except at one node, where it breaks one rule.
 */
import { concatBytes, type Item } from "@tenten/protocol";

export type FaultyEncoding = { readonly fault: string; readonly bytes: Uint8Array };

/** Encodings of `item`, each with one fault, at each node where that fault is possible. */
export function faultyEncodings(item: Item): readonly FaultyEncoding[] {
	return [...inside(item)].map(([fault, bytes]) => ({ fault, bytes }));
}

type Variant = readonly [fault: string, bytes: Uint8Array];

function* inside(item: Item): Generator<Variant> {
	yield* here(item);
	const parts = partsOf(item);
	const written = parts.map(write);
	for (const [position, part] of parts.entries())
		for (const [fault, bytes] of inside(part))
			yield [fault, concatBytes(headOf(item), ...written.with(position, bytes))];
}

function* here(item: Item): Generator<Variant> {
	const right = write(item);
	yield ["tagged", concatBytes(Uint8Array.of(0xc1), right)];
	yield ["undefined in its place", Uint8Array.of(0xf7)];
	yield ["a simple value in its place", Uint8Array.of(0xe0)];
	yield ["a simple value in two bytes", Uint8Array.of(0xf8, 0x20)];
	yield ["a break in its place", Uint8Array.of(0xff)];
	yield ["a reserved length", Uint8Array.of(((right[0] as number) & 0xe0) | 28)];
	if (typeof item === "number" || typeof item === "bigint") {
		for (const width of [1, 2, 4, 8])
			if (canWiden(right, width)) yield [`an integer in ${width} bytes`, widen(right, width)];
		const float = new DataView(new ArrayBuffer(9));
		float.setUint8(0, 0xfb);
		float.setFloat64(1, Number(item));
		yield ["a double", new Uint8Array(float.buffer)];
		float.setUint8(0, 0xfa);
		float.setFloat32(1, Number(item));
		yield ["a float", new Uint8Array(float.buffer.slice(0, 5))];
		yield ["a half float", Uint8Array.of(0xf9, 0x3c, 0x00)];
		const magnitude = Uint8Array.of(0x41, Number(BigInt.asUintN(8, BigInt(item))));
		yield ["a big number", concatBytes(Uint8Array.of(0xc2), magnitude)];
		return;
	}
	if (item === null || typeof item === "boolean") return;
	const head = headOf(item);
	const content = right.subarray(head.length);
	for (const width of [1, 2, 4, 8])
		if (canWiden(head, width)) yield [`a length in ${width} bytes`, concatBytes(widen(head, width), content)];
	const major = (head[0] as number) & 0xe0;
	const chunk = major === 0x40 || major === 0x60 ? right : content;
	yield ["an indefinite length", concatBytes(Uint8Array.of(major | 31), chunk, Uint8Array.of(0xff))];
	yield ["a length beyond the end", concatBytes(Uint8Array.of(major | 27, 0, 0, 0, 1, 0, 0, 0, 0), content)];
	yield ["a length of 2^64 - 1", concatBytes(Uint8Array.of(major | 27, ...new Array(8).fill(255)), content)];
	if (typeof item === "string" && item !== "")
		yield ["text that is not UTF-8", concatBytes(head, new Uint8Array(content.length).fill(0xff))];
	if (item instanceof Map) yield* mapFaults(item);
}

function* mapFaults(map: ReadonlyMap<number | string, Item>): Generator<Variant> {
	const entries = [...map].map(([key, value]) => concatBytes(write(key), write(value)));
	if (entries.length > 1)
		yield ["keys not in order", concatBytes(lead(0xa0, entries.length), ...sorted(entries).toReversed())];
	const [first] = sorted(entries);
	if (first !== undefined)
		yield ["a key twice", concatBytes(lead(0xa0, entries.length + 1), first, ...sorted(entries))];
	yield [
		"a key that is an array",
		concatBytes(lead(0xa0, entries.length + 1), ...sorted(entries), Uint8Array.of(0x80, 0)),
	];
	yield [
		"a key without its value",
		concatBytes(lead(0xa0, entries.length + 1), ...sorted(entries), Uint8Array.of(0x18, 0xff)),
	];
}

function sorted(entries: readonly Uint8Array[]): readonly Uint8Array[] {
	return entries.toSorted((a, b) => Buffer.compare(a, b));
}

function partsOf(item: Item): readonly Item[] {
	if (item instanceof Map) {
		const entries = [...item].toSorted(([a], [b]) => Buffer.compare(write(a), write(b)));
		return entries.flat() as readonly Item[];
	}
	return Array.isArray(item) ? item : [];
}

/** The right encoding. */
export function write(item: Item): Uint8Array {
	if (typeof item === "number" || typeof item === "bigint")
		return item < 0 ? lead(0x20, -1n - BigInt(item)) : lead(0x00, item);
	if (item === null) return Uint8Array.of(0xf6);
	if (typeof item === "boolean") return Uint8Array.of(item ? 0xf5 : 0xf4);
	if (item instanceof Uint8Array) return concatBytes(headOf(item), item);
	if (typeof item === "string") return concatBytes(headOf(item), new TextEncoder().encode(item));
	return concatBytes(headOf(item), ...partsOf(item).map(write));
}

function headOf(item: Item): Uint8Array {
	if (item instanceof Uint8Array) return lead(0x40, item.length);
	if (typeof item === "string") return lead(0x60, new TextEncoder().encode(item).length);
	if (Array.isArray(item)) return lead(0x80, item.length);
	if (item instanceof Map) return lead(0xa0, item.size);
	return new Uint8Array();
}

/** A major type and its argument, in the fewest bytes. */
function lead(major: number, argument: number | bigint): Uint8Array {
	const number = BigInt(argument);
	if (number < 24n) return Uint8Array.of(major | Number(number));
	const width = number < 0x100n ? 1 : number < 0x1_0000n ? 2 : number < 0x1_0000_0000n ? 4 : 8;
	return inWidth(major, number, width);
}

function inWidth(major: number, number: bigint, width: number): Uint8Array {
	const bytes = Array.from({ length: width }, (_, i) =>
		Number((number >> BigInt(8 * (width - 1 - i))) & 0xffn),
	);
	return Uint8Array.of(major | (24 + Math.log2(width)), ...bytes);
}

function canWiden(head: Uint8Array, width: number): boolean {
	return head.length - 1 < width;
}

function widen(head: Uint8Array, width: number): Uint8Array {
	const first = head[0] as number;
	const argument =
		head.length === 1 ? BigInt(first & 31) : BigInt(`0x${Buffer.from(head.subarray(1)).toString("hex")}`);
	return inWidth(first & 0xe0, argument, width);
}
