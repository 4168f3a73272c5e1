/**
 * Seeds that failed once: a file of the repository, a line each, run before all others. Whoever gives worlds a new
 * trait adds it to `without` of each that is there.
 *
 * A seed is kept by one append of one line, so that two runs at once lose none, and neither does one that is
 * killed.
 */
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Suite } from "./cryptography.ts";
import type { Trait } from "./trait.ts";

/** What was found by a seed, and of how many steps. */
export type KeptSeed = {
	readonly suite: Suite;
	readonly seed: number;
	readonly steps: number;
	/** traits of worlds that came later: the seed runs without them, or it would be another world */
	readonly without?: readonly Trait[];
	/** what it found, in words */
	readonly found: string;
	/** the planted bug (`test/bugs`) with which it breaks again; without one nobody has shown that it still would */
	readonly bug?: string;
};

const keptSeedsFile: string = fileURLToPath(new URL("../seeds.jsonl", import.meta.url));

/** Each once, in the order in which they were found. A file that is not there keeps none. */
export function keptSeeds(file: string = keptSeedsFile): readonly KeptSeed[] {
	const byWorld = new Map<string, KeptSeed>();
	for (const line of textOf(file).split("\n"))
		if (line !== "") {
			const kept: KeptSeed = JSON.parse(line);
			if (!byWorld.has(worldOf(kept))) byWorld.set(worldOf(kept), kept);
		}
	return [...byWorld.values()];
}

/** Keeps a seed, once. Throws what the file system says where it cannot be written. */
export function keepSeed(kept: KeptSeed, file: string = keptSeedsFile): void {
	const text = textOf(file);
	if (keptSeeds(file).some((each) => worldOf(each) === worldOf(kept))) return;
	appendFileSync(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${JSON.stringify(kept)}\n`);
}

function textOf(file: string): string {
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function worldOf({ suite, seed, steps, without = [] }: KeptSeed): string {
	return [suite, seed, steps, ...without.toSorted()].join();
}
