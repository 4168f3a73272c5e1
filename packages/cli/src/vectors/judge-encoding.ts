/** Judges of bytes: items, structures, hashes, signatures and Merkle paths. */
import {
	coseKey,
	decodeItem,
	encodeItem,
	equalBytes,
	type HashTag,
	type Item,
	isRefusal,
	keyId,
	lockHash,
	parse,
	refuse,
	rootFromPath,
	type SignedType,
	type SuiteName,
	sha256,
	sigStructure,
	taggedHashOfEncoded,
	tickHash,
	toHex,
	verifySign1,
} from "@tenten/protocol";
import { parseStructure } from "./structures.ts";
import { bytesIn, bytesListIn, factsOf, type Judge, must, numberIn, textIn } from "./vector.ts";

/** One item of deterministic CBOR, told in the diagnostic notation of RFC 8949 section 8. */
export const judgeItem: Judge = (input) => {
	const encoded = bytesIn(input, "bytes");
	const item = decodeItem(encoded);
	if (isRefusal(item)) return item;
	if (!equalBytes(encodeItem(item), encoded))
		throw new Error("an item that does not encode to its own bytes");
	return { diagnostic: diagnosticOf(item) };
};

function diagnosticOf(item: Item): string {
	if (item instanceof Uint8Array) return `h'${toHex(item)}'`;
	if (typeof item === "string") return JSON.stringify(item);
	if (item instanceof Map) {
		const entries = [...item].map(([key, value]) => `${diagnosticOf(key)}: ${diagnosticOf(value)}`);
		return `{${entries.join(", ")}}`;
	}
	return Array.isArray(item) ? `[${item.map(diagnosticOf).join(", ")}]` : String(item);
}

export const judgeStructure: Judge = (input) => {
	const encoded = bytesIn(input, "bytes");
	const read = parseStructure(textIn(input, "structure"), encoded);
	if (isRefusal(read)) return read;
	if (!equalBytes(read.again, encoded)) throw new Error("a structure that does not encode to its own bytes");
	return { value: factsOf(read.value) };
};

/** `content` is encoded. A lock and an enrolment's digest carry no tag; a tick has one of its own, over its meter's id and its preimage. */
export const judgeHash: Judge = (input) => {
	const tag = textIn(input, "tag");
	const content = bytesIn(input, "content");
	if (tag === "lock") return { hash: toHex(lockHash(content)) };
	if (tag === "enrolment") return { hash: toHex(sha256(content)) };
	if (tag === "tick") return { hash: toHex(tickHash(content.subarray(0, 32))(content.subarray(32))) };
	const hash = taggedHashOfEncoded(tag as HashTag, content);
	if (tag === "key" && !equalBytes(hash, keyId(must(parse(coseKey, content), "content"))))
		throw new Error("a key has two ids");
	return { hash: toHex(hash) };
};

/** Plain bytes under a plain key: what a suite alone says. */
export const judgeSignature: Judge = (input, verify) => {
	const suite = textIn(input, "suite") as SuiteName;
	const key = { suite, bytes: bytesIn(input, "key") };
	return verify(key, bytesIn(input, "message"), bytesIn(input, "signature"))
		? {}
		: refuse("signature-invalid");
};

/** A payload of one type under a COSE_Key. */
export const judgeSigned: Judge = (input, verify) => {
	const key = must(parse(coseKey, bytesIn(input, "key")), "key");
	const type = textIn(input, "type") as SignedType;
	const payload = bytesIn(input, "payload");
	const holds = verifySign1(verify, key, type, payload, bytesIn(input, "signature"));
	return holds
		? { sigStructure: toHex(sigStructure(type, key.suite, payload)), keyId: toHex(keyId(key)) }
		: refuse("signature-invalid");
};

export const judgePath: Judge = (input) => {
	const entry = bytesIn(input, "entry");
	const path = bytesListIn(input, "path");
	const root = rootFromPath(entry, numberIn(input, "index"), numberIn(input, "size"), path);
	return root === undefined ? refuse("issue-proof-invalid") : { root: toHex(root) };
};
