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
	type Manifest,
	type MessageOf,
	parse,
	type Refusal,
	record,
	serialize,
	serializeMessage,
	toHex,
} from "@tenten/protocol";
import { type SealedDocument, sealDocument } from "./hpke.ts";
import type { StoreWrite } from "./store.ts";

const sealedContent = record({ enc: bytes(32), ciphertext: bytes(16, 65_536) });

function placeOf(bundle: Bytes, position: number): Bytes {
	return encodeItem([bundle, position]);
}

/** The document messages of a manifest, sealed to `recipient` where there is one, as rows. */
export async function packDocuments(
	manifest: Manifest | null,
	documents: readonly Document[],
	recipient: Bytes | null,
): Promise<readonly StoreWrite[] | Refusal> {
	const bundle = dataHash(manifest);
	if (bundle === null) return [];
	const rows: StoreWrite[] = [];
	for (const [position, { content }] of documents.entries()) {
		const sealed = recipient && (await sealDocument(recipient, placeOf(bundle, position), content));
		if (isRefusal(sealed)) return sealed;
		const carried = sealed === null ? content : serialize(sealedContent, sealed);
		const value = serializeMessage({ kind: "document", bundle, position, content: carried });
		rows.push({ key: documentKeyOf(bundle, position), value });
	}
	return rows;
}

export function documentKeyOf(bundle: Bytes, position: number): string {
	return `document/${toHex(bundle)}/${position}`;
}

/** The stored document messages of a manifest. */
export function packedDocuments(
	manifest: Manifest | null,
	rows: ReadonlyMap<string, Bytes>,
): readonly Bytes[] {
	const bundle = dataHash(manifest);
	if (manifest === null || bundle === null) return [];
	return manifest.documents.flatMap((_, position) => rows.get(documentKeyOf(bundle, position)) ?? []);
}

type Open = (place: Bytes, sealed: SealedDocument) => Promise<Bytes | Refusal>;

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
