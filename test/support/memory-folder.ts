/**
 * A new folder for files of a test, in memory where this machine offers that with room to spare.
 *
 * Databases write and flush as ever, and nobody waits for a disk. What a killed process wrote stays: memory as little
 * as the cache of a disk is the process's own.
 */
import { accessSync, constants, mkdtempSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const memory = "/dev/shm";
const roomy_bytes = 2 ** 31;

/** The memory of this machine as a folder, or the folder for files of a while. */
export function fastFolder(): string {
	try {
		accessSync(memory, constants.W_OK);
		const { bavail, bsize } = statfsSync(memory);
		return bavail * bsize >= roomy_bytes ? memory : tmpdir();
	} catch {
		return tmpdir();
	}
}

export function memoryFolder(prefix: string): string {
	return mkdtempSync(join(fastFolder(), prefix));
}
