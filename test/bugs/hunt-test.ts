/**
 * Does the named test see the bug? It runs alone, in a process where the bug is planted, and must fail.
 *
 * What can go wrong is a failure that says nothing: the file does not load, no test has that name, or it ran out of
 * time, as it may on a busy machine without any bug. So only a line that says that a test of this very name failed
 * counts, and only with another error than its time.
 */
import type { Bug } from "./bug.ts";
import { runPlanted } from "./run-planted.ts";

export type TestHunt =
	| { readonly kind: "failed"; readonly error: string }
	| { readonly kind: "passed" }
	| { readonly kind: "out of time" }
	| { readonly kind: "nothing"; readonly output: string };

const longestTest_ms = 90_000;

/** `bug` is null to see that the test passes without it. */
export async function huntByTest(bug: Bug["name"] | null, { file, name }: Bug["test"]): Promise<TestHunt> {
	const pattern = patternOf(name);
	// What a broken test leaves open is not waited for.
	const ending = [`--test-timeout=${longestTest_ms}`, "--test-force-exit"];
	const args = [...ending, "--test-reporter=tap", `--test-name-pattern=${pattern}`];
	const { stdout, stderr } = await runPlanted(bug, [...args, file], 2 * longestTest_ms);
	const lines = stdout.split("\n");
	const named = new RegExp(`^\\s*(not ok|ok) \\d+ - ${pattern}(?: # .*)?$`);
	const results = lines.flatMap((line, at) => {
		const [, result] = named.exec(line.replaceAll("\\#", "#")) ?? [];
		return result === undefined || /# SKIP/.test(line) ? [] : [{ result, at }];
	});
	if (results.length === 0) return { kind: "nothing", output: `${stdout}\n${stderr}`.trim().slice(-2_000) };
	const failed = results.find(({ result }) => result === "not ok");
	if (failed === undefined) return { kind: "passed" };
	const error = errorAfter(lines, failed.at);
	return /^test timed out after/.test(error) ? { kind: "out of time" } : { kind: "failed", error };
}

/** A test's name as a pattern: `…` in it stands for anything. */
function patternOf(name: string): string {
	return name
		.split("…")
		.map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
		.join(".*");
}

/** The first line of what the failed test said. */
function errorAfter(lines: readonly string[], from: number): string {
	const rest = lines.slice(from + 1, from + 30);
	const at = rest.findIndex((line) => /^\s*error:/.test(line));
	const text = rest[at]?.replace(/^\s*error:\s*/, "") ?? "";
	return (/^\|/.test(text) ? (rest[at + 1] ?? "") : text).trim().replaceAll(/^'|'$/g, "").slice(0, 120);
}
