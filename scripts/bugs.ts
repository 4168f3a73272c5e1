/**
 * npm run bugs [-- NAME …] [--json]: plants one bug after another, and says who sees it.
 *
 * Exits with 1 where a bug is seen by nobody: then a test is missing. See docs/reliability.md, "Does it see?".
 */
import { parseArgs } from "node:util";
import { type Bug, promises } from "../test/bugs/bug.ts";
import { bugNamed, bugs } from "../test/bugs/catalogue.ts";
import { huntByTest } from "../test/bugs/hunt-test.ts";

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: { json: { type: "boolean", default: false } },
});

type Seen = { readonly name: string; readonly promise: string; readonly test: string | null };

async function hunt({ name, promise, test }: Bug): Promise<Seen> {
	const found = await huntByTest(name, test);
	if (found.kind === "nothing") process.stderr.write(`${name}: no such test ran\n${found.output}\n`);
	const error = found.kind === "failed" ? found.error : null;
	return { name, promise: `${promise} ${promises[promise]}`, test: error };
}

const chosen = positionals.length === 0 ? bugs : positionals.map(known);

function known(name: string): Bug {
	const bug = bugNamed(name);
	if (bug === undefined) throw new Error(`no bug is named ${name}`);
	return bug;
}

const results: Seen[] = [];
for (const bug of chosen) {
	const seen = await hunt(bug);
	results.push(seen);
	if (!values.json)
		console.log(
			`${seen.test === null ? "UNSEEN" : "seen  "} ${seen.name.padEnd(30)} ${seen.promise.padEnd(34)} ${seen.test ?? ""}`,
		);
}
const unseen = results.filter((seen) => seen.test === null).map(({ name }) => name);
if (values.json) console.log(JSON.stringify({ bugs: results, unseen }));
else console.log(`${results.length} bugs, ${results.length - unseen.length} seen, ${unseen.length} unseen`);
process.exitCode = unseen.length === 0 ? 0 : 1;
