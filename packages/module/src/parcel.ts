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
import type { Vault } from "./vault.ts";

const sealedContent = record({ enc: bytes(32), ciphertext: bytes(16, 65_536) });

function placeOf(bundle: Bytes, position: number): Bytes {
	return encodeItem([bundle, position]);
}

/** RFC 6838, section 4.2, has fewer characters still: none that is more than a byte long. */
const mediaTypes = /^[\x20-\x7e]{0,64}$/;

/** A manifest, and its document messages, sealed to `recipient` where there is one, as rows. */
export type Packed = { readonly manifest: Manifest | null; readonly rows: readonly StoreWrite[] };

/** Packs documents to go with a message, sealed to `recipient`'s key if there is one. `salt`: 32 random bytes. */
export async function packDocuments(
	documents: readonly Document[],
	recipient: Bytes | null,
	salt: Bytes,
	{ sealDocument }: Pick<Cryptography, "sealDocument">,
): Promise<Packed | Refusal> {
	const not = checkDocuments(documents);
	if (not !== undefined) return not;
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

/** Why documents cannot go with a message. */
export function checkDocuments(documents: readonly Document[]): Refusal | undefined {
	if (documents.length > limits.documents) return refuse("too-many", `${documents.length} documents`);
	for (const { mediaType, content } of documents) {
		if (content.length > maximumDocumentBytes) return refuse("too-large", `${content.length} bytes`);
		if (!mediaTypes.test(mediaType)) return refuse("malformed", "media type");
	}
	return undefined;
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

/**
 * Documents that are kept opened: what the other side of an attempt sent, as its payer (`offered`) or as its payee
 * (`received`), and what a request will be answered with (`answer`).
 */
export type Kept = "offered" | "received" | "answer";

/** The row that keeps a document of an attempt or a request (in hex). */
function keptRowOf(kept: Kept, id: string, position: number): string {
	return `${kept}/${id}/${position}`;
}

export function keptRows(kept: Kept, id: Bytes, documents: readonly Document[]): readonly StoreWrite[] {
	return documents.map((document, position) => ({
		key: keptRowOf(kept, toHex(id), position),
		value: serialize(documentRow, document),
	}));
}

/** The rows that are there, of an attempt or a request (in hex): they stand without a gap. */
export function keptKeys(rows: ReadonlyMap<string, Bytes>, kept: Kept, id: string): readonly string[] {
	const keys: string[] = [];
	for (;;) {
		const key = keptRowOf(kept, id, keys.length);
		if (!rows.has(key)) return keys;
		keys.push(key);
	}
}

export function keptDocuments(rows: ReadonlyMap<string, Bytes>, kept: Kept, id: Bytes): readonly Document[] {
	return keptKeys(rows, kept, toHex(id)).map((key) => {
		const value = rows.get(key) ?? new Uint8Array();
		const document = parse(documentRow, value, value.length);
		if (isRefusal(document)) throw new Error(`a kept document does not parse: ${document.detail}`);
		return document;
	});
}

/** What the other side of a payment sent: the payee's answer, or of what the payer sent the documents that were asked for. */
export function documentsIn({ payers, state }: Vault, attempt: Bytes): readonly Document[] {
	const isPayer = payers.get(attempt) !== undefined;
	return keptDocuments(state.rows, isPayer ? "received" : "offered", attempt);
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
