/**
 * What stands in the screens' markup, as Svelte's own parser reads it: no words, which belong into the texts of both
 * languages; nothing that the policy would refuse; no way for a stranger's text to become markup.
 */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { parse } from "svelte/compiler";

const files = globSync("packages/web/src/**/*.svelte").sort();

type Node = {
	readonly type?: string;
	readonly name?: string;
	readonly value?: unknown;
	readonly data?: string;
};

/** What is said as it stands: names, and the beginning of what is to be typed. */
const names = ["転々", "Tenten", "tenten:…", "https://", "JP-13"];
/** Attributes that are read out or shown. */
const said = [
	"alt",
	"aria-description",
	"aria-label",
	"aria-roledescription",
	"content",
	"label",
	"placeholder",
	"title",
];
const letter = /\p{L}/u;
const sentence = /[぀-ヿ一-鿿]|\p{L}{2,}\s+\p{L}{2,}/u;

/** Everything that is wrong with a screen's markup, in words. */
function faults(source: string): readonly string[] {
	const { fragment, options: _ } = parse(source, { modern: true });
	const found: string[] = [];
	const visit = (node: Node, isSaid: boolean): void => {
		const { type, name = "", value, data = "" } = node;
		if (type === "Comment") return;
		if (type === "HtmlTag") found.push("{@html}");
		if (type === "StyleDirective") found.push(`style:${name}`);
		if (type === "Text" && isSaid && letter.test(data) && !names.includes(data.trim()))
			found.push(data.trim());
		if ((type === "Literal" || type === "TemplateElement") && sentence.test(textOf(value)))
			found.push(textOf(value));
		if (type === "Attribute") {
			const isText = Array.isArray(value) && value.every((each: Node) => each.type === "Text");
			if (name === "style") found.push("style=");
			if (/^on/.test(name) && isText) found.push(`${name}=`);
			if (["srcdoc", "innerHTML"].includes(name)) found.push(name);
			for (const part of parts(value)) visit(part, said.includes(name));
			return;
		}
		for (const inner of Object.values(node)) for (const part of parts(inner)) visit(part, true);
	};
	for (const part of parts(fragment)) visit(part, true);
	return found;
}

function textOf(value: unknown): string {
	if (typeof value === "string") return value;
	return (value as { readonly cooked?: string } | null)?.cooked ?? "";
}

const isNode = (value: unknown): value is Node => typeof value === "object" && value !== null;
const parts = (value: unknown): readonly Node[] => (Array.isArray(value) ? value : [value]).filter(isNode);

test("no words, no styles or handlers as text, and no text as markup, in any screen", () => {
	assert.ok(files.length > 20);
	for (const file of files) assert.deepEqual(faults(readFileSync(file, "utf8")), [], file);
});

test("each of these would be found", () => {
	const planted: Readonly<Record<string, string>> = {
		"<p>Pay now</p>": "Pay now",
		"<p>支払う</p>": "支払う",
		'<input placeholder="Amount" />': "Amount",
		'<button aria-label="close"></button>': "close",
		"<p>{isPaid ? 'all is paid' : ''}</p>": "all is paid",
		"<p>{`残り${rest}`}</p>": "残り",
		"{#if isOpen}<b>open</b>{/if}": "open",
		"{@html memo}": "{@html}",
		'<p style="color: red"></p>': "style=",
		"<p style:color={colour}></p>": "style:color",
		'<button onclick="pay()"></button>': "onclick=",
		"<iframe srcdoc={memo}></iframe>": "srcdoc",
	};
	for (const [source, fault] of Object.entries(planted)) assert.deepEqual(faults(source), [fault], source);
	const fine =
		'<p class="card stack" lang="ja">{t("pay.title")} · {name}</p><input placeholder="https://" />';
	assert.deepEqual(faults(fine), []);
});

test("no Japanese stands in code but the names of languages and the mark", () => {
	for (const file of globSync("packages/web/{src/**/*.{ts,svelte},*.html}")) {
		const code = readFileSync(file, "utf8").replaceAll(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "");
		const found = code.match(/[぀-ヿ一-鿿々]+/g) ?? [];
		assert.deepEqual(
			found.filter((each) => !["転々", "日本語"].includes(each)),
			[],
			file,
		);
	}
});
