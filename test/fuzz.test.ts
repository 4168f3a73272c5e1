/**
 * The gate of fuzzing: every target, with what its corpus keeps, with dense inputs, and for a share of a fixed number
 * of inputs made by fast-check. The hungriest must have stayed within its bound of memory.
 *
 * fast-check makes and shrinks tapes of numbers; `fuzz/input` turns a tape into a hostile input. What fails here is
 * printed as bytes: `npm run fuzz -- --target NAME --replay FILE` runs it again, and it belongs into `fuzz/corpus`.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { targets } from "../fuzz/catalogue.ts";
import { keptInputs } from "../fuzz/corpus.ts";
import { denseInputs } from "../fuzz/input/dense.ts";
import { tapeDice } from "../fuzz/input/dice.ts";
import { makeInput, stockOf } from "../fuzz/input/mutate.ts";
import { Hunger } from "../fuzz/memory.ts";
import { ran } from "./support/ran.ts";

/** inputs of a target whose weight is 1 */
const most = 500;
const fewest = 20;

const tape = fc.array(fc.nat(0x7fffffff), { maxLength: 60, size: "max" });
const counts = { inputs: 0, accepted: 0, kept: 0 };
const hungriest = { target: "", share: 0, bytes: 0, length: 0 };

for (const target of targets)
	test(`${target.name}: no input breaks a promise`, async () => {
		const open = await target.open();
		try {
			assert.notEqual(open.seeds.length, 0, "no valid input to start from");
			const stock = stockOf(open.seeds, open.form);
			const hunger = new Hunger();
			const take = async (input: Uint8Array): Promise<string> => {
				counts.inputs++;
				const outcome = await hunger.watch(input, () => open.run(input));
				if (outcome === "accepted") counts.accepted++;
				return outcome;
			};
			const outcomes = [];
			for (const seed of open.seeds) outcomes.push(await take(seed));
			assert.ok(outcomes.includes("accepted"), `no seed is valid: ${outcomes}`);
			for (const input of keptInputs(target.name)) {
				counts.kept++;
				await take(input);
			}
			for (const input of denseInputs(open.form)) await take(input);
			const property = fc.asyncProperty(tape, async (numbers) => {
				const input = makeInput(tapeDice(numbers), stock);
				try {
					await take(input);
				} catch (error) {
					const hex = Buffer.from(input).toString("hex");
					throw new Error(`${target.name} with ${hex.slice(0, 20_000)}`, { cause: error });
				}
			});
			await fc.assert(property, { numRuns: Math.max(fewest, Math.round(most / target.weight)) });
			const { input, bytes, limit } = await hunger.hungriest(open.run, target.memory);
			const hex = Buffer.from(input).toString("hex").slice(0, 20_000);
			assert.ok(bytes <= limit, `${bytes} bytes allocated for ${input.length}, of ${limit}: ${hex}`);
			if (bytes / limit > hungriest.share)
				Object.assign(hungriest, { target: target.name, share: bytes / limit, bytes, length: input.length });
		} finally {
			await open.close?.();
		}
	});

test("there are targets enough, each with a name of its own", () => {
	assert.ok(targets.length >= 40, `${targets.length} targets`);
	assert.equal(new Set(targets.map(({ name }) => name)).size, targets.length);
});

test("every target had its inputs", (t) => {
	const { inputs, accepted, kept } = counts;
	const { target, share, bytes, length } = hungriest;
	ran(t, "fuzzing", { targets: targets.length, inputs, accepted, "from the corpus": kept });
	t.diagnostic(
		`nearest to its bound of memory: ${target}, ${bytes} bytes allocated for ${length}, ${Math.round(100 * share)} %`,
	);
	assert.ok(inputs >= fewest * targets.length && accepted > 0 && kept > 0);
});
