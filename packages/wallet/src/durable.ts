/**
 * Files that survive a loss of power once a call returns (fsync(2): the directory has to be synced as well).
 */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Bytes } from "@tenten/protocol";

/** Only its owner reads what a wallet writes. */
export const privateMode = 0o600;

/** Makes names in a directory durable: files created, renamed or removed there. */
export function syncDirectory(path: string): void {
	// Windows opens no directories; its file system journals names by itself.
	if (process.platform === "win32") return;
	const directory = openSync(path, "r");
	try {
		fsyncSync(directory);
	} finally {
		closeSync(directory);
	}
}

/** Makes a folder that its owner alone reads, and those above it that are missing, durably. */
export function makeFolder(path: string): void {
	const first = mkdirSync(path, { recursive: true, mode: 0o700 });
	if (first === undefined) return;
	const above = dirname(resolve(first));
	for (let made = resolve(path); made !== above; made = dirname(made)) syncDirectory(dirname(made));
}

/** Writes a whole file: a reader sees the old content or the new, never a part, and so does a crash. */
export function replaceFile(path: string, content: Bytes): void {
	const temporary = `${path}.${process.pid}.part`;
	try {
		const file = openSync(temporary, "w", privateMode);
		try {
			writeFileSync(file, content);
			fsyncSync(file);
		} finally {
			closeSync(file);
		}
		renameSync(temporary, path);
	} catch (error) {
		rmSync(temporary, { force: true });
		throw error;
	}
	syncDirectory(dirname(path));
}
