/** Two languages, complete: every text in both, every text used, no text in code. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

const folder = "packages/web/src";
const texts = (language: string): Readonly<Record<string, string>> =>
	JSON.parse(readFileSync(`${folder}/locales/${language}.json`, "utf8"));
const [en, ja] = [texts("en"), texts("ja")];
const sources = globSync(`${folder}/**/*.{svelte,ts}`).map(
	(file) => [file, readFileSync(file, "utf8")] as const,
);

test("both languages have the same keys in the same order, and the same values in them", () => {
	assert.deepEqual(Object.keys(ja), Object.keys(en));
	assert.deepEqual(Object.keys(en), Object.keys(en).toSorted());
	const values = (text = ""): string[] => [...text.matchAll(/\{\{\w+\}\}/g)].map(([value]) => value).sort();
	for (const key of Object.keys(en)) assert.deepEqual(values(ja[key]), values(en[key]), key);
});

test("no text is empty, and Japanese is Japanese", () => {
	for (const [key, text] of [...Object.entries(en), ...Object.entries(ja)])
		assert.notEqual(text.trim(), "", key);
	for (const [key, text] of Object.entries(ja)) assert.match(text, /[぀-ヿ一-鿿]/, key);
});

test("every text is used", () => {
	const code = sources.map(([, text]) => text).join("\n");
	assert.deepEqual(
		Object.keys(en).filter((key) => !code.includes(`"${key}"`)),
		[],
	);
});

test("no words stand in markup", () => {
	for (const [file, text] of sources.filter(([name]) => name.endsWith(".svelte"))) {
		const markup = text
			.replaceAll(/<(script|style)[\s\S]*?<\/\1>/g, "")
			.replaceAll(/<!--[\s\S]*?-->/g, "")
			.replaceAll(/\{(?:[^{}]|\{[^{}]*\})*\}/g, "");
		const words = [...markup.matchAll(/>([^<>]+)</g)].map(([, word]) => word?.trim() ?? "");
		// What is left between tags may be signs, a colon or a middle dot, and the name in the mark.
		const found = words.filter((word) => /\p{L}/u.test(word) && word !== "転々");
		assert.deepEqual(found, [], file);
	}
});
