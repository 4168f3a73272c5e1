/**
 * Recorded runs: one line of JSON a run, appended, so that a figure in the docs can be traced to its machine,
 * commit and counts. Runs that are worth keeping are committed with the code they measured.
 */
import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import type { BenchResult, Machine } from "./result.ts";

export type RecordedRun = {
	/** RFC 3339, UTC */
	readonly at: string;
	/** of the code that ran, `-dirty` where it had changes; null outside a checkout */
	readonly commit: string | null;
	readonly machine: Machine;
	/** what else the reader should know, e.g. that the machine was busy */
	readonly note: string;
	readonly results: readonly BenchResult[];
};

export function recordRun(file: string, run: Omit<RecordedRun, "at">): void {
	const whole: RecordedRun = { at: new Date().toISOString(), ...run };
	appendFileSync(file, `${JSON.stringify(whole)}\n`);
}

/** What is checked out now: to be asked before a run, since that may take longer than the next commit. */
export function currentCommit(folder: string = import.meta.dirname): string | null {
	try {
		const found = execFileSync("git", ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"], {
			cwd: folder,
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
		});
		return found.trim();
	} catch {
		// No git here, or no checkout: the figures stand without it.
		return null;
	}
}
