/** The table at the end of a test run adds up what was said, and `npm run proof` runs every file that says it. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type { TestEvent } from "node:test/reporters";
import howMuch from "../scripts/how-much.ts";
import { parts, type Ran, ran, readRan } from "./support/ran.ts";

function said(part: (typeof parts)[number], counts: Ran): string {
	let message = "";
	ran({ diagnostic: (words) => (message = words) }, part, counts);
	return message;
}

test("what is said is read again, and nothing else is", () => {
	const counts = { models: 1, "violations by planted wrongs": 22, states: 6_552_718 };
	assert.deepEqual(readRan(said("models", counts)), ["models", counts]);
	for (const words of ["ran models: ", "ran elsewhere: 3 states", "models: 3 states", "16 points"])
		assert.equal(readRan(words), undefined, words);
});

test("counts and times are added up by part, and a part that ran nothing says so", async () => {
	const diagnostic = (file: string, message: string) => ({
		type: "test:diagnostic",
		data: { file, message },
	});
	const summary = (file: string | undefined, seconds: number) => ({
		type: "test:summary",
		data: { file, duration_ms: 1_000 * seconds },
	});
	async function* events(): AsyncGenerator<TestEvent> {
		yield* [
			diagnostic("a", said("kills", { kills: 1_200, operations: 5 })),
			diagnostic("a", "40 of something else"),
			diagnostic("b", said("kills", { kills: 34 })),
			summary("a", 30),
			summary("b", 12),
			summary("c", 1_000),
			summary(undefined, 42),
		] as unknown as readonly TestEvent[];
	}
	const lines: string[] = [];
	for await (const line of howMuch(events())) lines.push(line);
	assert.ok(
		lines.some((line) => /^ +kills +42 s +1,234 kills, 5 operations\n$/.test(line)),
		lines.join(""),
	);
	assert.equal(lines.filter((line) => line.includes("nothing ran")).length, parts.length - 1);
	assert.ok(
		lines.some((line) => /^ +all +42 s +in 2 files/.test(line)),
		lines.join(""),
	);
});

test("npm run proof runs every file that says how much of it ran, and every part is said by one", () => {
	const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
	const globs = [...(scripts["proof"] ?? "").matchAll(/'([^']+)'/g)].map(([, glob = ""]) => glob);
	const files = new Set(globs.flatMap((glob) => globSync(glob)));
	for (const glob of globs) assert.notEqual(globSync(glob).length, 0, `no file: ${glob}`);
	const unsaid = new Set<string>(parts);
	for (const file of globSync(["test/**/*.test.ts", "packages/*/test/**/*.test.ts"])) {
		for (const [, part = ""] of readFileSync(file, "utf8").matchAll(/\bran\(t, "([a-z ]+)"/g)) {
			assert.ok(files.has(file), `npm run proof leaves out ${file}`);
			unsaid.delete(part);
		}
	}
	assert.deepEqual([...unsaid], []);
});
