/**
 * Writes deterministic CBOR (RFC 8949 section 4.2.1): the shortest heads, definite lengths, keys in the order of
 * their encodings. Into one buffer that is used again, and zeroed behind what may have been secret.
 */
import { type Bytes, compareBytes } from "./bytes.ts";
import type { Item } from "./cbor.ts";
import { textLength, writeText } from "./utf8.ts";

const initialBytes = 4096;
/** above this, a buffer is not kept for the next item */
const keptBytes = 1 << 20;

export class Writer {
	#buffer: Bytes = new Uint8Array(initialBytes);
	#at = 0;

	/** The encoding of `item`. Throws on what is no item. */
	write(item: Item): Bytes {
		this.#at = 0;
		this.#item(item);
		const encoded = this.#buffer.slice(0, this.#at);
		this.#clear();
		return encoded;
	}

	/** What `use` makes of `prefix` and the encoding behind it: a view that ends with the call, so it must not write. */
	lend<T>(prefix: Bytes, item: Item, use: (bytes: Bytes) => T): T {
		this.#at = 0;
		this.#append(prefix);
		this.#item(item);
		const result = use(this.#buffer.subarray(0, this.#at));
		this.#clear();
		return result;
	}

	#clear(): void {
		if (this.#buffer.length > keptBytes) this.#buffer = new Uint8Array(initialBytes);
		else this.#buffer.fill(0, 0, this.#at);
	}

	#item(item: Item): void {
		if (typeof item === "number") this.#number(item);
		else if (item instanceof Uint8Array) this.#byteString(item);
		else if (typeof item === "bigint") this.#bigint(item);
		else if (Array.isArray(item)) {
			this.#head(4, item.length);
			for (const part of item as readonly Item[]) this.#item(part);
		} else if (item === null) this.#byte(0xf6);
		else if (typeof item === "string") this.#text(item);
		else if (typeof item === "boolean") this.#byte(item ? 0xf5 : 0xf4);
		else if (item instanceof Map) this.#map(item as ReadonlyMap<number | string, Item>);
		else throw new TypeError(`no item: ${typeof item}`);
	}

	#number(value: number): void {
		if (!Number.isSafeInteger(value)) throw new RangeError(`no whole number that is exact: ${value}`);
		if (value < 0) this.#head(1, -1 - value);
		else this.#head(0, value);
	}

	#bigint(value: bigint): void {
		const type = value < 0n ? 1 : 0;
		const argument = value < 0n ? -1n - value : value;
		if (argument >> 64n !== 0n) throw new RangeError(`beyond 64 bits: ${value}`);
		if (argument <= BigInt(Number.MAX_SAFE_INTEGER)) this.#head(type, Number(argument));
		else {
			this.#room(9);
			this.#buffer[this.#at++] = (type << 5) | 27;
			this.#word(Number(argument >> 32n));
			this.#word(Number(argument & 0xffff_ffffn));
		}
	}

	#byteString(bytes: Bytes): void {
		this.#head(2, bytes.length);
		this.#append(bytes);
	}

	#append(bytes: Bytes): void {
		this.#room(bytes.length);
		this.#buffer.set(bytes, this.#at);
		this.#at += bytes.length;
	}

	#text(text: string): void {
		const length = textLength(text);
		this.#head(3, length);
		this.#room(length);
		writeText(this.#buffer, this.#at, text);
		this.#at += length;
	}

	#map(map: ReadonlyMap<number | string, Item>): void {
		this.#head(5, map.size);
		const entries = [...map].map(([key, value]) => [this.#keyOf(key), value] as const);
		for (const [key, value] of entries.sort(([a], [b]) => compareBytes(a, b))) {
			this.#append(key);
			this.#item(value);
		}
	}

	/** Written where it may stand, and taken back: order is known only when all keys are. */
	#keyOf(key: number | string): Bytes {
		const from = this.#at;
		this.#item(key);
		const encoded = this.#buffer.slice(from, this.#at);
		this.#at = from;
		return encoded;
	}

	/** Major type and argument, a safe integer. */
	#head(type: number, argument: number): void {
		this.#room(9);
		const initial = type << 5;
		if (argument < 24) this.#buffer[this.#at++] = initial | argument;
		else if (argument < 0x100) {
			this.#buffer[this.#at++] = initial | 24;
			this.#buffer[this.#at++] = argument;
		} else if (argument < 0x1_0000) {
			this.#buffer[this.#at++] = initial | 25;
			this.#buffer[this.#at++] = argument >> 8;
			this.#buffer[this.#at++] = argument & 0xff;
		} else if (argument < 2 ** 32) {
			this.#buffer[this.#at++] = initial | 26;
			this.#word(argument);
		} else {
			this.#buffer[this.#at++] = initial | 27;
			this.#word(Math.floor(argument / 2 ** 32));
			this.#word(argument % 2 ** 32);
		}
	}

	#word(value: number): void {
		for (let shift = 24; shift >= 0; shift -= 8) this.#buffer[this.#at++] = (value >>> shift) & 0xff;
	}

	#byte(value: number): void {
		this.#room(1);
		this.#buffer[this.#at++] = value;
	}

	#room(bytes: number): void {
		if (this.#at + bytes <= this.#buffer.length) return;
		const larger = new Uint8Array(Math.max(2 * this.#buffer.length, this.#at + bytes));
		larger.set(this.#buffer.subarray(0, this.#at));
		this.#buffer.fill(0);
		this.#buffer = larger;
	}
}
