/**
 * Deterministic CBOR (RFC 8949 section 4.2.1): one encoding of each value, and nothing else is read.
 *
 * What could go wrong is that two programs read one message in two ways, or that a message costs more to read
 * than it is worth: so the reader refuses whatever the writer would not have written, and counts as it goes.
 *
 * Items: number or bigint (whole), Uint8Array, string, boolean, null, array, Map. No floats, no tags.
 */
import type { Bytes } from "./bytes.ts";
import { Reader, Unreadable } from "./cbor-reader.ts";
import { Writer } from "./cbor-writer.ts";
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

const writer = new Writer();

/** The one encoding of an item. Throws on what is no item: that is a bug in the caller. */
export function encodeItem(item: Item): Bytes {
	return writer.write(item);
}

/**
 * What `use` makes of `prefix` and the encoding of `item` behind it, without a copy of them. The bytes are lent:
 * they are gone when `use` returns, and it must not encode anything itself.
 */
export function withEncoded<T>(prefix: Bytes, item: Item, use: (bytes: Bytes) => T): T {
	return writer.lend(prefix, item, use);
}

/** The item of which `bytes` is the one encoding, or `malformed`, `too-large`, `too-deep`, `too-many`. */
export function decodeItem(bytes: Bytes, maximumBytes: number = limits.message): Item | Refusal {
	if (bytes.length > maximumBytes) return refuse("too-large", `${bytes.length} of ${maximumBytes} bytes`);
	try {
		return new Reader(plain(bytes), maximumBytes < 2 * limits.evidence).readAll();
	} catch (error) {
		if (error instanceof Unreadable) return refuse(error.code, error.message);
		throw error;
	}
}

/** A `Uint8Array` whatever the platform: slices of Node's `Buffer` share its memory instead of copying it. */
function plain(bytes: Bytes): Bytes {
	return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length);
}
