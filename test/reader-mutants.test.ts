/**
 * Two implementations, judged on what neither has seen: vectors that are changed in one place each, with what the
 * reader in Python makes of them, get the same verdict here.
 *
 * `READER_MUTANTS` (of a file) and `READER_SEED` ask for more, or others. What is compared of a refusal is its code:
 * what a refused transfer is about may be named by either of two names (docs/spec/handover.md#what-a-payee-checks).
 */
import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { judges } from "../packages/cli/src/vectors/all-judges.ts";
import { sameJson, type VectorFile, type Verdict, verdictOf } from "../packages/cli/src/vectors/vector.ts";
import { verify } from "../packages/module/src/index.ts";
import { ran } from "./support/ran.ts";
import { readerMissing, runPython } from "./support/reader.ts";

const count = process.env["READER_MUTANTS"] ?? "40";
const seed = process.env["READER_SEED"] ?? "1";

/** A verdict without what may differ. */
function compared(verdict: Verdict): Verdict {
	return "refused" in verdict ? { refused: verdict.refused } : verdict;
}

test("both implementations give one verdict on every mutant of the vectors", {
	skip: readerMissing,
}, async (t) => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-mutants-"));
	t.after(() => rmSync(folder, { recursive: true, force: true }));
	const made = ["mutants", "../vectors", "--out", folder, "--count", count, "--seed", seed];
	const { status, text } = await runPython("-m", "tenten_reader", ...made);
	assert.equal(status, 0, text);
	const differences: string[] = [];
	let [accepted, refused] = [0, 0];
	for (const name of readdirSync(folder)) {
		const file = JSON.parse(readFileSync(join(folder, name), "utf8")) as VectorFile;
		const judge = judges[file.judge];
		assert.ok(judge !== undefined, file.judge);
		for (const vector of file.vectors) {
			const verdict = compared(await verdictOf(judge, file, vector, verify));
			const expected = compared(vector.expect);
			if ("refused" in verdict) refused++;
			else accepted++;
			if (sameJson(verdict, expected)) continue;
			const [ours, theirs] = [verdict, expected].map((said) => JSON.stringify(said).slice(0, 300));
			differences.push(`${name} ${vector.comment}: ${ours} here, ${theirs} in Python`);
		}
	}
	t.diagnostic(`seed ${seed}: ${differences.length} differences`);
	ran(t, "second reader", { "changed vectors": accepted + refused, "of them accepted": accepted });
	assert.ok(accepted > 0 && refused > 0);
	assert.deepEqual(differences, []);
});
