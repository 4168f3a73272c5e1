/**
 * Plants one bug of the catalogue in whatever this process loads: `TENTEN_BUG=name node --import ./test/bugs/plant.ts …`.
 *
 * The source is changed in memory between reading and running it, so no file of the product knows of bugs. What
 * can go wrong is a bug that was not planted and is then "not seen": a name that is not in the catalogue, or an
 * edit that does not fit its file, ends the process.
 */
import { registerHooks } from "node:module";
import type { Edit } from "./bug.ts";
import { bugNamed } from "./catalogue.ts";
import { planted } from "./planted.ts";

const root = new URL("../../", import.meta.url);
const name = process.env["TENTEN_BUG"] ?? "";
const bug = bugNamed(name);
if (bug === undefined) throw new Error(`no bug is named ${JSON.stringify(name)}`);

const edits = new Map<string, Edit[]>();
for (const edit of bug.edits) {
	const url = new URL(edit.file, root).href;
	edits.set(url, [...(edits.get(url) ?? []), edit]);
}

registerHooks({
	load(url, context, nextLoad) {
		const loaded = nextLoad(url, context);
		const found = edits.get(url);
		if (found === undefined) return loaded;
		return { ...loaded, source: found.reduce(planted, textOf(loaded.source)) };
	},
});

function textOf(source: unknown): string {
	if (typeof source === "string") return source;
	if (source instanceof Uint8Array) return new TextDecoder().decode(source);
	throw new TypeError("a module without source");
}
