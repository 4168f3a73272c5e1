/** Documents for eyes: their kind in words, their text where they are text, their size. */
import type { Document } from "@tenten/protocol";
import type { Key } from "../state/language.svelte.ts";

const kinds: readonly (readonly [RegExp, Key])[] = [
	[/^text\/vcard$/, "document.contact"],
	[/^text\//, "document.text"],
	[/^image\//, "document.image"],
	[/^application\/pdf$/, "document.pdf"],
];

/** Media types that a payee may ask for here. */
export const askable = ["text/plain", "text/vcard", "image/jpeg", "application/pdf"] as const;

export function kindOf(mediaType: string): Key {
	return kinds.find(([type]) => type.test(mediaType))?.[1] ?? "document.other";
}

export function isText(mediaType: string): boolean {
	return mediaType.startsWith("text/");
}

export function textOf({ content }: Document): string {
	return new TextDecoder().decode(content);
}

export function documentOf(text: string, mediaType: string): Document {
	return { mediaType, content: new TextEncoder().encode(text) };
}

/** Documents by media type, with one of them changed, or gone. */
export function withDocument(
	documents: Readonly<Record<string, Document>>,
	mediaType: string,
	document: Document | undefined,
): Readonly<Record<string, Document>> {
	const { [mediaType]: _, ...others } = documents;
	return document === undefined ? others : { ...others, [mediaType]: document };
}
