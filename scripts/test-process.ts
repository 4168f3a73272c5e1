/**
 * What each process of `npm test` runs first: `node --import ./scripts/test-process.ts --test`.
 *
 * A deadline. A test that waits for ever fails by `--test-timeout`; but a server, a browser or a timer that it leaves
 * behind keeps its process, and with it everything that runs after it. What kept it is said, so that it can be found.
 * The timer itself keeps nothing: whoever is done in time ends as without it.
 *
 * A cache of what was compiled. Many tests start commands, and half of what a start takes is reading the same sources
 * again. Where V8 counts what was run, it counts less exactly in functions from the cache: the fuzzers go without it.
 *
 * A cheaper way for `node:test` to know which test is running: `test-context.ts`.
 */
import "./test-context.ts";
import { enableCompileCache } from "node:module";
import { join } from "node:path";

const patience_ms = 900_000;
const [, file = ""] = process.argv;

setTimeout(() => {
	const kept = process.getActiveResourcesInfo().join(", ");
	console.error(`${file} did not end within ${patience_ms / 1_000} s; what keeps it: ${kept}`);
	process.exit(1);
}, patience_ms).unref();

if (!file.includes("fuzz")) {
	const cache = join(import.meta.dirname, "../node_modules/.cache/tenten-compiled");
	enableCompileCache(cache);
	process.env["NODE_COMPILE_CACHE"] = cache;
}
