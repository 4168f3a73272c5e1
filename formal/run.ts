/**
 * npm run formal                              every model and variant: what was expected, and what came out
 * npm run formal -- MODEL [VARIANT]           one model, or one variant of it
 * npm run formal -- MODEL VARIANT --trail     a run that violates the variant's first property, in words
 * npm run formal -- [MODEL] --mutants         whether each property sees a wrong that is made for it
 * npm run formal -- … --json                  the rows as JSON
 *
 * Ends with status 1 on any surprise.
 */
import { parseArgs } from "node:util";
import { type Row, rowsOf, rowsOfMutants, trailOf } from "./check.ts";
import { models } from "./expectations.ts";
import { missingTool } from "./spin.ts";
import type { Model, Variant } from "./variant.ts";

/** Columns of the table, below zero to the left. */
const widths = [-10, -21, -20, -9, -9, 9, 6, 6];

const { values, positionals } = parseArgs({
	options: {
		json: { type: "boolean", default: false },
		mutants: { type: "boolean", default: false },
		trail: { type: "boolean", default: false },
	},
	allowPositionals: true,
});
process.exitCode = await main(positionals);

async function main([model, variant]: readonly string[]): Promise<number> {
	const missing = await missingTool();
	if (missing !== undefined) return complain(missing);
	const chosen = models
		.filter(({ name }) => model === undefined || name === model)
		.flatMap((found) => found.variants.map((each) => ({ model: found, variant: each })))
		.filter(({ variant: { name } }) => variant === undefined || name === variant);
	const [first] = chosen;
	if (first === undefined) return complain(`no such model or variant; there are:\n${list()}`);
	if (values.trail) return showTrail(first);
	const asked = models.filter(({ name }) => model === undefined || name === model);
	return check(values.mutants ? rowsOfMutants(asked) : rowsOf(chosen));
}

function complain(words: string): number {
	console.error(words);
	return 2;
}

function list(): string {
	return models
		.map(({ name, variants }) => `  ${name}: ${variants.map((v) => v.name).join(", ")}`)
		.join("\n");
}

async function check(found: AsyncIterable<Row>): Promise<number> {
	const rows: Row[] = [];
	if (!values.json)
		console.log(line(["model", "variant", "property", "expected", "got", "states", "depth", "s"]));
	for await (const row of found) {
		rows.push(row);
		if (values.json) continue;
		const { model, variant, property, expected, got, states, depth, seconds } = row;
		const mark = got === expected ? "" : "  SURPRISE";
		console.log(
			`${line([model, variant, property, expected, got, states, depth, seconds.toFixed(1)])}${mark}`,
		);
	}
	const surprises = rows.filter(({ expected, got }) => expected !== got).length;
	if (values.json) console.log(JSON.stringify(rows, null, "\t"));
	else console.log(`${rows.length} checked, ${surprises} surprises`);
	return surprises === 0 ? 0 : 1;
}

function line(cells: readonly (string | number)[]): string {
	return cells
		.map((cell, i) => {
			const width = widths[i] ?? 0;
			return width < 0 ? `${cell}`.padEnd(-width) : `${cell}`.padStart(width);
		})
		.join(" ");
}

async function showTrail({ model, variant }: { model: Model; variant: Variant }): Promise<number> {
	const property = [...variant.fails, ...variant.happens][0];
	if (property === undefined) return complain(`${model.name} ${variant.name} violates nothing`);
	console.log(`${model.name}, ${variant.name}: ${variant.about}\n`);
	for (const [i, step] of (await trailOf(model, variant, property)).entries())
		console.log(`${`${i + 1}`.padStart(3)}  ${step}`);
	console.log(`\nand now this does not hold: ${property}`);
	return 0;
}
