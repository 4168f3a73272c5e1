/**
 * docs/rules.md keeps its word: each rule of the money names a function that is there and a test that is there.
 *
 * Whether the test fails without the rule is not for this test to say: the page says how that was tried.
 */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";

type Rule = {
	readonly number: number;
	readonly rule: string;
	readonly file: string;
	readonly name: string;
	readonly testFile: string;
	readonly testName: string;
};

const page = readFileSync("docs/rules.md", "utf8");
const row = /^\| (\d+) \| (.+?) \| `([^`#]+)#([^`]+)` \| `([^`:]+): (.+)` \|$/;

const rules: readonly Rule[] = page
	.split("\n")
	.filter((line) => /^\| \d/.test(line))
	.map((line) => {
		const [, number = "", rule = "", file = "", name = "", testFile = "", testName = ""] =
			row.exec(line) ?? [];
		assert.notEqual(number, "", `no rule, function and test: ${line}`);
		return { number: Number.parseInt(number, 10), rule, file, name, testFile, testName };
	});

/** Whether a source defines a function, a method or a shape of this name. */
function defines(source: string, name: string): boolean {
	const escaped = name.replaceAll(/[#$]/g, "\\$&");
	const isMember = new RegExp(`^\\t(?:(?:async|static|override|readonly) )*${escaped}[(<]`, "m");
	return new RegExp(`\\b(?:function\\*?|const) ${escaped}\\b`).test(source) || isMember.test(source);
}

test("every rule names a function that is there", () => {
	assert.ok(rules.length >= 60, `${rules.length} rules`);
	const missing = rules.filter(
		({ file, name }) => !existsSync(file) || !defines(readFileSync(file, "utf8"), name),
	);
	assert.deepEqual(missing, []);
});

test("every rule names a test that is there", () => {
	const missing = rules.filter(({ testFile, testName }) => {
		if (!existsSync(testFile)) return true;
		const source = readFileSync(testFile, "utf8");
		return !['"', "'", "`"].some((quote) => source.includes(`${quote}${testName}${quote}`));
	});
	assert.deepEqual(missing, []);
});

test("rules are numbered in order, and none is said twice", () => {
	assert.deepEqual(
		rules.map(({ number }) => number),
		rules.map((_, position) => position + 1),
	);
	assert.equal(new Set(rules.map(({ rule }) => rule)).size, rules.length);
});

test("every common rule between operators names a test that is there", () => {
	const common = readFileSync("docs/spec/common-rules.md", "utf8");
	const named = [...common.matchAll(/^\| (\d+) \| .+? \| `([^`:]+): (.+)` \|$/gm)];
	assert.deepEqual(
		named.map(([, number]) => Number(number)),
		named.map((_, position) => position + 1),
	);
	assert.equal(named.length, [...common.matchAll(/^\| \d/gm)].length);
	for (const [, , file = "", name = ""] of named)
		assert.ok(readFileSync(file, "utf8").includes(`test("${name}"`), name);
});
