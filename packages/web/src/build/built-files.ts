/**
 * Tells the service worker what was built: the names of all files, and a version that is another whenever one of
 * them is.
 */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin } from "vite";

const worker = "service-worker.js";
const placeholder = /(["'`])tenten:built\1/;

/** `publicFolder`: what is copied as it is, and so is not seen by the bundler. */
export function builtFiles(publicFolder: string): Plugin {
	return {
		name: "built-files",
		apply: "build",
		generateBundle: {
			order: "post",
			handler(_, bundle) {
				const found = bundle[worker];
				if (found?.type !== "chunk" || !placeholder.test(found.code))
					throw new Error("the service worker has no place for what was built");
				const copied = globSync("**/*.*", { cwd: publicFolder });
				const files = [...Object.keys(bundle).filter((name) => name !== worker), ...copied].sort();
				const hash = createHash("sha256").update(found.code);
				for (const name of files) {
					const each = bundle[name];
					hash.update(`${name}\0`);
					if (each === undefined) hash.update(readFileSync(join(publicFolder, name)));
					else hash.update(each.type === "chunk" ? each.code : each.source);
				}
				const built = JSON.stringify([hash.digest("hex").slice(0, 16), ...files]);
				found.code = found.code.replace(placeholder, () => JSON.stringify(built));
			},
		},
	};
}
