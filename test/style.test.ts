/**
 * How the code reads, as far as a test can tell: sizes, headers, the words of the glossary, and money kept whole.
 * A refusal names the file, the line and the rule, so that it can be mended without opening this one.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { test } from "node:test";

type Ban = { readonly pattern: RegExp; readonly why: string; readonly in: readonly string[] };

const FILE_LINES_MAX = 400;
const MEDIAN_LINES_MAX = 120;

const committed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
	encoding: "utf8",
})
	.split("\0")
	.filter((file) => existsSync(file));
const generated = "packages/client/src/schema.ts";
const sources = [...globSync("packages/*/src/**/*.{ts,svelte}"), ...globSync("scripts/*.ts")]
	.filter((file) => file !== generated)
	.sort();
const tests = globSync("{packages/*/test,fuzz,formal,test}/**/*.ts");
const protocol = sources.filter((f) => f.startsWith("packages/protocol/"));
const texts = committed.filter((f) =>
	/\.(ts|svelte|md|json|cddl|grit|yml|html|css)$|^\.ci\/|^\.npmrc$/.test(f),
);
// The glossary names the words not to say, and a decision may name the options it refused.
const wording = [
	...sources,
	...texts.filter((f) => f.endsWith(".md") && f !== "docs/glossary.md" && !f.startsWith("docs/adr/")),
];

const bans: readonly Ban[] = [
	{ pattern: /\b(TODO|FIXME|XXX|HACK)\b/, why: "finish it, or open an issue", in: sources },
	{ pattern: /\bNumber\s*\([^)]*amount/i, why: "money is bigint: no Number() on it, anywhere", in: sources },
	{ pattern: /\bparse(Float|Int)\s*\(/, why: "protocol reads integers by one strict parser", in: protocol },
	{ pattern: /\b(Date|Math\.random)\b\s*[.(]/, why: "the core is given time and entropy", in: protocol },
	{ pattern: /\bUTXOs?\b/i, why: "the glossary says: output", in: wording },
	{ pattern: /\bcoins?\b/i, why: "the glossary says: token", in: wording },
	{ pattern: /\bsmart contracts?\b/i, why: "the glossary says: conditions", in: wording },
	{ pattern: /["'`\s(](\/work\/|\/tmp\/|\/home\/|\/root\/)/, why: "a path of one machine", in: texts },
	{ pattern: /registry\.(npmjs|yarnpkg)|npmmirror|"resolved": "http/i, why: "a registry's host", in: texts },
];

for (const ban of bans)
	test(`no ${ban.pattern.source}: ${ban.why}`, () => {
		const found = ban.in
			// This file must name what it refuses.
			.filter((file) => file !== "test/style.test.ts" && committed.includes(file))
			.flatMap((file) =>
				readFileSync(file, "utf8")
					.split("\n")
					.flatMap((line, i) => (ban.pattern.test(line) ? [`${file}:${i + 1}: ${line.trim()}`] : [])),
			);
		assert.deepEqual(found, [], ban.why);
	});

test(`no file is longer than ${FILE_LINES_MAX} lines, and the median source at most ${MEDIAN_LINES_MAX}`, () => {
	const linesOf = (file: string): number => readFileSync(file, "utf8").split("\n").length - 1;
	assert.deepEqual(
		[...sources, ...tests].filter((file) => linesOf(file) > FILE_LINES_MAX),
		[],
	);
	const lengths = sources.map(linesOf);
	const median = lengths.sort((a, b) => a - b)[Math.floor(lengths.length / 2)] ?? 0;
	assert.ok(median <= MEDIAN_LINES_MAX, `the median is ${median}`);
});

test("every source file opens with a comment that says what it is", () => {
	const silent = sources.filter(
		(file) => !/^(#![^\n]*\n)?\s*(<!--|\/\*\*|\/\/)\s*\*?\s*\S/.test(readFileSync(file, "utf8")),
	);
	assert.deepEqual(silent, []);
});

test("no file is a drawer of odds and ends", () => {
	assert.deepEqual(
		committed.filter((file) => /(^|\/)(utils?|helpers?|misc|common)\.(ts|svelte)$/.test(file)),
		[],
	);
});
