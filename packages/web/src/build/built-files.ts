/**
 * Tells the service worker what was built: the names of all files, of those that are loaded later the digests, and a
 * version that is another whenever one of them is.
 */
import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Plugin, Rolldown } from "vite";

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
					hash.update(each === undefined ? readFileSync(join(publicFolder, name)) : contentOf(each));
				}
				const isLater = (name: string): boolean => name.startsWith("assets/later-");
				const later = files.filter(isLater).map((name) => [name, integrityOf(bundle[name])]);
				const built = JSON.stringify({
					version: hash.digest("hex").slice(0, 16),
					files: files.filter((name) => !isLater(name)),
					later: Object.fromEntries(later),
				});
				found.code = found.code.replace(placeholder, () => JSON.stringify(built));
			},
		},
	};
}

type Output = Rolldown.OutputBundle[string];

function contentOf(output: Output): string | Uint8Array {
	return output.type === "chunk" ? output.code : output.source;
}

/** As `integrity` of a request has it (W3C Subresource Integrity, section 3.1). */
function integrityOf(output: Output | undefined): string {
	if (output === undefined) throw new Error("what is loaded later is built, and not copied");
	return `sha256-${createHash("sha256").update(contentOf(output)).digest("base64")}`;
}
