/**
 * Documents: what travels with value, both ways.
 *
 * A manifest lists the documents with a salt; its hash stands in the links (`data`) or in the payee's signed
 * answer (`reply`). The documents are messages of their own. A changed or missing document moves no value.
 */
import {
	type Bytes,
	bytes32,
	equalBytes,
	integer,
	limits,
	list,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	text,
} from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

/** bytes of one document, so that its message stays within the limit of a message */
export const maximumDocumentBytes = limits.message - 512;

export type Document = { readonly mediaType: string; readonly content: Bytes };

export const manifest = record({
	salt: bytes32,
	documents: list(
		record({ mediaType: text(64), size: integer(0, maximumDocumentBytes), hash: bytes32 }),
		limits.documents,
		1,
	),
});
export type Manifest = TypeOf<typeof manifest>;

function documentHash(salt: Bytes, content: Bytes): Bytes {
	return taggedHash("document", [salt, content]);
}

/** The manifest of `documents`, or null where there are none. `salt` is 32 random bytes. */
export function manifestOf(documents: readonly Document[], salt: Bytes): Manifest | null {
	if (documents.length === 0) return null;
	const entries = documents.map(({ mediaType, content }) => ({
		mediaType,
		size: content.length,
		hash: documentHash(salt, content),
	}));
	return { salt, documents: entries };
}

/** What is signed for a manifest. */
export function dataHash(value: Manifest | null): Bytes | null {
	return value && taggedHash("data", manifest.write(value));
}

/** The documents that a manifest lists, found among `contents` (by position), or why not. */
export function matchDocuments(
	value: Manifest | null,
	contents: ReadonlyMap<number, Bytes>,
): readonly Document[] | Refusal {
	const documents: Document[] = [];
	for (const [position, { mediaType, size, hash }] of (value?.documents ?? []).entries()) {
		const content = contents.get(position);
		if (content === undefined) return refuse("document-missing", `document ${position}`);
		if (content.length !== size || !equalBytes(documentHash(value?.salt ?? hash, content), hash))
			return refuse("document-mismatch", `document ${position}`);
		documents.push({ mediaType, content });
	}
	return documents;
}
