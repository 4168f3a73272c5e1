/** A database file in a folder of its own, which is gone after the work. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export async function inFolder<T>(work: (database: string) => Promise<T>): Promise<T> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-operator-"));
	try {
		return await work(join(folder, "operator.db"));
	} finally {
		rmSync(folder, { recursive: true });
	}
}
