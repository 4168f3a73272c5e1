/**
 * A proof that travels alone (C2SP tlog-proof): an entry's place, its path, and the checkpoint that it leads to.
 *
 * Whoever has the entry, and the keys of the log and of witnesses, verifies it offline.
 */
import {
	type Bytes,
	concatBytes,
	fromBase64,
	fromUtf8,
	isRefusal,
	type Refusal,
	refuse,
	toBase64,
	toUtf8,
} from "../codec/index.ts";
import { leafHash, type Verify } from "../crypto/index.ts";
import { type LogKeys, openCheckpoint, parseSize, type VerifiedCheckpoint } from "./checkpoint.ts";
import { noteBytes } from "./note.ts";
import { proofHashes, verifyInclusion } from "./proof.ts";

export type PortableProof = {
	readonly index: number;
	readonly path: readonly Bytes[];
	/** the signed note, as it was served */
	readonly checkpoint: Bytes;
};

const header = "c2sp.org/tlog-proof@v1";
/** bytes before the checkpoint: header, place and 63 hashes */
const headBytes = 4096;

export function writePortableProof({ index, path, checkpoint }: PortableProof): Bytes {
	const lines = [header, `index ${index}`, ...path.map(toBase64), ""];
	return concatBytes(toUtf8(`${lines.join("\n")}\n`), checkpoint);
}

/** What such a file says, or `malformed`, `too-large`. One with extra data is `type-unknown`: nothing here reads it. */
export function parsePortableProof(bytes: Bytes): PortableProof | Refusal {
	if (bytes.length > headBytes + noteBytes) return refuse("too-large", "a proof");
	const end = bytes.findIndex((byte, i) => byte === 0x0a && bytes[i + 1] === 0x0a);
	const head = end < 0 ? undefined : fromUtf8(bytes.subarray(0, end));
	const [first, place = "", ...hashes] = head?.split("\n") ?? [];
	if (first !== header) return refuse("malformed", "no proof of this form");
	if (place.startsWith("extra ")) return refuse("type-unknown", "a proof with extra data");
	const index = place.startsWith("index ") ? parseSize(place.slice(6)) : undefined;
	const path = hashes.map(fromBase64).filter((hash) => hash?.length === 32) as readonly Bytes[];
	if (index === undefined || path.length !== hashes.length || path.length > proofHashes)
		return refuse("malformed", "a proof has a place, and hashes of 32 bytes");
	return { index, path, checkpoint: bytes.subarray(end + 2) };
}

/** The checkpoint under which an entry is logged; or the refusals of `openCheckpoint`, or `not-logged`. */
export function verifyPortableProof(
	proof: PortableProof,
	entry: Bytes,
	keys: LogKeys,
	verify: Verify,
): VerifiedCheckpoint | Refusal {
	const opened = openCheckpoint(proof.checkpoint, keys, verify);
	if (isRefusal(opened)) return opened;
	const isLogged = verifyInclusion(leafHash(entry), proof.index, opened.size, proof.path, opened.root);
	return isLogged ? opened : refuse("not-logged", `entry ${proof.index} of ${opened.size}`);
}
