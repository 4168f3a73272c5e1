/**
 * Every snippet in the pages runs: `ts` as it stands, `sh` as far as it is a command of this repository, `json`
 * as JSON.
 *
 * A snippet may say in a comment at the end of a line what that line prints; then it must.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, test } from "node:test";

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

/** Where commands run: all that lies in the repository is there, and what they write lies beside it. */
const folder = mkdtempSync(join(tmpdir(), "tenten-snippets-"));
const linked = readdirSync(".");
for (const name of linked) symlinkSync(resolve(name), join(folder, name));
after(() => rmSync(folder, { recursive: true, force: true }));

type Outcome = { readonly code: number; readonly output: string };

/** Runs Node here, so that packages of the workspace are found; `input` is its program. */
function run(parameters: readonly string[], input = "", cwd = "."): Promise<Outcome> {
	return new Promise((done) => {
		const options = { cwd, timeout: 120_000 };
		const child = execFile(process.execPath, [...parameters], options, (error, stdout, stderr) =>
			done({ code: error === null ? 0 : 1, output: `${stdout}${error === null ? "" : stderr}` }),
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

test("what a command of the pages writes is not left in the repository", () => {
	const written = readdirSync(folder).filter((name) => !linked.includes(name));
	assert.deepEqual(written, ["faults.html"]);
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
	const { code, output } = await run([resolve("packages/cli/src/bin.ts"), ...words], "", folder);
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
