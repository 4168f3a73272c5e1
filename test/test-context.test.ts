/** What `scripts/test-context.ts` takes the place of: an error, an `after` and a context belong to their test. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, getTestContext, test } from "node:test";
import { setTimeout as later } from "node:timers/promises";
import { promisify } from "node:util";
import { isSpared } from "../scripts/test-context.ts";

const said: string[] = [];

test("no hook follows every promise", () => assert.ok(isSpared(), "this version of Node asks otherwise"));

test("what is to be done after a test is done at its end, also where it is said late and in a test within", async (t) => {
	await t.test("within", async () => {
		await later(1);
		after(() => said.push("after the one within"));
		said.push("within");
	});
	await later(1);
	after(() => said.push("after it"));
	said.push("itself");
});

test("and before the next", () =>
	assert.deepEqual(said, ["within", "after the one within", "itself", "after it"]));

test("what runs at once knows each its own test", async (t) => {
	const named = async (name: string, milliseconds: number): Promise<void> => {
		await t.test(name, async () => {
			await later(milliseconds);
			assert.equal(getTestContext()?.name, name);
		});
	};
	await Promise.all([named("slow", 9), named("quick", 1), named("at once", 0)]);
	assert.equal(getTestContext()?.name, "what runs at once knows each its own test");
});

const failing = `
	import { test } from "node:test";
	const never = () => new Promise((resolve) => setTimeout(resolve, 60_000).unref());
	test("throws late", () => { setTimeout(() => { throw new Error("late"); }, 1); return never(); });
	test("rejects", () => { Promise.reject(new Error("rejected")); return never(); });
	test("passes", () => setTimeout(() => { throw new Error("after the end"); }, 1));
	test("runs beside what passed", () => new Promise((resolve) => setTimeout(resolve, 50)));
`;

test("an error that nobody awaits fails the test that caused it at once, or the file where that has ended", async () => {
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	const flags = ["--import", "./scripts/test-process.ts", "--test-reporter=tap", "--input-type=module"];
	const run = promisify(execFile)(process.execPath, [...flags, "--eval", failing], { env });
	const { code, stdout } = (await run.catch((error: unknown) => error)) as { code?: number; stdout: string };
	assert.equal(code, 1, stdout);
	assert.match(stdout, /not ok 1 - throws late/);
	assert.match(stdout, /not ok 2 - rejects/);
	assert.match(stdout, /\nok 3 - passes/);
	assert.match(stdout, /Test \\?"passes\\?".* generated asynchronous activity after the test ended/);
});
