/**
 * Do the tests see? Each seeded bug is planted, and the test that is named for it must fail with it.
 *
 * And it can be planted: each edit fits its file, and what comes of it is a program still.
 */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { stripTypeScriptTypes } from "node:module";
import { test } from "node:test";
import { type FoundViolation, type KeptSeed, keptSeeds } from "@tenten/sim";
import { models } from "../formal/expectations.ts";
import { bugs } from "./bugs/catalogue.ts";
import { huntBySim } from "./bugs/hunt-sim.ts";
import { huntByTest } from "./bugs/hunt-test.ts";
import { planted } from "./bugs/planted.ts";
import { runPlanted } from "./bugs/run-planted.ts";
import { inLanes } from "./support/lanes.ts";
import { ran } from "./support/ran.ts";

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
	const unseen: string[] = [];
	const hunts = bugs.map(({ name, test: seen }) => async () => ({ name, ...(await huntByTest(name, seen)) }));
	for await (const { name, kind } of inLanes(hunts)) if (kind !== "failed") unseen.push(`${name}: ${kind}`);
	ran(t, "planted bugs", { planted: bugs.length, "seen by their tests": bugs.length - unseen.length });
	assert.deepEqual(unseen, []);
});

test("every kept seed names a bug and breaks by it, or one soon after it does", async (t) => {
	const kept = keptSeeds();
	assert.ok(kept.length > 0);
	const hunts = kept.map((each) => async () => ({ ...each, breaks: await firstBroken(each) }));
	for await (const { suite, seed, bug, breaks } of inLanes(hunts)) {
		assert.ok(breaks !== undefined, `${bug} breaks neither ${suite} seed ${seed} nor the next ${next}`);
		const now = breaks.seed === seed ? "" : ` holds with it now, since worlds changed: keep ${breaks.seed}`;
		t.diagnostic(`${suite} ${seed}, ${bug}: ${breaks.kind}${now}`);
	}
	ran(t, "planted bugs", { "seen by kept seeds": kept.length });
});

/** seeds that are tried where a kept one has become another world */
const next = 20;

async function firstBroken(kept: KeptSeed): Promise<FoundViolation | undefined> {
	const [broken] = await brokenOf(kept, "--seed", `${kept.seed}`);
	return broken ?? (await brokenOf(kept, "--first", `${kept.seed + 1}`, "--seeds", `${next}`))[0];
}

/** What a kept seed's bug breaks in these worlds. */
async function brokenOf({ suite, seed, steps, without = [], bug }: KeptSeed, ...worlds: readonly string[]) {
	assert.ok(bug !== undefined, `nobody knows what could break ${suite} seed ${seed}: plant what it found`);
	const less = without.length > 0 ? ["--without", without.join()] : [];
	const like = ["--suite", suite, "--steps", `${steps}`, ...less, "--kept", "/dev/null", "--json"];
	const args = ["packages/cli/src/bin.ts", "sim", ...worlds, ...like];
	const { code, stdout, stderr } = await runPlanted(bug, args, 300_000);
	assert.ok(code === 0 || code === 1, stderr);
	return JSON.parse(stdout).violations as readonly FoundViolation[];
}

const sample = ["change-lost", "cancel-keeps-secret", "exchange-gives-nothing", "redeemed-stays-spendable"];

test("the simulator sees a sample of them in its first seeds", async (t) => {
	const hunts = sample.map((name) => async () => ({
		name,
		...(await huntBySim(name, { seeds: 5, seconds: 60 })),
	}));
	for await (const { name, seeds, found } of inLanes(hunts)) {
		t.diagnostic(`${name}: seed ${seeds}, ${found}`);
		assert.notEqual(found, null, name);
	}
	ran(t, "planted bugs", { "seen by the simulator": sample.length });
});
