/**
 * One disk sync: how long this disk takes until a small append is durable. Printed beside every durable rate,
 * which means little without it.
 */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { timing } from "./race.ts";
import type { BenchResult } from "./result.ts";

/** Bytes: one page of SQLite, as its log gets it. */
const page = Buffer.alloc(4096, 1);
const syncs = 50;

/** Seconds that one append and its sync took in `folder`, each. */
function secondsPerSync(folder: string): readonly number[] {
	const path = join(folder, "sync");
	const file = openSync(path, "w");
	try {
		return Array.from({ length: syncs }, () => {
			const from_ms = performance.now();
			writeSync(file, page);
			fdatasyncSync(file);
			return (performance.now() - from_ms) / 1000;
		});
	} finally {
		closeSync(file);
		rmSync(path);
	}
}

/** The row that says so in the results of `name`. */
export function diskSyncResult(name: string, folder: string): BenchResult {
	const { each_s, spread, rounds } = timing(secondsPerSync(folder));
	return {
		name,
		metric: "one disk sync",
		unit: "ms",
		ours: 1000 * each_s,
		limit: null,
		peer: null,
		ratio: null,
		spread,
		rounds: rounds.length,
		target: null,
	};
}
