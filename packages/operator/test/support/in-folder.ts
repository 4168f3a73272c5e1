/** A database file in a folder of its own, which is gone after the work. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { memoryFolder } from "../../../../test/support/memory-folder.ts";

export async function inFolder<T>(work: (database: string) => Promise<T>): Promise<T> {
	const folder = memoryFolder("tenten-operator-");
	try {
		return await work(join(folder, "operator.db"));
	} finally {
		rmSync(folder, { recursive: true });
	}
}
