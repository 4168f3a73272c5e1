/** The page of measurements says what the recorded runs say. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";

test("tables and charts are made of the recorded runs: npm run charts", async () => {
	await promisify(execFile)(process.execPath, ["scripts/charts.ts", "--check"]);
});

test("the page shows every chart, and every run says where and of what it is", () => {
	const page = readFileSync("docs/performance.md", "utf8");
	for (const [, file = ""] of page.matchAll(/!\[[^\]]*\]\(([^)]+)\)/g))
		assert.ok(existsSync(`docs/${file}`), file);
	for (const line of readFileSync("docs/performance/runs.jsonl", "utf8").trimEnd().split("\n")) {
		const { at, commit, machine } = JSON.parse(line) as Record<string, unknown>;
		assert.match(String(at), /^\d{4}-\d\d-\d\dT/);
		assert.match(String(commit), /^[0-9a-f]{7,}/);
		assert.ok(machine);
	}
});
