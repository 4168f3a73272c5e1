/** A document is saved under a name that says what kind it is, and nothing that its sender chose. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileNameOf } from "../src/components/file-name.ts";

const named = (mediaType: string): string => fileNameOf({ mediaType, content: new Uint8Array() }, 1);

test("by its kind, where that is a plain word", () => {
	assert.equal(named("text/plain"), "document-2.txt");
	assert.equal(named("text/vcard"), "document-2.vcf");
	assert.equal(named("application/pdf"), "document-2.pdf");
});

test("as unknown bytes, where its media type would lead anywhere", () => {
	const types = [
		"",
		"exe",
		"text/../../x",
		"a/b\\c",
		"a/.bashrc",
		"a/x\u202egpj",
		"a/x;y",
		"a/x y",
		"a/CON.txt",
		"a/123456789",
	];
	for (const mediaType of types) assert.equal(named(mediaType), "document-2.bin", mediaType);
});
