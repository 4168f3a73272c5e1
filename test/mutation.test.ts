/** What `npm run mutate` gives test files in place of `node:test`: all that they use, done as they expect. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as collector from "../scripts/mutation/collector.ts";

const root = join(import.meta.dirname, "..");

test("whatever the tests of protocol take from node:test, the mutation runner has", () => {
	const files = globSync("packages/protocol/test/**/*.ts", { cwd: root });
	assert.ok(files.length > 100, `${files.length} files`);
	const missing = files.flatMap((file) => {
		const taken =
			/import \{([^}]*)\} from "node:test"/.exec(readFileSync(join(root, file), "utf8"))?.[1] ?? "";
		const names = taken.split(",").map((name) => name.trim());
		return names
			.filter((name) => name !== "" && !name.startsWith("type ") && !Object.hasOwn(collector, name))
			.map((name) => `${file}: ${name}`);
	});
	assert.deepEqual(missing, []);
});

test("a hook of a file runs after each of its tests, failed ones included, and after none of another's", async () => {
	collector.takeCollected();
	const happened: string[] = [];
	collector.test("above", () => happened.push("above"));
	collector.afterEach(() => happened.push("after"));
	collector.test("fails", () => Promise.reject(new Error("as it should")));
	const first = collector.takeCollected();
	collector.test("of another file", () => happened.push("other"));
	const context = { diagnostic: () => undefined };
	const [above, fails] = first;
	await above?.run(context);
	await assert.rejects(async () => fails?.run(context), /as it should/);
	for (const { run } of collector.takeCollected()) await run(context);
	assert.deepEqual(happened, ["above", "after", "after", "other"]);
});
