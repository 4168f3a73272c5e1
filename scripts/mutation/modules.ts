/**
 * Which module a test gets when mutants are run, all in one process.
 *
 * A workspace package is taken from the sandbox, where the mutants are, and not from where `node_modules` points.
 * A module loads once for each URL; so a fresh copy of the tests, or of tests and sources, is a new number in the
 * URL. What stands above a generation (Node, `node_modules`) is loaded once.
 */
import { realpathSync } from "node:fs";
import { registerHooks } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const collector = new URL("./collector.ts", import.meta.url).href;

/** Numbers in the URLs: `sources` of code under test, `tests` of tests and what supports them. */
export const generation: { sources: number; tests: number } = { sources: 0, tests: 0 };

/** From here on imports inside `sandbox` are resolved as the header says. */
export function resolveInside(sandbox: string): void {
	const inside = `${pathToFileURL(sandbox).href}/`;
	const original = `${pathToFileURL(dirname(realpathSync(join(sandbox, "node_modules")))).href}/packages/`;
	registerHooks({
		resolve(specifier, context, nextResolve) {
			if (!context.parentURL?.startsWith(inside)) return nextResolve(specifier, context);
			if (specifier === "node:test") return { url: collector, shortCircuit: true };
			const resolved = nextResolve(specifier, context);
			const url = resolved.url.startsWith(original)
				? `${inside}packages/${resolved.url.slice(original.length)}`
				: resolved.url;
			return url.startsWith(inside) ? { ...resolved, url: numbered(url) } : resolved;
		},
	});
}

/** The URL by which the present generation of a file of the sandbox is imported. */
export function numbered(url: string): string {
	return `${url}?${url.includes("/test/") ? `tests=${generation.tests}` : `sources=${generation.sources}`}`;
}
