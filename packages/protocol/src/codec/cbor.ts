/**
 * Deterministic CBOR (RFC 8949 section 4.2.1): one encoding of each value, and nothing else is read.
 *
 * cborg reads and writes; what it would let pass is caught here: depth, number and kinds of items while it reads,
 * and everything else (unsorted keys, longer forms, trailing bytes) by encoding again and comparing.
 *
 * Items: number or bigint (whole), Uint8Array, string, boolean, null, array, Map. No floats, no tags.
 */
import { decode, encode, rfc8949EncodeOptions, Tokenizer, Type } from "cborg";
import { type Bytes, equalBytes } from "./bytes.ts";
import { limits } from "./limits.ts";
import { isRefusal, type Refusal, refuse } from "./refusal.ts";

export type Item =
	| number
	| bigint
	| string
	| boolean
	| null
	| Bytes
	| readonly Item[]
	| ReadonlyMap<number | string, Item>;

const readOptions = {
	strict: true,
	allowIndefinite: false,
	allowUndefined: false,
	allowInfinity: false,
	allowNaN: false,
	allowBigInt: true,
	useMaps: true,
	rejectDuplicateMapKeys: true,
};

const tooDeep = "too deep";
const tooMany = "too many items";

/** Reads tokens for cborg, and stops at the first that our encoding never holds. */
class BoundedTokenizer extends Tokenizer {
	/** items still missing from each open array or map, outermost first */
	readonly #missing: number[] = [];
	/** whether each of these is a map */
	readonly #isMap: boolean[] = [];
	#depth = 0;
	#itemsLeft: number;
	#keysLeft: number = limits.mapKeys;

	constructor(bytes: Bytes, isBounded: boolean) {
		super(bytes, readOptions);
		this.#itemsLeft = isBounded ? limits.items : bytes.length;
		if (!isBounded) this.#keysLeft = bytes.length;
	}

	override next(): ReturnType<Tokenizer["next"]> {
		if (this.#itemsLeft-- === 0) throw new Error(tooMany);
		const token = super.next();
		const { type } = token;
		if (type === Type.float || type === Type.tag || type === Type.undefined)
			throw new Error(`${type.name} is not used`);
		while (this.#depth > 0 && this.#missing[this.#depth - 1] === 0) this.#depth--;
		if (this.#depth > 0) this.#count(type);
		if (type === Type.array || type === Type.map) this.#open(type === Type.map, Number(token.value));
		return token;
	}

	/** One item more of what is open; keys are whole numbers or text. */
	#count(type: Type): void {
		const around = this.#depth - 1;
		const missing = this.#missing[around] as number;
		const isKey = this.#isMap[around] === true && missing % 2 === 0;
		if (isKey && type !== Type.uint && type !== Type.negint && type !== Type.string)
			throw new Error(`${type.name} as a key`);
		if (isKey) this.#countKey();
		this.#missing[around] = missing - 1;
	}

	#countKey(): void {
		if (this.#keysLeft-- === 0) throw new Error(tooMany);
	}

	#open(isMap: boolean, entries: number): void {
		if (this.#depth >= limits.depth) throw new Error(tooDeep);
		if (isMap) this.#countKey();
		this.#missing[this.#depth] = isMap ? 2 * entries : entries;
		this.#isMap[this.#depth] = isMap;
		this.#depth++;
	}
}

/** The one encoding of an item. Throws on what is no item: that is a bug in the caller. */
export function encodeItem(item: Item): Bytes {
	return plain(encode(item, rfc8949EncodeOptions));
}

/** A `Uint8Array` whatever the platform: slices of Node's `Buffer` share its memory instead of copying it. */
function plain(bytes: Bytes): Bytes {
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The item of which `bytes` is the one encoding, or `malformed`, `too-large`, `too-deep`, `too-many`. */
export function decodeItem(bytes: Bytes, maximumBytes: number = limits.message): Item | Refusal {
	const item = decodeOwnItem(bytes, maximumBytes);
	if (isRefusal(item)) return item;
	return equalBytes(encodeItem(item), bytes) ? item : refuse("malformed", "not the shortest sorted encoding");
}

/**
 * As `decodeItem`, of a format that others define and write: maps need not be sorted, nor lengths be the shortest. Only
 * for bytes that are signed as they stand, and that name nothing.
 */
export function decodeForeignItem(bytes: Bytes, maximumBytes: number): Item | Refusal {
	return decodeOwnItem(bytes, Math.min(maximumBytes, limits.message));
}

/**
 * As `decodeItem`, of bytes that this program encoded and that nobody else could have altered (a row that opened
 * under one's own key): they are not encoded again to compare. Never for what came from anybody else.
 */
export function decodeOwnItem(bytes: Bytes, maximumBytes: number): Item | Refusal {
	if (bytes.length > maximumBytes) return refuse("too-large", `${bytes.length} of ${maximumBytes} bytes`);
	try {
		// What is read must not change when the caller uses its buffer again: cborg copies from plain arrays only.
		const tokenizer = new BoundedTokenizer(plain(bytes), maximumBytes < 2 * limits.evidence);
		return decode(bytes, { ...readOptions, tokenizer }) as Item;
	} catch (error) {
		const reason = error instanceof Error ? error.message : "";
		if (reason === tooDeep) return refuse("too-deep");
		return reason === tooMany ? refuse("too-many", reason) : refuse("malformed", reason);
	}
}
