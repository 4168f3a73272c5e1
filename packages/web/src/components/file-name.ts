/** The names under which documents of strangers are saved. */
import type { Document } from "@tenten/protocol";

/** A name that says nothing but what kind of file it is. */
export function fileNameOf({ mediaType }: Document, position: number): string {
	const ending = /^[\w.]+\/([a-z0-9]{1,8})$/.exec(mediaType)?.[1] ?? "bin";
	return `document-${position + 1}.${ending === "plain" ? "txt" : ending === "vcard" ? "vcf" : ending}`;
}
