/**
 * npm run bugs [-- NAME …] [--sim-seeds N] [--sim-seconds N] [--json | --markdown]
 *
 * Plants one bug after another, two at a time, and says who sees it: the test that is named for it, and the
 * simulator, after how many seeds. Exits with 1 where a bug is seen by nobody: then a test is missing. See
 * docs/reliability.md, "Does it see?".
 */
import { parseArgs } from "node:util";
import { type Bug, promises } from "../test/bugs/bug.ts";
import { bugNamed, bugs } from "../test/bugs/catalogue.ts";
import { huntBySim, type SimBounds, type SimHunt } from "../test/bugs/hunt-sim.ts";
import { huntByTest } from "../test/bugs/hunt-test.ts";
import { inLanes } from "../test/support/lanes.ts";

const { values, positionals } = asked(() =>
	parseArgs({
		allowPositionals: true,
		options: {
			"sim-seeds": { type: "string", default: "300" },
			"sim-seconds": { type: "string", default: "180" },
			json: { type: "boolean", default: false },
			markdown: { type: "boolean", default: false },
		},
	}),
);
const bounds: SimBounds = { seeds: wholeNumber("sim-seeds"), seconds: wholeNumber("sim-seconds") };
const chosen = positionals.length === 0 ? bugs : positionals.map(known);

type Seen = {
	readonly bug: Bug;
	/** what the named test said, or null where it passed */
	readonly test: string | null;
	readonly sim: SimHunt | null;
};

/** What was asked for in a way that cannot be done ends here, in a sentence. */
function unusable(why: string): never {
	console.error(`bugs: ${why}`);
	process.exit(2);
}

function asked<T>(read: () => T): T {
	try {
		return read();
	} catch (error) {
		return unusable(error instanceof Error ? error.message : String(error));
	}
}

function wholeNumber(name: "sim-seeds" | "sim-seconds"): number {
	const text = values[name];
	if (!/^[0-9]{1,6}$/.test(text)) unusable(`--${name} is a whole number of at most six digits`);
	return Number(text);
}

function known(name: string): Bug {
	return bugNamed(name) ?? unusable(`no bug is named ${name}; the names are in test/bugs/catalogue`);
}

async function hunt(bug: Bug): Promise<Seen> {
	const found = await huntByTest(bug.name, bug.test);
	if (found.kind === "nothing") process.stderr.write(`${bug.name}: no such test ran\n${found.output}\n`);
	const sim = bounds.seeds === 0 ? null : await huntBySim(bug.name, bounds);
	return { bug, test: found.kind === "failed" ? found.error : null, sim };
}

function bySim({ sim }: Seen): string {
	if (sim === null) return "";
	return sim.found === null ? `not in ${sim.seeds} seeds` : `seed ${sim.seeds}: ${sim.found}`;
}

function inWords(seen: Seen): string {
	const { name, promise } = seen.bug;
	const byTest = seen.test === null ? "NOT by its test" : "test";
	return [name.padEnd(28), promises[promise].padEnd(22), byTest.padEnd(6), bySim(seen)].join("  ").trimEnd();
}

/** A row of the table in docs/reliability.md. */
function inMarkdown({ bug, test, sim }: Seen): string {
	const kind = sim?.found?.split(":")[0];
	const simulator =
		sim === null ? "" : kind === undefined ? (bug.blind ?? `not in ${sim.seeds}`) : `${sim.seeds}: ${kind}`;
	const why = bug.why.replaceAll("|", "\\|");
	return `| \`${bug.name}\` | ${why} | ${bug.promise} | ${test === null ? "no" : "yes"} | ${simulator} | ${bug.model ?? ""} |`;
}

function isSeen({ test, sim }: Seen): boolean {
	return test !== null || (sim !== null && sim.found !== null);
}

const results: Seen[] = [];
for await (const seen of inLanes(chosen.map((bug) => () => hunt(bug)))) {
	results.push(seen);
	if (!values.json) console.log(values.markdown ? inMarkdown(seen) : inWords(seen));
}
const unseen = results.filter((seen) => !isSeen(seen)).map(({ bug }) => bug.name);
if (values.json)
	console.log(
		JSON.stringify({
			bugs: results.map(({ bug, test, sim }) => ({ name: bug.name, promise: bug.promise, test, sim })),
			unseen,
		}),
	);
else if (!values.markdown) {
	const byTest = results.filter(({ test }) => test !== null).length;
	const bySimulator = results.filter(({ sim }) => sim !== null && sim.found !== null).length;
	console.log(
		`${results.length} bugs: ${byTest} seen by their tests, ${bySimulator} by the simulator, ${unseen.length} by nobody`,
	);
}
process.exitCode = unseen.length === 0 ? 0 : 1;
