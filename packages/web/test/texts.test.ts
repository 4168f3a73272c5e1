/** The texts of each page: complete in two languages, and every one of them is said. What stands in markup: markup.test.ts. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { sealRules } from "@tenten/protocol";
import { categories } from "../src/till/categories.ts";
import { steps as accountSteps } from "../src/town/accounts/steps.ts";
import { steps } from "../src/town/story.ts";

const root = "packages/web/src";

type Page = {
	readonly page: string;
	/** where its texts are, and the code that says them */
	readonly texts: string;
	readonly code: string;
	/** keys that code puts together, and which therefore must be there */
	readonly composed: readonly string[];
};

const pages: readonly Page[] = [
	{ page: "wallet", texts: "locales", code: "**", composed: [] },
	{
		page: "point of sale",
		texts: "till/texts",
		code: "till",
		composed: categories.map((category) => `category.${category}`),
	},
	{
		page: "sandbox",
		texts: "town/texts",
		code: "town{,/accounts,/verifying}",
		composed: [
			...steps.flatMap((step) => [`step.${step}`, `step.${step}.title`]),
			...["issued", "redeemed", "outstanding"].map((total) => `books.${total}`),
			...["you", "friend"].map((phone) => `phone.${phone}`),
			...accountSteps.map((step) => `steps.${step}`),
			...["A", "B", "C", "D"].map((system) => `systems.${system}`),
			...["abandoned", "asking", "gaveUp", "paid", "paying", "refused", "unknown"].map(
				(how) => `payer.${how}`,
			),
			...["abandoned", "received", "refused", "reserved", "waiting"].map((how) => `payee.${how}`),
			...["bad", "good", "wait"].map((verdict) => `verify.summary.${verdict}`),
		],
	},
	{
		page: "peers",
		texts: "peers/texts",
		code: "{peers,console}",
		composed: [
			...sealRules.map((rule) => `rule.${rule}`),
			...["splitView", "rewriting", "brokenRule", "twoSeals", "brokenDecision", "brokenRecord"].map(
				(kind) => `kind.${kind}`,
			),
			...["fresh", "stale", "unasked", "uncosigned"].map((quorum) => `quorum.${quorum}`),
			...["bad", "good", "wait"].map((verdict) => `verdict.${verdict}`),
		],
	},
];

for (const { page, texts, code, composed } of pages)
	describe(`the texts of the ${page}`, () => {
		const [en, ja] = [read(`${texts}/en.json`), read(`${texts}/ja.json`)];

		test("have the same keys in the same order in both languages, and the same values in them", () => {
			assert.ok(Object.keys(en).length > 20);
			assert.deepEqual(Object.keys(ja), Object.keys(en));
			assert.deepEqual(Object.keys(en), Object.keys(en).toSorted());
			for (const key of Object.keys(en)) assert.deepEqual(values(ja[key]), values(en[key]), key);
		});

		test("are not empty, and Japanese is Japanese", () => {
			for (const [key, text] of [...Object.entries(en), ...Object.entries(ja)])
				assert.notEqual(text.trim(), "", key);
			for (const [key, text] of Object.entries(ja)) assert.match(text, /[぀-ヿ一-鿿]/, key);
		});

		test("are said, every one", () => {
			for (const key of composed) assert.ok(key in en, key);
			const said = globSync(`${root}/${code}/*.{svelte,ts}`)
				.map((file) => readFileSync(file, "utf8"))
				.join("\n");
			const unsaid = Object.keys(en).filter((key) => !composed.includes(key) && !said.includes(`"${key}"`));
			assert.deepEqual(unsaid, []);
		});
	});

function read(file: string): Readonly<Record<string, string>> {
	return JSON.parse(readFileSync(`${root}/${file}`, "utf8"));
}

function values(text = ""): readonly string[] {
	return [...text.matchAll(/\{\{\w+\}\}/g)].map(([value]) => value).sort();
}
