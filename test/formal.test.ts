/** The models of `formal/`: the sound rules hold exhaustively, and every broken variant fails as it must. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Row, rowsOf, rowsOfMutants, textOf } from "../formal/check.ts";
import { models } from "../formal/expectations.ts";
import { edit, mutants, unshown } from "../formal/mutants.ts";
import { missingTool } from "../formal/spin.ts";
import { ran } from "./support/ran.ts";

const skip = (await missingTool()) ?? false;

for (const model of models)
	test(`formal/${model.name}.pml: what must hold holds, and what is broken is caught`, {
		skip,
	}, async (t) => {
		const chosen = model.variants.map((variant) => ({ model, variant }));
		const { checked, states } = await asExpected(rowsOf(chosen));
		ran(t, "models", { models: 1, variants: model.variants.length, properties: checked, states });
	});

for (const model of models)
	test(`formal/${model.name}.pml: each property sees a wrong that is made for it`, { skip }, async (t) => {
		const { checked } = await asExpected(rowsOfMutants([model]));
		ran(t, "models", { "violations by planted wrongs": checked });
	});

async function asExpected(rows: AsyncIterable<Row>) {
	let checked = 0;
	let states = 0;
	for await (const { variant, property, expected, got, states: visited } of rows) {
		assert.equal(got, expected, `${variant}: ${property}`);
		states += visited;
		checked += 1;
	}
	assert.ok(checked > 0);
	return { checked, states };
}

test("no property is claimed of a variant in which no wrong is shown to violate it", () => {
	for (const model of models) assert.deepEqual(unshown(model), [], model.name);
	const [model] = models;
	assert.ok(model !== undefined);
	const claimed = model.variants.map((variant) => ({ ...variant, holds: [...variant.holds, "vacuous"] }));
	assert.equal(unshown({ ...model, variants: claimed }).length, claimed.length, "one that nothing violates");
});

test("a mutant is of a model and a variant that there are", () => {
	for (const { model, name, kills } of mutants)
		for (const variant of Object.keys(kills))
			assert.ok(
				models.some((m) => m.name === model && m.variants.some((v) => v.name === variant)),
				`${model} ${variant}: ${name}`,
			);
});

test("no broken variant and no mutant brings a variable of its own to be caught by", async () => {
	for (const model of models) {
		const text = await textOf(model);
		const flags = brokenFlags(model.variants);
		assert.deepEqual(instruments(text, flags), [], model.name);
		for (const mutant of mutants.filter((each) => each.model === model.name)) {
			assert.notEqual(mutant.edits.length + mutant.flags.length, 0, mutant.name);
			edit(text, mutant.edits);
			const puts = mutant.edits.map(({ put }) => put).join("\n");
			assert.deepEqual(instruments(`${text}\n#ifdef MUTANT\n${puts}\n#endif`, new Set(["MUTANT"])), []);
		}
	}
	const own = `byte x;\n#ifndef A\nx = 1;\n#else\nx = 2; fooled = true; other = 1;\n#endif
		#define WAS \\\n fooled\nltl p { [] !(WAS && x) }`.replaceAll("\t", "");
	assert.deepEqual(instruments(own, new Set(["A"])), ["fooled"]);
});

/** What a property reads, and only a broken part of the model writes. */
function instruments(text: string, flags: ReadonlySet<string>): readonly string[] {
	const whole = text.replaceAll("\\\n", " ");
	const { sound, broken } = partsOf(whole, flags);
	const known = assignedIn(sound);
	const read = readByProperties(whole);
	return [...assignedIn(broken)].filter((name) => read.has(name) && !known.has(name));
}

/** Every word in the properties, and in the macros that they are made of. */
function readByProperties(text: string): ReadonlySet<string> {
	const wordsOf = (part: string) => part.match(/[A-Za-z_]\w*/g) ?? [];
	const macros = [...text.matchAll(/^#define (\w+)(.*)$/gm)];
	const read = new Set<string>();
	const waiting = [...text.matchAll(/^ltl .*$/gm)].flatMap(([line]) => wordsOf(line));
	for (let word = waiting.pop(); word !== undefined; word = waiting.pop()) {
		if (read.has(word)) continue;
		read.add(word);
		const used = macros.filter(([, name]) => name === word);
		waiting.push(...used.flatMap(([, , body = ""]) => wordsOf(body)));
	}
	return read;
}

function brokenFlags(variants: (typeof models)[number]["variants"]): ReadonlySet<string> {
	const sound = variants.filter(({ isSound }) => isSound).flatMap(({ flags }) => flags);
	const broken = variants.filter(({ isSound, isOpen }) => !isSound && !isOpen).flatMap(({ flags }) => flags);
	return new Set(broken.filter((flag) => !sound.includes(flag)));
}

/** The lines of a model that a broken variant alone has, and all others. */
function partsOf(text: string, flags: ReadonlySet<string>) {
	const sound: string[] = [];
	const broken: string[] = [];
	const open: { isBroken: boolean; isBrokenElse: boolean }[] = [];
	for (const line of text.split("\n")) {
		const [, directive = "", rest = ""] = /^#(ifdef|ifndef|if|else|endif)\b(.*)/.exec(line) ?? [];
		const isOfBroken = (rest.match(/\w+/g) ?? []).some((word) => flags.has(word));
		if (directive === "ifdef" || directive === "if") open.push({ isBroken: isOfBroken, isBrokenElse: false });
		else if (directive === "ifndef") open.push({ isBroken: false, isBrokenElse: isOfBroken });
		else if (directive === "else")
			open.push({ isBroken: open.pop()?.isBrokenElse ?? false, isBrokenElse: false });
		else if (directive === "endif") open.pop();
		else (open.some(({ isBroken }) => isBroken) ? broken : sound).push(line);
	}
	return { sound: sound.join("\n"), broken: broken.join("\n") };
}

function assignedIn(text: string): ReadonlySet<string> {
	const assignments = text.matchAll(/\b([A-Za-z_]\w*)(?:\[[^\]]*\])?\s*(?:=(?!=)|\+\+|--)/g);
	return new Set([...assignments].map(([, name = ""]) => name));
}

test("every broken variant violates a property, and every property of a sound one is shown to speak of something", () => {
	for (const { name, variants } of models) {
		for (const { name: variant, isSound, fails } of variants)
			assert.equal(fails.length > 0, !isSound, `${name} ${variant}`);
		assert.ok(
			variants.some(({ happens }) => happens.length > 0),
			name,
		);
	}
});
