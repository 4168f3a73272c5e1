/**
 * Deterministic CBOR (RFC 8949 section 4.2.1): one encoding of each value, and nothing else is read.
 *
 * cborg reads and writes; what it would let pass is caught here: depth and kinds of items while it reads,
 * and everything else (unsorted keys, longer forms, trailing bytes) by encoding again and comparing.
 *
 * Items: number or bigint (whole), Uint8Array, string, boolean, null, array, Map. No floats, no tags.
 */
import { decode, encode, rfc8949EncodeOptions, Tokenizer } from "cborg";
import { type Bytes, equalBytes } from "./bytes.ts";
import { limits } from "./limits.ts";
import { type Refusal, refuse } from "./refusal.ts";

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

const unused = new Set(["float", "tag", "undefined"]);
const keys = new Set(["uint", "negint", "string"]);

/** Reads tokens for cborg, and stops at the first that our encoding never holds. */
class BoundedTokenizer extends Tokenizer {
	/** what is open, outermost first, with the items still missing from it */
	readonly #open: { readonly isMap: boolean; missing: number }[] = [];

	override next(): ReturnType<Tokenizer["next"]> {
		const token = super.next();
		const kind = token.type.name;
		if (unused.has(kind)) throw new Error(`${kind} is not used`);
		while (this.#open.at(-1)?.missing === 0) this.#open.pop();
		const around = this.#open.at(-1);
		if (around !== undefined) {
			if (around.isMap && around.missing % 2 === 0 && !keys.has(kind)) throw new Error(`${kind} as a key`);
			around.missing--;
		}
		if (kind === "array" || kind === "map") {
			if (this.#open.length >= limits.depth) throw new Error("too deep");
			const isMap = kind === "map";
			this.#open.push({ isMap, missing: Number(token.value) * (isMap ? 2 : 1) });
		}
		return token;
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

/** The item of which `bytes` is the one encoding, or `malformed`, `too-large`, `too-deep`. */
export function decodeItem(bytes: Bytes, maximumBytes: number = limits.message): Item | Refusal {
	if (bytes.length > maximumBytes) return refuse("too-large", `${bytes.length} of ${maximumBytes} bytes`);
	let item: Item;
	try {
		// What is read must not change when the caller uses its buffer again: cborg copies from plain arrays only.
		const tokenizer = new BoundedTokenizer(plain(bytes), readOptions);
		item = decode(bytes, { ...readOptions, tokenizer });
	} catch (error) {
		const reason = error instanceof Error ? error.message : "";
		return reason === "too deep" ? refuse("too-deep") : refuse("malformed", reason);
	}
	return equalBytes(encodeItem(item), bytes) ? item : refuse("malformed", "not the shortest sorted encoding");
}
