/**
 * Builds the pages where that is needed, so that whoever starts a server or a test need not think of it.
 *
 * What is built lies in a folder named after the digest of all that it was made from: two who build at once put the
 * same in the same place, and what was built from other sources is never taken for this.
 */
import { createHash } from "node:crypto";
import {
	existsSync,
	globSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const builds = join(root, "dist", "pages");
const sources = [
	"../../package-lock.json",
	"*.{html,ts}",
	"public/**/*.*",
	"src/**/*.*",
	"../{wallet,module,protocol,client}/{src/**/*.ts,package.json}",
];
const kept_ms = 3_600_000;

/** The folder of the pages as their sources are now. Rejects with what the build says is wrong. */
export async function buildWeb(): Promise<string> {
	const folder = join(builds, digestOfSources());
	if (existsSync(folder)) return folder;
	const { build } = await import("vite");
	const outDir = join(builds, `building-${process.pid}`);
	await build({
		configFile: join(root, "vite.config.ts"),
		logLevel: "warn",
		build: { outDir },
	});
	forgetOld();
	try {
		renameSync(outDir, folder);
	} catch (error) {
		// Somebody else was faster, with the same.
		if (!existsSync(folder)) throw error;
		rmSync(outDir, { recursive: true });
	}
	return folder;
}

function digestOfSources(): string {
	const hash = createHash("sha256");
	for (const file of globSync(sources, { cwd: root }).sort())
		hash.update(`${file}\0`).update(readFileSync(resolve(root, file)));
	return hash.digest("hex").slice(0, 16);
}

/** What was built from earlier sources, unless somebody may be serving it. */
function forgetOld(): void {
	mkdirSync(builds, { recursive: true });
	for (const name of readdirSync(builds)) {
		const folder = join(builds, name);
		if (Date.now() - statSync(folder).mtimeMs > kept_ms) rmSync(folder, { recursive: true, force: true });
	}
}
