/** A folder of its own, gone after the test. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder lies in another one that is the test's alone, too. */
export async function inNewFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
	const root = mkdtempSync(join(tmpdir(), "tenten-log-"));
	const folder = join(root, "log");
	mkdirSync(folder);
	try {
		return await run(folder);
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}
