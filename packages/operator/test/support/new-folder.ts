/** A folder of its own, gone after the test. */
import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { memoryFolder } from "../../../../test/support/memory-folder.ts";

/** The folder lies in another one that is the test's alone, too. */
export async function inNewFolder<T>(run: (folder: string) => Promise<T>): Promise<T> {
	const root = memoryFolder("tenten-log-");
	const folder = join(root, "log");
	mkdirSync(folder);
	try {
		return await run(folder);
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}
