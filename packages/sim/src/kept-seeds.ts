/**
 * Seeds that failed once, by suite: a file of the repository, run before all others. Whoever gives worlds a new
 * trait adds it to `without` of each that is there.
 */
import { readFileSync, writeFileSync } from "node:fs";
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
};

export const keptSeedsFile: string = fileURLToPath(new URL("../seeds.json", import.meta.url));

export function keptSeeds(): readonly KeptSeed[] {
	return JSON.parse(readFileSync(keptSeedsFile, "utf8"));
}

/** Keeps a seed, once. */
export function keepSeed(kept: KeptSeed): void {
	const all = keptSeeds();
	if (
		all.some(({ suite, seed, steps }) => suite === kept.suite && seed === kept.seed && steps === kept.steps)
	)
		return;
	const lines = [...all, kept].map((each) => `\t${JSON.stringify(each)}`);
	writeFileSync(keptSeedsFile, `[\n${lines.join(",\n")}\n]\n`);
}
