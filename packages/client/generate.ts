/**
 * The client's types, made from the operator's OpenAPI document. `npm run client` writes both files; a test fails
 * where they are not what would be written.
 *
 *   openapi.json        the document, so that a change of the API is seen in review
 *   src/schema.ts       its types
 *   rail-openapi.json   the document of a party of the account rail, whose clients are the other parties
 */
import { writeFileSync } from "node:fs";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";
import { openApiDocument, railDocument } from "../operator/src/index.ts";

/** What the fetch of every platform takes as a body. */
const bytes = ts.factory.createTypeReferenceNode("Uint8Array", [
	ts.factory.createTypeReferenceNode("ArrayBuffer"),
]);

const header = "/** Generated from openapi.json by `npm run client`: not written by hand. */\n";

export function documentText(): string {
	return textOf(openApiDocument());
}

export function railDocumentText(): string {
	return textOf(railDocument());
}

function textOf(document: object): string {
	return `${JSON.stringify(document, null, "\t")}\n`;
}

/** Types for a document's text. */
export async function schemaText(document: string): Promise<string> {
	const nodes = await openapiTS(document, {
		alphabetize: true,
		emptyObjectsUnknown: true,
		transform: ({ format }) => (format === "binary" ? bytes : undefined),
	});
	return header + astToString(nodes);
}

if (import.meta.main) {
	const document = documentText();
	writeFileSync(new URL("openapi.json", import.meta.url), document);
	writeFileSync(new URL("rail-openapi.json", import.meta.url), railDocumentText());
	writeFileSync(new URL("src/schema.ts", import.meta.url), await schemaText(document));
}
