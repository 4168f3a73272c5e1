/**
 * Parcels: messages with the documents that belong to them, as they go over a channel.
 *
 * Documents are sealed to the other side's document key when they are first sent, and kept as sealed: what is
 * sent again is the same bytes. They come in the same bundle as the message whose manifest lists them.
 */
import {
	type Bytes,
	bytes,
	type Document,
	dataHash,
	encodeItem,
	isRefusal,
	limits,
	type Manifest,
	type MessageOf,
	manifestOf,
	maximumDocumentBytes,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import type { Cryptography, SealedDocument } from "./cryptography.ts";
import { documentRow } from "./rows.ts";
import type { StoreWrite } from "./store.ts";

const sealedContent = record({ enc: bytes(32), ciphertext: bytes(16, 65_536) });

function placeOf(bundle: Bytes, position: number): Bytes {
	return encodeItem([bundle, position]);
}

const longestMediaType = 64;

/** A manifest, and its document messages, sealed to `recipient` where there is one, as rows. */
export type Packed = { readonly manifest: Manifest | null; readonly rows: readonly StoreWrite[] };

/** Packs documents to go with a message, sealed to `recipient`'s key if there is one. `salt`: 32 random bytes. */
export async function packDocuments(
	documents: readonly Document[],
	recipient: Bytes | null,
	salt: Bytes,
	{ sealDocument }: Pick<Cryptography, "sealDocument">,
): Promise<Packed | Refusal> {
	if (documents.length > limits.documents) return refuse("too-many", `${documents.length} documents`);
	for (const { mediaType, content } of documents) {
		if (content.length > maximumDocumentBytes) return refuse("too-large", `${content.length} bytes`);
		if (mediaType.length > longestMediaType) return refuse("malformed", "media type");
	}
	const manifest = manifestOf(documents, salt);
	const bundle = dataHash(manifest);
	if (bundle === null) return { manifest, rows: [] };
	const rows: StoreWrite[] = [];
	for (const [position, { content }] of documents.entries()) {
		const sealed = recipient && (await sealDocument(recipient, placeOf(bundle, position), content));
		if (isRefusal(sealed)) return sealed;
		const carried = sealed === null ? content : serialize(sealedContent, sealed);
		const value = serializeMessage({ kind: "document", bundle, position, content: carried });
		rows.push({ key: rowOf(bundle, position), value });
	}
	return { manifest, rows };
}

function rowOf(bundle: Bytes, position: number): string {
	return `document/${toHex(bundle)}/${position}`;
}

/** The rows that keep the document messages of a manifest. */
export function documentRowsOf(manifest: Manifest | null): readonly string[] {
	const bundle = dataHash(manifest);
	if (manifest === null || bundle === null) return [];
	return manifest.documents.map((_, position) => rowOf(bundle, position));
}

/** The row that keeps a document which the other side of an attempt (in hex) answered with. */
export function receivedRowOf(attempt: string, position: number): string {
	return `received/${attempt}/${position}`;
}

/** Documents that came, as rows beside their attempt. */
export function receivedRows(attempt: Bytes, documents: readonly Document[]): readonly StoreWrite[] {
	return documents.map((document, position) => ({
		key: receivedRowOf(toHex(attempt), position),
		value: serialize(documentRow, document),
	}));
}

/** Documents that came with the answer to an attempt. */
export function receivedDocuments(rows: ReadonlyMap<string, Bytes>, attempt: Bytes): readonly Document[] {
	const found: Document[] = [];
	for (;;) {
		const kept = rows.get(receivedRowOf(toHex(attempt), found.length));
		const document = kept && parse(documentRow, kept, kept.length);
		if (document === undefined) return found;
		if (isRefusal(document)) throw new Error(`a kept document does not parse: ${document.detail}`);
		found.push(document);
	}
}

/** The stored document messages of a manifest. */
export function packedDocuments(
	manifest: Manifest | null,
	rows: ReadonlyMap<string, Bytes>,
): readonly Bytes[] {
	return documentRowsOf(manifest).flatMap((key) => rows.get(key) ?? []);
}

type Open = (place: Bytes, sealed: SealedDocument) => Promise<Bytes | Refusal>;

/** One sealed document, opened with a document key that is not kept anywhere: what a vector gives. */
export async function openContent(
	{ openerFrom, documentPublicKey }: Pick<Cryptography, "openerFrom" | "documentPublicKey">,
	privateKey: Bytes,
	place: { readonly bundle: Bytes; readonly position: number },
	content: Bytes,
): Promise<Bytes | Refusal> {
	const sealed = parse(sealedContent, content, content.length);
	if (isRefusal(sealed)) return sealed;
	const open = await openerFrom(privateKey, documentPublicKey(privateKey));
	return open(placeOf(place.bundle, place.position), sealed);
}

/** Contents by position of the documents that came for `manifest`; what does not open is left out. */
export async function unpackDocuments(
	manifest: Manifest | null,
	came: readonly MessageOf<"document">[],
	open: Open | null,
): Promise<ReadonlyMap<number, Bytes>> {
	const contents = new Map<number, Bytes>();
	const bundle = dataHash(manifest);
	if (bundle === null) return contents;
	const wanted = toHex(bundle);
	for (const { bundle: theirs, position, content } of came) {
		if (toHex(theirs) !== wanted || contents.has(position)) continue;
		if (open === null) {
			contents.set(position, content);
			continue;
		}
		const sealed = parse(sealedContent, content, content.length);
		const opened = isRefusal(sealed) ? sealed : await open(placeOf(bundle, position), sealed);
		if (!isRefusal(opened)) contents.set(position, opened);
	}
	return contents;
}
