// Runs the tests of protocol against mutants of it: of all, or of the files and folders of protocol/src named.
//   npm run mutate -- token/verify.ts registry --concurrency=2
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const source = "packages/protocol/src";
const patterns = process.argv
	.slice(2)
	.filter((argument) => !argument.startsWith("--"))
	.map((name) => (name.endsWith(".ts") ? `${source}/${name}` : `${source}/${name}/**/*.ts`));
for (const pattern of patterns.filter((each) => !existsSync(each.replace("/**/*.ts", "")))) {
	console.error(`mutate: there is no ${pattern.replace("/**/*.ts", "")}`);
	process.exit(2);
}
const options = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const chosen = patterns.length > 0 ? ["--mutate", patterns.join(",")] : [];
process.exitCode = spawnSync("stryker", ["run", ...chosen, ...options], { stdio: "inherit" }).status ?? 1;
