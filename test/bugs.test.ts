/**
 * Do the tests see? Each seeded bug is planted, and the test that is named for it must fail with it.
 *
 * And it can be planted: each edit fits its file, and what comes of it is a program still.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { keptSeeds } from "@tenten/sim";
import { models } from "../formal/expectations.ts";
import { bugs } from "./bugs/catalogue.ts";
import { huntBySim } from "./bugs/hunt-sim.ts";
import { huntByTest } from "./bugs/hunt-test.ts";
import { planted } from "./bugs/planted.ts";
import { runPlanted } from "./bugs/run-planted.ts";

test("every seeded bug fits the code as it is", () => {
	for (const { name, edits } of bugs) {
		const texts = new Map<string, string>();
		for (const edit of edits) {
			assert.match(edit.file, /^packages\/[a-z]+\/src\//, `${name}: a bug is in the product`);
			assert.notEqual(edit.find, edit.put, name);
			texts.set(edit.file, planted(texts.get(edit.file) ?? readFileSync(edit.file, "utf8"), edit));
		}
		for (const text of texts.values()) assert.doesNotThrow(() => stripTypeScriptTypes(text), name);
	}
});

test("every seeded bug has a name, a reason and a promise of its own to break, and a test that is there", () => {
	assert.ok(bugs.length >= 25, `${bugs.length} bugs`);
	assert.equal(new Set(bugs.map(({ name }) => name)).size, bugs.length);
	assert.equal(new Set(bugs.map(({ why }) => why)).size, bugs.length);
	const page = readFileSync("docs/reliability.md", "utf8");
	for (const { name, why } of bugs)
		assert.ok(page.includes(`| \`${name}\` | ${why} |`), `${name} is on no page`);
	assert.ok(page.includes(`plants all ${bugs.length} and`), `the page counts other than ${bugs.length} bugs`);
	for (const { name, test: seen } of bugs) {
		const source = readFileSync(seen.file, "utf8").replaceAll(/\$\{[^}]*\}/g, "…");
		assert.ok(
			['"', "'", "`"].some((quote) => source.includes(`${quote}${seen.name}${quote}`)),
			`${name}: no such test in ${seen.file}: ${seen.name}`,
		);
	}
});

test("a model that is named for a bug has that broken variant", () => {
	const broken = models.flatMap(({ name, variants }) =>
		variants.filter(({ isSound }) => !isSound).map((variant) => `${name} ${variant.name}`),
	);
	for (const { name, model } of bugs) if (model !== undefined) assert.ok(broken.includes(model), name);
});

test("a bug that is not in the catalogue is not planted in silence", async () => {
	const { code, stderr } = await runPlanted("no-such-bug", ["--eval", ""], 30_000);
	assert.notEqual(code, 0);
	assert.match(stderr, /no bug is named "no-such-bug"/);
});

test("every seeded bug is seen by the test that is named for it", async (t) => {
	const waiting = [...bugs];
	const unseen: string[] = [];
	const hunter = async (): Promise<void> => {
		for (let bug = waiting.shift(); bug !== undefined; bug = waiting.shift()) {
			const found = await huntByTest(bug.name, bug.test);
			if (found.kind !== "failed") unseen.push(`${bug.name}: ${found.kind}`);
		}
	};
	await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, hunter));
	t.diagnostic(`${bugs.length} bugs planted, ${bugs.length - unseen.length} seen by their named tests`);
	assert.deepEqual(unseen, []);
});

test("a kept seed that names a bug breaks by it again", async (t) => {
	const named = keptSeeds().filter(({ bug }) => bug !== undefined);
	assert.ok(named.length > 0);
	for (const { suite, seed, steps, without = [], bug = "" } of named) {
		const world = ["--suite", suite, "--seed", `${seed}`, "--steps", `${steps}`];
		const less = without.length > 0 ? ["--without", without.join()] : [];
		const args = ["packages/cli/src/bin.ts", "sim", ...world, ...less, "--json"];
		const { code, stdout, stderr } = await runPlanted(bug, args, 120_000);
		assert.equal(code, 1, `${seed} and ${bug}: ${stderr}`);
		t.diagnostic(`${suite} ${seed}, ${bug}: ${JSON.parse(stdout).violations[0].kind}`);
	}
	t.diagnostic(`${keptSeeds().length - named.length} other kept seeds name none`);
});

test("the simulator sees a sample of them in its first seeds", async (t) => {
	for (const name of [
		"change-lost",
		"cancel-keeps-secret",
		"exchange-gives-nothing",
		"redeemed-stays-spendable",
	]) {
		const { seeds, found } = await huntBySim(name, { seeds: 5, seconds: 300 });
		t.diagnostic(`${name}: seed ${seeds}, ${found}`);
		assert.notEqual(found, null, name);
	}
});
