/**
 * Every snippet in the pages runs: `ts` as it stands, `sh` as far as it is a command of this repository, `json`
 * as JSON.
 *
 * A snippet may say in a comment at the end of a line what that line prints; then it must.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

type Snippet = {
	readonly page: string;
	readonly line: number;
	readonly language: string;
	readonly text: string;
};

const pages = [...globSync("*.md"), ...globSync("docs/**/*.md")].sort();
const snippets = pages.flatMap(snippetsOf);
const scripts = (JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> })
	.scripts;

function snippetsOf(page: string): readonly Snippet[] {
	const text = readFileSync(page, "utf8");
	return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ 1: language = "", 2: body = "", index }) => ({
		page,
		line: text.slice(0, index).split("\n").length,
		language,
		text: body,
	}));
}

const of = (...languages: readonly string[]): readonly Snippet[] =>
	snippets.filter(({ language }) => languages.includes(language));

type Outcome = { readonly code: number; readonly output: string };

/** Runs Node here, so that packages of the workspace are found; `input` is its program. */
function run(parameters: readonly string[], input = ""): Promise<Outcome> {
	return new Promise((resolve) => {
		const child = execFile(process.execPath, [...parameters], { timeout: 120_000 }, (error, stdout, stderr) =>
			resolve({ code: error === null ? 0 : 1, output: `${stdout}${error === null ? "" : stderr}` }),
		);
		child.stdin?.end(input);
	});
}

for (const { page, line, text } of of("ts"))
	test(`${page}:${line} runs and prints what it says`, async () => {
		const { code, output } = await run(["--input-type=module-typescript"], text);
		assert.equal(code, 0, output);
		const printed = [...text.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);
		assert.deepEqual(output.trim().split("\n"), printed.length === 0 ? [""] : printed);
	});

for (const { page, line, text } of of("sh"))
	for (const command of commandsOf(text))
		test(`${page}:${line}: ${command}`, async () => {
			const [program, ...words] = command.split(/\s+/);
			if (program === "npm") {
				// What installs or tests everything would run this test again: that it is there is enough.
				if (words[0] === "run" && words[1] === "tenten")
					return assertRuns(words.slice(words.indexOf("--") + 1));
				const script = words[0] === "run" ? words[1] : words[0];
				assert.ok(
					script === "ci" || (script !== undefined && Object.hasOwn(scripts, script)),
					`no ${script}`,
				);
				return;
			}
			assert.equal(program, "npx", `${command} is no command of this repository`);
			if (words[0] === "tenten") await assertRuns(words.slice(1));
		});

/** The commands of a block, without comments; joined ones apart. */
function commandsOf(text: string): readonly string[] {
	return text
		.replaceAll("\\\n", " ")
		.split(/\n|&&/)
		.map((line) => line.replace(/(^|\s)#.*/, "").trim())
		.filter((line) => line !== "");
}

async function assertRuns(words: readonly string[]): Promise<void> {
	const { code, output } = await run(["packages/cli/src/bin.ts", ...words]);
	assert.equal(code, 0, output);
}

for (const { page, line, text } of of("json"))
	test(`${page}:${line} is JSON`, () => {
		JSON.parse(text);
	});

test("no snippet is in a language that is not looked at", () => {
	// `bash` is run as one script by partner.test.ts; what stands in another server's language is looked at by nobody.
	const known = ["ts", "sh", "json", "cddl", "hex", "mermaid", "bash", "nginx"];
	const unknown = snippets.filter(({ language }) => !known.includes(language));
	assert.deepEqual(unknown, []);
});
