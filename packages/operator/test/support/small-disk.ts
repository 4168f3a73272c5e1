/** A disk of a few hundred kilobytes that really fills up: a file system in memory (tmpfs), where this machine mounts one. */
import { spawnSync } from "node:child_process";
import { closeSync, ftruncateSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** bytes that such a disk gives at once */
export const block = 4_096;

export type SmallDisk = {
	readonly folder: string;
	/** Fills it until only so many blocks are free. */
	readonly fill: (freeBlocks: number) => void;
	/** Frees what `fill` took. */
	readonly free: () => void;
	readonly close: () => void;
};

/** Why there is none where this machine mounts nothing. */
export function mountSmallDisk(blocks: number): SmallDisk | string {
	const folder = mkdtempSync(join(tmpdir(), "tenten-disk-"));
	const size = `size=${blocks * block}`;
	const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", size, "tmpfs", folder], { encoding: "utf8" });
	if (mounted.status !== 0) {
		rmSync(folder, { recursive: true });
		return `needs a tmpfs of its own: ${mounted.error?.message ?? mounted.stderr.trim()}`;
	}
	const ballast = join(folder, "ballast");
	return {
		folder,
		fill: (freeBlocks) => {
			const file = openSync(ballast, "w");
			const length = fillWhole(file);
			ftruncateSync(file, Math.max(0, length - freeBlocks * block));
			closeSync(file);
		},
		free: () => rmSync(ballast, { force: true }),
		close: () => {
			spawnSync("umount", [folder]);
			rmSync(folder, { recursive: true });
		},
	};
}

/** Writes until the disk takes nothing more; bytes that it took. */
function fillWhole(file: number): number {
	for (let length = 0; ; )
		try {
			length += writeSync(file, new Uint8Array(block));
		} catch (error) {
			if ((error as { readonly code?: string }).code === "ENOSPC") return length;
			throw error;
		}
}
