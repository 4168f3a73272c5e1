/**
 * Reads deterministic CBOR (RFC 8949 section 4.2.1) in one pass, and stops at the first byte that the one encoding
 * of an item never holds: longer forms, indefinite lengths, floats, tags, other simple values, keys that do not
 * ascend, text that is no UTF-8. So nothing has to be encoded again to be compared.
 *
 * Lengths are promises of whoever wrote them: nothing is set aside for what has not been read. Depth, items, maps
 * and keys are counted while reading.
 */
import type { Bytes } from "./bytes.ts";
import type { Item } from "./cbor.ts";
import { limits } from "./limits.ts";
import { readText } from "./utf8.ts";

/** Why reading stopped; the message says what was found. */
export class Unreadable extends Error {
	readonly code: "malformed" | "too-deep" | "too-many";
	constructor(code: Unreadable["code"], message: string) {
		super(message);
		this.code = code;
	}
}

/** Major types (RFC 8949 section 3.1). */
const major = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6, simple: 7 } as const;

const simpleValues = new Map<number, boolean | null>([
	[20, false],
	[21, true],
	[22, null],
]);

export class Reader {
	readonly #bytes: Bytes;
	#at = 0;
	#depth = 0;
	#itemsLeft: number;
	#keysLeft: number;

	/** `isBounded`: items and keys are limited; else by the length alone. */
	constructor(bytes: Bytes, isBounded: boolean) {
		this.#bytes = bytes;
		this.#itemsLeft = isBounded ? limits.items : bytes.length;
		this.#keysLeft = isBounded ? limits.mapKeys : bytes.length;
	}

	/** The one item that the bytes hold. Throws `Unreadable` where they hold none, or anything more. */
	readAll(): Item {
		const item = this.#next();
		if (this.#at < this.#bytes.length) throw new Unreadable("malformed", "bytes left over");
		return item;
	}

	#next(): Item {
		if (this.#itemsLeft-- === 0) throw new Unreadable("too-many", "too many items");
		const initial = this.#byte();
		const short = initial & 31;
		switch (initial >> 5) {
			case major.unsigned:
				return this.#argument(short);
			case major.negative:
				return negative(this.#argument(short));
			case major.bytes:
				return this.#byteString(short);
			case major.text:
				return this.#text(short);
			case major.array:
				return this.#array(this.#argument(short));
			case major.map:
				return this.#map(this.#argument(short));
			case major.simple: {
				const value = simpleValues.get(short);
				if (value !== undefined) return value;
			}
		}
		throw new Unreadable("malformed", `a byte that begins no item: ${initial}`);
	}

	#byte(): number {
		if (this.#at >= this.#bytes.length) throw new Unreadable("malformed", "ends too early");
		return this.#bytes[this.#at++] as number;
	}

	/** The number in an item's head: a bigint where no safe integer holds it. */
	#argument(short: number): number | bigint {
		if (short < 24) return short;
		if (short > 27) throw new Unreadable("malformed", "an indefinite or reserved length");
		const width = 1 << (short - 24);
		let value = 0;
		for (let i = 0; i < Math.min(width, 4); i++) value = value * 256 + this.#byte();
		if (width < 8) {
			if (value < (width === 1 ? 24 : 256 ** (width / 2))) throw new Unreadable("malformed", "a longer form");
			return value;
		}
		if (value === 0) throw new Unreadable("malformed", "a longer form");
		let low = 0;
		for (let i = 0; i < 4; i++) low = low * 256 + this.#byte();
		return value < 2 ** 21 ? value * 2 ** 32 + low : (BigInt(value) << 32n) | BigInt(low);
	}

	/** Where a string of `short`'s length ends, its head being read. */
	#end(short: number): number {
		const length = this.#argument(short);
		if (length > this.#bytes.length - this.#at) throw new Unreadable("malformed", "ends too early");
		return this.#at + Number(length);
	}

	/** A copy: what is read must not change when the caller uses its buffer again. */
	#byteString(short: number): Bytes {
		const to = this.#end(short);
		const bytes = this.#bytes.slice(this.#at, to);
		this.#at = to;
		return bytes;
	}

	#text(short: number): string {
		const to = this.#end(short);
		const text = readText(this.#bytes, this.#at, to);
		if (text === undefined) throw new Unreadable("malformed", "no UTF-8");
		this.#at = to;
		return text;
	}

	#array(length: number | bigint): readonly Item[] {
		this.#open();
		const items: Item[] = [];
		for (let i = 0; i < length; i++) items.push(this.#next());
		this.#depth--;
		return items;
	}

	#map(entries: number | bigint): ReadonlyMap<number | string, Item> {
		this.#open();
		this.#countKey();
		const map = new Map<number | string, Item>();
		let [from, to] = [this.#at, this.#at];
		for (let i = 0; i < entries; i++) {
			const begin = this.#at;
			const key = this.#key();
			if (i > 0 && !this.#ascends(from, to, begin))
				throw new Unreadable("malformed", "keys that do not ascend");
			[from, to] = [begin, this.#at];
			map.set(key, this.#next());
		}
		this.#depth--;
		return map;
	}

	#open(): void {
		if (this.#depth >= limits.depth) throw new Unreadable("too-deep", "too deep");
		this.#depth++;
	}

	#countKey(): void {
		if (this.#keysLeft-- === 0) throw new Unreadable("too-many", "too many items");
	}

	/** Whole numbers or text. */
	#key(): number | string {
		const type = (this.#bytes[this.#at] ?? 0) >> 5;
		if (type !== major.unsigned && type !== major.negative && type !== major.text)
			throw new Unreadable("malformed", "a key of another type");
		this.#countKey();
		// A bigint where it must be: as a key it is one like any other.
		return this.#next() as number | string;
	}

	/** Whether the key that was just read, from `begin` on, comes after the one before it, bytewise. */
	#ascends(from: number, to: number, begin: number): boolean {
		const length = Math.min(to - from, this.#at - begin);
		for (let i = 0; i < length; i++) {
			const difference = (this.#bytes[begin + i] as number) - (this.#bytes[from + i] as number);
			if (difference !== 0) return difference > 0;
		}
		return this.#at - begin > to - from;
	}
}

function negative(argument: number | bigint): number | bigint {
	if (typeof argument === "bigint") return -1n - argument;
	const value = -1 - argument;
	return Number.isSafeInteger(value) ? value : -1n - BigInt(argument);
}
