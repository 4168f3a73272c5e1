/**
 * Ids: SHA-256 over a domain tag and the signed content, never over signature bytes and never shortened.
 *
 * The input is a CBOR sequence (RFC 8742): the tag as a text string, then the content. A text string says
 * its own length, so content of one type is never the content of another.
 */
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { type Bytes, concatBytes, encodeItem, equalBytes, type Item } from "../codec/index.ts";

/** What is hashed under which tag; the tags of what is signed stand in `sign1.ts`. */
const hashTags = [
	"account",
	"agreement",
	"appeal",
	"appeal-outcome",
	"asset",
	"attempt",
	"certificate",
	"consent",
	"count",
	"crossing",
	"crossing-state",
	"data",
	"deal",
	"deal-offer",
	"definition",
	"device-record",
	"document",
	"freeze-list",
	"issue",
	"key",
	"line",
	"link",
	"lot",
	"meter",
	"meter-request",
	"mandate",
	"order",
	"output",
	"owner",
	"party",
	"party-claim",
	"party-file",
	"party-statement",
	"record",
	"request",
	"room",
	"rule-book",
	"sample-draw",
	"sample-nonce",
	"seal",
	"settlement",
	"state-leaf",
	"state-node",
	"status",
	"sum-leaf",
	"sum-node",
	"tick-proof",
	"tick-seed",
	"transfer",
] as const;

export type HashTag = (typeof hashTags)[number];

/** Writes the 32 bytes of the hash `into` what it is given, and keeps nothing of either. */
type Sha256 = (bytes: Bytes, into: Bytes) => void;

let implementation: Sha256 = (bytes, into) => into.set(nobleSha256(bytes));

/** FIPS 180-4. `into`: 32 bytes to write it to, for who hashes often and keeps nothing; answers with them. */
export function sha256(bytes: Bytes, into: Bytes = new Uint8Array(32)): Bytes {
	implementation(bytes, into);
	return into;
}

/**
 * Takes the platform's own SHA-256, which is faster: the same function, so nothing else changes. One that
 * differs from the library's is refused with an error.
 */
export function useSha256(faster: Sha256): void {
	for (const length of [0, 3, 55, 56, 64, 200]) {
		const message = new Uint8Array(length).fill(0x61);
		const into = new Uint8Array(32);
		faster(message, into);
		if (!equalBytes(into, nobleSha256(message))) throw new RangeError("this is not SHA-256");
	}
	implementation = faster;
}

const prefixes = Object.fromEntries(hashTags.map((tag) => [tag, encodeItem(`tenten/1/${tag}`)])) as Readonly<
	Record<HashTag, Bytes>
>;

/** The 32-byte id of an item. */
export function taggedHash(tag: HashTag, content: Item): Bytes {
	return taggedHashOfEncoded(tag, encodeItem(content));
}

/** Tag and content are put together here, so that no memory is asked for: most of what is hashed fits. */
const joined: Bytes = new Uint8Array(1024);

/** As `taggedHash`, of content that is encoded already. */
export function taggedHashOfEncoded(tag: HashTag, encoded: Bytes): Bytes {
	const prefix = prefixes[tag];
	const length = prefix.length + encoded.length;
	if (length > joined.length) return sha256(concatBytes(prefix, encoded));
	joined.set(prefix);
	joined.set(encoded, prefix.length);
	return sha256(joined.subarray(0, length));
}
