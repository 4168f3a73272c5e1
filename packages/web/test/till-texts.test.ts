/** The texts of the point of sale: complete in both languages, and none that is not said. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { categories } from "../src/till/categories.ts";

const folder = "packages/web/src/till";
const texts = (language: string): Readonly<Record<string, string>> =>
	JSON.parse(readFileSync(`${folder}/texts/${language}.json`, "utf8"));
const [en, ja] = [texts("en"), texts("ja")];

test("both languages have the same keys and values in the same order, none empty, and Japanese is Japanese", () => {
	assert.deepEqual(Object.keys(ja), Object.keys(en));
	assert.deepEqual(Object.keys(en), Object.keys(en).toSorted());
	const values = (text = ""): string[] => [...text.matchAll(/\{\{\w+\}\}/g)].map(([value]) => value).sort();
	for (const [key, text] of Object.entries(en)) {
		assert.notEqual(text.trim(), "", key);
		assert.deepEqual(values(ja[key]), values(text), key);
	}
	for (const [key, text] of Object.entries(ja)) assert.match(text, /[぀-ヿ一-鿿]/, key);
});

test("every text is said, and every category has its own", () => {
	const code = globSync(`${folder}/*.{svelte,ts}`)
		.map((file) => readFileSync(file, "utf8"))
		.join("\n");
	const composed = categories.map((category) => `category.${category}`);
	for (const key of composed) assert.ok(key in en, key);
	const unsaid = Object.keys(en).filter((key) => !composed.includes(key) && !code.includes(`"${key}"`));
	assert.deepEqual(unsaid, []);
});
