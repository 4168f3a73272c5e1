/**
 * Does the simulator see the bug? Toy worlds, one seed after another, until its checker finds something broken.
 *
 * What can go wrong is that the checker cries without a bug: a seed counts only if it finds nothing in the
 * product as it is.
 */
import { fileURLToPath } from "node:url";
import { runPlanted } from "./run-planted.ts";

export type SimHunt = {
	/** worlds that were run, the one that broke included */
	readonly seeds: number;
	/** what was found broken, in words; null where nothing was */
	readonly found: string | null;
};

/** `seconds` of the worlds' own time on a core */
export type SimBounds = { readonly seeds: number; readonly seconds: number };

const program = fileURLToPath(new URL("./sim-until-broken.ts", import.meta.url));
/** For a world that does not end: its own seconds beside those that were asked for, */
const patience_s = 60;
/** and how many seconds of a clock each of them may take on a busy machine. */
const slowness = 15;

/** Ends after so many seeds or seconds, whichever comes first. */
export async function huntBySim(bug: string, { seeds, seconds }: SimBounds): Promise<SimHunt> {
	for (let first = 1; ; ) {
		const { seed, found } = await worlds(bug, first, seeds - first + 1, seconds);
		if (found === null) return { seeds: seed, found };
		if ((await worlds(null, seed, 1, seconds)).found === null) return { seeds: seed, found };
		first = seed + 1;
		if (first > seeds) return { seeds, found: null };
	}
}

type Worlds = { readonly seed: number; readonly found: string | null };

async function worlds(bug: string | null, first: number, count: number, seconds: number): Promise<Worlds> {
	const limits = [first, count, seconds].map(String);
	const { code, stdout, stderr } = await runPlanted(
		bug,
		[program, ...limits],
		(seconds + patience_s) * slowness * 1_000,
	);
	const said = stdout.trim().split("\n").at(-1) ?? "";
	if (said.startsWith("{")) return JSON.parse(said) as Worlds;
	// An error outside of every world, or a world without end: seen, too.
	const error = stderr.split("\n").find((line) => /Error/.test(line)) ?? "no word";
	return { seed: first, found: code === null ? "never quiet: a world does not end" : `exception: ${error}` };
}
