/** vectors/ is what the generators write, and every verdict in it is what this implementation gives. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { judges, sameJson, type VectorFile, verdictOf } from "../packages/cli/src/vectors/index.ts";
import { verify } from "../packages/module/src/index.ts";
import { drafts } from "./vectors/all.ts";
import { textOf } from "./vectors/drafts.ts";

const names = readdirSync("vectors").filter((name) => name.endsWith(".json"));
const textOfFile = (name: string): string => readFileSync(`vectors/${name}`, "utf8");
const files = names.map((name) => ({ name, file: JSON.parse(textOfFile(name)) as VectorFile }));

test("every vector gets the verdict that it says", async (t) => {
	let [accepted, refused] = [0, 0];
	for (const { name, file } of files) {
		const judge = judges[file.judge];
		assert.ok(judge !== undefined, `${name}: no judge ${file.judge}`);
		for (const vector of file.vectors) {
			const verdict = await verdictOf(judge, file, vector, verify);
			const said = `${name}: ${vector.comment}: ${JSON.stringify(verdict).slice(0, 200)}`;
			assert.ok(sameJson(verdict, vector.expect), said);
			if ("refused" in verdict) refused++;
			else accepted++;
		}
	}
	t.diagnostic(`${files.length} files: ${accepted} accepted, ${refused} refused`);
	assert.ok(accepted > 0 && refused > 0);
});

test("the generators write these files, to the byte", async () => {
	assert.deepEqual(names.sort(), drafts.map(({ name }) => `${name}.json`).sort());
	for (const draft of drafts)
		assert.ok(
			(await textOf(draft)) === textOfFile(`${draft.name}.json`),
			`${draft.name}: run npm run vectors`,
		);
});

test("no two vectors of a file say the same of themselves", () => {
	for (const { name, file } of files) {
		const comments = file.vectors.map(({ comment }) => comment);
		assert.deepEqual(
			comments.filter((comment, i) => comments.indexOf(comment) !== i),
			[],
			name,
		);
	}
});
