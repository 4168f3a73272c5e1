/** The pages agree with the code and with each other: tables, links, and the shape of decisions. */
import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { refusals, signedTypes } from "../packages/protocol/src/index.ts";

const pages = [...globSync("*.md"), ...globSync("docs/**/*.md")].sort();
const textOf = (page: string): string => readFileSync(page, "utf8");

/** Rows of a page's tables whose first cell is one word in backquotes. */
function rowsOf(page: string): readonly (readonly string[])[] {
	return [...textOf(page).matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, first = "", rest = ""]) => [
		first,
		...rest.split(" | "),
	]);
}

test("encoding.md lists every refusal with its persistence and what to do", () => {
	const written = rowsOf("docs/spec/encoding.md").filter(([, persistence]) =>
		/^(final|transient)$/.test(persistence ?? ""),
	);
	const meant = Object.entries(refusals).map(([code, [persistence, next]]) => [code, persistence, next]);
	assert.deepEqual(written, meant);
});

test("the reader knows every refusal that encoding.md calls transient", () => {
	const written = rowsOf("docs/spec/encoding.md").flatMap(([code, persistence]) =>
		persistence === "transient" ? [code] : [],
	);
	const [, set = ""] =
		/TRANSIENT = frozenset\(\n(.*?)\n\)/s.exec(textOf("reader/tenten_reader/refusal.py")) ?? [];
	const known = [...set.matchAll(/"([a-z-]+)"/g)].map(([, code]) => code);
	assert.deepEqual(known.sort(), written.sort());
});

test("crypto.md lists everything that is signed", () => {
	const page = textOf("docs/spec/crypto.md");
	const rows = [...page.slice(page.indexOf("## Signatures")).matchAll(/^\| `([a-z-]+)` \|/gm)].map(
		([, type]) => type,
	);
	assert.deepEqual(rows.sort(), [...signedTypes].sort());
});

test("crypto.md lists every tag that is hashed under", () => {
	const page = textOf("docs/spec/crypto.md");
	const section = page.slice(page.indexOf("## Hashes"), page.indexOf("## Signatures"));
	const rows = [...section.matchAll(/^\| [^|]+ \| `([a-z-]+)` \|/gm)].map(([, tag]) => tag);
	const union =
		/const hashTags = \[\n(.*?)\] as const/s.exec(textOf("packages/protocol/src/crypto/hash.ts"))?.[1] ?? "";
	const tags = [...union.matchAll(/"([a-z-]+)"/g)].map(([, tag]) => tag);
	assert.ok(tags.length >= 12);
	assert.deepEqual(rows.sort(), tags.sort());
});

test("every link inside the repository leads somewhere", () => {
	const broken: string[] = [];
	for (const page of pages)
		for (const [, target = ""] of withoutCode(textOf(page)).matchAll(/\]\(([^)\s]+)\)/g)) {
			if (/^(https?:|mailto:)/.test(target)) continue;
			const [path = "", anchor] = target.split("#", 2);
			const file = path === "" ? page : normalize(join(dirname(page), path));
			const isThere = existsSync(file);
			if (!isThere || (anchor !== undefined && !anchorsOf(file).has(anchor)))
				broken.push(`${page}: ${target}`);
		}
	assert.deepEqual(broken, []);
});

/** Anchors as GitHub makes them of headings. */
function anchorsOf(file: string): ReadonlySet<string> {
	const headings = [...withoutCode(textOf(file)).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) => heading);
	return new Set(
		headings.map((heading) =>
			heading
				.toLowerCase()
				.replace(/[^\p{L}\p{N} _-]/gu, "")
				.replaceAll(" ", "-"),
		),
	);
}

function withoutCode(text: string): string {
	return text.replaceAll(/^```.*?^```$/gms, "");
}

test("the indexes name every page beside them", () => {
	for (const index of ["docs/spec/README.md", "docs/adr/README.md"]) {
		const text = textOf(index);
		for (const page of globSync(join(dirname(index), "*.md")))
			if (page !== index)
				assert.ok(text.includes(`(${page.split("/").at(-1)})`), `${index} leaves out ${page}`);
	}
});

test("every decision says its context, what was decided, what was refused and what follows", () => {
	const decisions = globSync("docs/adr/0*.md").sort();
	assert.ok(decisions.length > 0);
	const numbers = decisions.map((page) => /^docs\/adr\/(\d{4})-/.exec(page)?.[1] ?? "");
	assert.equal(new Set(numbers).size, decisions.length, "two decisions of one number, or one without");
	for (const [position, page] of decisions.entries()) {
		const headings = [...textOf(page).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
		assert.deepEqual(headings, ["Context", "Decision", "Options refused", "Consequences"], page);
		const number = numbers[position];
		assert.match(textOf(page), new RegExp(`^# ${number}: `), page);
	}
});
