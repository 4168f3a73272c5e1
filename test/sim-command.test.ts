/** `tenten sim` as its users meet it: what it refuses, what it says of what was run, and which seeds it keeps. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { keepSeed, keptSeeds } from "@tenten/sim";
import { type Ended, runPlanted } from "./bugs/run-planted.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-sim-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const bin = join(import.meta.dirname, "../packages/cli/src/bin.ts");
const sim = (bug: string | null, ...args: readonly string[]): Promise<Ended> =>
	runPlanted(bug, [bin, "sim", ...args], 120_000);
const jsonOf = ({ stdout }: Pick<Ended, "stdout">) => JSON.parse(stdout.trim().split("\n").at(-1) ?? "");

test("what asks for nothing, or for two things at once, is refused", async () => {
	const refused = [
		["--seeds", "0"],
		["--minutes", "0"],
		["--steps", "0"],
		["--seeds", "99999999999999999999"],
		["--seed", "3", "--seeds", "5"],
		["--seed", "3", "--first", "5"],
		["--trace"],
		["--settlement", "--suite", "real"],
	];
	for (const args of refused) {
		const { code, stdout, stderr } = await sim(null, ...args, "--json");
		assert.equal(code, 2, `${args.join(" ")}: ${stderr}`);
		assert.equal(jsonOf({ stdout }).ok, false);
	}
	const { stderr } = await sim(null, "--seeds", "99999999999999999999");
	assert.match(stderr, /--seeds is a whole number from 1 to 999999999/);
});

test("a world that is traced leaves one line of JSON on stdout", async () => {
	const ended = await sim(null, "--seed", "3", "--steps", "100", "--trace", "--json");
	assert.equal(ended.code, 0, ended.stderr);
	assert.equal(ended.stdout.trim().split("\n").length, 1);
	assert.match(ended.stderr, /world {6}heals/);
	const { seeds, rerun, payments, begun, cancelled } = jsonOf(ended);
	assert.deepEqual([seeds, rerun], [1, 1]);
	assert.ok(payments > 0 && payments + cancelled <= begun, `${payments} + ${cancelled} of ${begun}`);
});

test("worlds of settlement are run by the same command", async () => {
	const ended = await sim(null, "--settlement", "--seeds", "1", "--steps", "12", "--json");
	assert.equal(ended.code, 0, ended.stderr);
	const { seeds, rerun, violations, settlement } = jsonOf(ended);
	assert.deepEqual([seeds, rerun, violations], [1, 1, []]);
	assert.ok(settlement.records > 0 && settlement.paid > 0);
});

test("what is found is kept at once, and run first from then on", async () => {
	const file = join(folder, "seeds.jsonl");
	const ended = await sim("change-lost", "--seeds", "2", "--keep", "--kept", file, "--json");
	assert.equal(ended.code, 1);
	assert.deepEqual(jsonOf(ended).unkept, []);
	assert.deepEqual(
		keptSeeds(file).map(({ seed, steps }) => [seed, steps]),
		jsonOf(ended).violations.map(({ seed }: { readonly seed: number }) => [seed, 2_000]),
	);
	const again = await sim("change-lost", "--seeds", "1", "--first", "90", "--kept", file);
	assert.match(again.stdout, /^BROKEN .* \(seed 1,/);
});

test("what cannot be kept is said, and nothing else is lost by it", async () => {
	const file = join(folder, "not-there", "seeds.jsonl");
	const ended = await sim("change-lost", "--seeds", "1", "--keep", "--kept", file, "--json");
	assert.equal(ended.code, 1, ended.stderr);
	assert.match(ended.stderr, /seed 1 is not kept: ENOENT/);
	assert.deepEqual(jsonOf(ended).unkept, [1]);
	assert.equal(jsonOf(ended).violations.length, 1);
});

test("a seed is kept once, and what another run kept meanwhile stays", () => {
	const file = join(folder, "two.jsonl");
	const kept = { suite: "toy", steps: 10, found: "…" } as const;
	keepSeed({ ...kept, seed: 1 }, file);
	keepSeed({ ...kept, seed: 1 }, file);
	keepSeed({ ...kept, seed: 1, without: ["terms"] }, file);
	assert.equal(readFileSync(file, "utf8").split("\n").length, 3);
	const before = keptSeeds(file);
	keepSeed({ ...kept, seed: 2 }, file);
	assert.equal(before.length, 2);
	assert.equal(keptSeeds(file).length, 3);
});

test("Ctrl-C ends it with what it has", async () => {
	const args = ["sim", "--seeds", "100000", "--steps", "200", "--kept", join(folder, "none.jsonl"), "--json"];
	const { NODE_TEST_CONTEXT: _, ...env } = process.env;
	const child = spawn(process.execPath, [bin, ...args], { env });
	let [stdout, stderr, isAsked] = ["", "", false];
	child.stdout.setEncoding("utf8").on("data", (text: string) => {
		stdout += text;
	});
	child.stderr.setEncoding("utf8").on("data", (text: string) => {
		stderr += text;
		// A second one would end it without a word.
		if (!isAsked && / [1-9][0-9]*\/100000/.test(stderr)) isAsked = child.kill("SIGINT");
	});
	const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
	assert.equal(code, 0, stderr);
	const { seeds, stopped, violations } = jsonOf({ stdout });
	assert.ok(seeds > 0 && stopped);
	assert.deepEqual(violations, []);
});
