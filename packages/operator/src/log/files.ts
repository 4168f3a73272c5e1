/**
 * Files of a log that survive a loss of power once a call returns: each is written whole beside its place, synced,
 * and renamed; then the folders are synced, with those that hold them. A reader sees all of a file or none.
 */
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Bytes } from "@tenten/protocol";

/** Files that are written at once: as many as Node has threads for them. */
const abreast = 4;
const publicMode = 0o644;

/** Writes files, by their paths under `root`, and returns once all of them are durable. */
export async function writeFiles(root: string, files: ReadonlyMap<string, Bytes>): Promise<void> {
	const folders = new Set<string>();
	for (const path of files.keys()) await makeFolders(root, dirname(path), folders);
	const waiting = [...files];
	const write = async (): Promise<void> => {
		for (let next = waiting.pop(); next !== undefined; next = waiting.pop())
			await writeOne(join(root, next[0]), next[1]);
	};
	await Promise.all(Array.from({ length: abreast }, write));
	for (const folder of folders) await syncFolder(folder);
}

/** Those up to the root are synced though they are there: whoever made them may have been killed before it did. */
async function makeFolders(root: string, folder: string, synced: Set<string>): Promise<void> {
	const [top, full] = [resolve(root), resolve(root, folder)];
	if (synced.has(full)) return;
	const first = await mkdir(full, { recursive: true });
	const above = first === undefined ? top : dirname(resolve(first));
	const last = above.length < top.length ? above : top;
	for (let at = full; at !== last; at = dirname(at)) synced.add(at);
	synced.add(last);
}

async function writeOne(path: string, content: Bytes): Promise<void> {
	const temporary = `${path}.part`;
	const file = await open(temporary, "w", publicMode);
	try {
		await file.writeFile(content);
		await file.datasync();
	} finally {
		await file.close();
	}
	await rename(temporary, path);
}

async function syncFolder(path: string): Promise<void> {
	const folder = await open(path, "r");
	try {
		await folder.sync();
	} finally {
		await folder.close();
	}
}

/** A file's content, or undefined where there is none, or it is longer than `most` bytes. */
export async function readWhole(path: string, most: number): Promise<Bytes | undefined> {
	try {
		const content = await readFile(path);
		return content.length <= most ? new Uint8Array(content) : undefined;
	} catch (error) {
		if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? ""))
			return undefined;
		throw error;
	}
}

/** Forgets files that nobody has to find: what a crash leaves of them is as true as it was, and in nobody's way. */
export async function removeFolder(path: string): Promise<void> {
	await rm(path, { recursive: true, force: true });
}
