/** A process that runs commands one after another, each as `tenten` does: its line of JSON, then one with its exit code. */
import { main } from "../../src/program.ts";

const [, , all = "[]"] = process.argv;
for (const args of JSON.parse(all) as readonly (readonly string[])[]) {
	process.exitCode = undefined;
	const status = await main([...args, "--json"]);
	process.stdout.write(`${JSON.stringify({ status })}\n`);
}
process.exitCode = 0;
