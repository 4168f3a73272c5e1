/** Variants checked against their expectations, two at a time, and the runs that violate them told in words. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { inLanes } from "../test/support/lanes.ts";
import { edit, type Mutant, mutants } from "./mutants.ts";
import { type Checker, generate } from "./spin.ts";
import type { Model, Variant } from "./variant.ts";

export type Row = {
	readonly model: string;
	readonly variant: string;
	readonly property: string;
	readonly expected: Outcome;
	readonly got: Outcome;
	readonly states: number;
	readonly depth: number;
	/** wall clock, the compiler's time not counted where another property has paid for it */
	readonly seconds: number;
};

/** `happens`: a `can_…` property is violated, as it must be */
type Outcome = "holds" | "violated" | "happens" | "never";

type Chosen = { readonly model: Model; readonly variant: Variant };

/** Rows in the order of `chosen`, as soon as they are known. */
export async function* rowsOf(chosen: readonly Chosen[]): AsyncGenerator<Row> {
	for await (const rows of inLanes(chosen.map((each) => () => checkVariant(each)))) yield* rows;
}

/** The same of mutants: what is expected is that they are seen. */
export async function* rowsOfMutants(models: readonly Model[]): AsyncGenerator<Row> {
	const tasks = models.flatMap((model) =>
		mutants
			.filter((mutant) => mutant.model === model.name)
			.flatMap((mutant) =>
				model.variants
					.filter(({ name }) => name in mutant.kills)
					.map((variant) => () => checkMutant(model, variant, mutant)),
			),
	);
	for await (const rows of inLanes(tasks)) yield* rows;
}

async function checkVariant({ model, variant }: Chosen): Promise<readonly Row[]> {
	const checker = await generate(await textOf(model), variant.flags);
	try {
		const rows: Row[] = [];
		const names = { model: model.name, variant: variant.name };
		for (const property of variant.holds)
			rows.push({ ...names, ...(await judged(checker, property, "holds", variant.isLarge)) });
		for (const property of variant.fails)
			rows.push({ ...names, ...(await judged(checker, property, "violated", variant.isLarge)) });
		for (const property of variant.happens)
			rows.push({ ...names, ...(await judged(checker, property, "happens", variant.isLarge)) });
		if (variant.isSound) rows.push({ ...names, ...(await ends(checker, variant)) });
		return rows;
	} finally {
		await checker.dispose();
	}
}

async function checkMutant(model: Model, variant: Variant, mutant: Mutant): Promise<readonly Row[]> {
	const text = edit(await textOf(model), mutant.edits);
	const checker = await generate(text, [...variant.flags, ...mutant.flags]);
	try {
		const rows: Row[] = [];
		const names = { model: model.name, variant: `${variant.name}: ${mutant.name}` };
		for (const property of mutant.kills[variant.name] ?? [])
			rows.push({ ...names, ...(await judged(checker, property, "violated", false)) });
		return rows;
	} finally {
		await checker.dispose();
	}
}

async function judged(
	checker: Checker,
	property: string,
	expected: Outcome,
	isLarge: boolean,
): Promise<Omit<Row, "model" | "variant">> {
	const start = performance.now();
	const { kind, states, depth } = await checker.check(property, isLarge);
	const seconds = (performance.now() - start) / 1000;
	const shown = kind === "violated" ? "happens" : "never";
	return { property, expected, got: expected === "happens" ? shown : kind, states, depth, seconds };
}

/** Every run ends, and every step of the model is taken in one of them. */
async function ends(
	checker: Checker,
	{ mayMiss, isLarge }: Variant,
): Promise<Omit<Row, "model" | "variant">> {
	const start = performance.now();
	const { kind, states, depth, unreached: missed } = await checker.checkEnds(isLarge);
	const unreached = mayMiss ? [] : missed;
	const seconds = (performance.now() - start) / 1000;
	const property = unreached.length === 0 ? "ends" : `ends; never taken: ${unreached.join(" ")}`;
	const got = unreached.length === 0 ? kind : "violated";
	return { property, expected: "holds", got, states, depth, seconds };
}

/** A model as it stands. */
export function textOf({ name }: Pick<Model, "name">): Promise<string> {
	return readFile(join(import.meta.dirname, `${name}.pml`), "utf8");
}

/** A run that violates `property`, a line a step. */
export async function trailOf(model: Model, variant: Variant, property: string): Promise<readonly string[]> {
	const text = await textOf(model);
	const checker = await generate(text, variant.flags);
	try {
		const names = namesIn(text);
		const steps = await checker.trail(property);
		return steps.map((step) => step.replaceAll(/<(\d+)>/g, (_, number) => names[Number(number)] ?? number));
	} finally {
		await checker.dispose();
	}
}

/** SPIN numbers the names of each `mtype` from its last to its first, one declaration after the other, from 1. */
function namesIn(text: string): readonly string[] {
	const lists = [...text.matchAll(/^mtype = \{([^}]*)\}/gm)].map(([, list = ""]) =>
		list.split(",").map((n) => n.trim()),
	);
	return ["", ...lists.flatMap((list) => list.reverse())];
}
