/** Rows of CSV files: what is no CSV is bad input, with its file, and no bug of ours. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { BadInput } from "../src/bad-input.ts";
import { readRows } from "../src/replay/rows.ts";

test("a quote in the middle of a field, one that is never closed, and one with words after it are bad input", async () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-rows-"));
	try {
		const file = join(folder, "payments.csv");
		for (const field of ['a"b', '"a', '"a"b']) {
			writeFileSync(file, `time,payer\n1,${field}\n`);
			const read = async (): Promise<void> => {
				for await (const _ of readRows(file));
			};
			await assert.rejects(
				read,
				(error) => error instanceof BadInput && error.message.includes("payments.csv"),
			);
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
});
