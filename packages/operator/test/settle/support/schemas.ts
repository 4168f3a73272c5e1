/** The published schemas of ISO 20022, where they are beside the repository: nothing of theirs is in it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Bytes } from "@tenten/protocol";
import { validateXML } from "xmllint-wasm";

const folder = join("..", "shared", "iso20022");

export const skip: string | false = existsSync(folder)
	? false
	: `no schemas in ${folder}: fetch them from iso20022.org`;

const files = {
	"pain.001": "pain.001.001.10_1.xsd",
	"pain.002": "pain.002.001.11.xsd",
	"pain.008": "pain.008.001.09.xsd",
	"camt.053": "camt.053.001.08.xsd",
	"camt.054": "camt.054.001.08.xsd",
} as const;

/** Why a document is not valid by its schema; empty where it is. */
export async function invalidBy(name: keyof typeof files, xml: string | Bytes): Promise<readonly string[]> {
	const contents = typeof xml === "string" ? xml : new TextDecoder().decode(xml);
	const { valid, errors } = await validateXML({
		xml: [{ fileName: `${name}.xml`, contents }],
		schema: [readFileSync(join(folder, files[name]), "utf8")],
	});
	assert.equal(valid, errors.length === 0);
	return errors.map(({ message }) => message);
}
