/**
 * `tenten faults`: its last line, its exit code, and that real processes come to what the virtual world comes to, in a
 * seeded sample of cells.
 */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Cell, flows } from "@tenten/sim";
import { ran } from "../../../test/support/ran.ts";
import { purses } from "../../sim/test/support/purses.ts";
import { Cast } from "../src/faults/member.ts";
import { partyProgram } from "../src/faults/party-process.ts";
import { isByClock, problemsOf, resultOf } from "../src/faults/result.ts";
import { type MatrixRun, runMatrix } from "../src/faults/run.ts";
import { seededChance } from "../src/torture/chance.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell();
after(() => shell.close());

const sound = flows.filter(({ name }) => !isByClock(name));
/** cells of each flow */
const ofEach = 3;
/** Every flow of these has as many cells. */
const fewest = 350;

const keys = [
	"flow",
	"step",
	"party",
	"fault",
	"created",
	"lost",
	"doublyAvailable",
	"paidTwice",
	"inDoubtMs",
];

test("the last line has every cell with its verdict, and an outage of C before notice makes people pay twice", async () => {
	const json = await shell.well("faults", "--flow", "18", "--step", "14", "--party", "C");
	assert.deepEqual(
		json.cells.map(({ fault }: Cell) => fault),
		["crash-before", "crash-after", "lost", "duplicated", "delayed", "paid-again"],
	);
	for (const cell of json.cells) {
		for (const key of [...keys, "messages", "centralMessages"]) assert.ok(key in cell, key);
		assert.deepEqual([cell.created, cell.lost, cell.doublyAvailable], [0, 0, 0]);
		assert.equal(cell.paidTwice > 0, cell.fault === "paid-again", cell.fault);
	}
});

test("of tokens for money on an account it says how often both legs were done, neither, or one alone", async () => {
	const { stderr, status } = await shell.tenten(
		"faults",
		"--flow",
		"withdraw",
		"--step",
		"37",
		"--party",
		"gateway",
	);
	assert.equal(status, 0);
	assert.match(stderr, /both legs were done in \d+ cells, neither in \d+, and one without the other in 0\./);
});

test("the same seed ends with the same hash, another with another", async () => {
	const hash = async (seed: string): Promise<string> =>
		(await shell.well("faults", "--flow", "18", "--step", "13", "--fault", "lost", "--seed", seed)).traceHash;
	assert.equal(await hash("5"), await hash("5"));
	assert.notEqual(await hash("5"), await hash("6"));
});

test("the summary says what the run found against the argument: a module that had deleted when it went out", async () => {
	const { stderr, json } = await shell.tenten(
		"faults",
		"--flow",
		"17",
		"--fault",
		"paid-again",
		"--party",
		"module-A",
	);
	const twice = json.cells.filter(({ paidTwice }: { readonly paidTwice: number }) => paidTwice > 0);
	const names = twice.map(({ step, party, fault }: Cell) => `${step} ${party} ${fault}`).join(", ");
	assert.ok(twice.length > 0);
	assert.ok(stderr.includes(`Against the argument, flow 17: ${names} paid twice`), stderr);
	assert.match(stderr, /had given the value up for good when it went out/);
});

test("what is not there is refused", async () => {
	for (const args of [
		["--flow", "19"],
		["--fault", "rain"],
		["--step", "first"],
	])
		assert.equal((await shell.tenten("faults", ...args)).status, 2, args.join(" "));
	assert.equal((await shell.tenten("faults", "--flow", "18", "--step", "99")).status, 0);
});

test("in processes that are killed, over HTTP, a sample of cells comes to what it comes to on virtual time", async (t) => {
	const chance = seededChance(7);
	const sampled = new Map<string, ReadonlySet<number>>();
	const run = await inProcesses(partyProgram, {
		flows: sound,
		isWanted: sampleOf(sampled, (count) => new Set(Array.from({ length: ofEach }, () => chance(count)))),
	});
	assert.deepEqual(problemsOf(run), []);
	assert.ok(run.cells.length >= sound.length);
	ran(t, "faults", { "cells in processes": run.cells.length, "run again on a slower clock": run.again });
});

test("the flow of two in processes: each of its cells agrees, and what leaks on virtual time leaks there", async () => {
	const program = new URL("support/purse-process.ts", import.meta.url).pathname;
	const isWanted = ({ step, fault }: Cell): boolean => step === 2 && fault !== "paid-again";
	const run = await inProcesses(program, { flows: [purses("none"), purses("restores")], isWanted });
	assert.deepEqual(run.disagreements, []);
	const leaks = run.cells.filter(({ verdict }) => verdict.created > 0n);
	assert.deepEqual(
		leaks.map(({ flow, cell }) => `${flow} ${cell?.party} ${cell?.fault}`),
		["purse-restores purse crash-after", "purse-restores purse delayed", "purse-restores till crash-after"],
	);
	assert.deepEqual(
		(resultOf(run, "processes") as { readonly problems: readonly string[] }).problems,
		leaks.map(({ flow, cell }) => `value created: flow ${flow}, step 2, ${cell?.party}, ${cell?.fault}`),
	);
});

/** Picks cells of each flow by their place in it. */
function sampleOf(
	sampled: Map<string, ReadonlySet<number>>,
	pick: (count: number) => ReadonlySet<number>,
): (cell: Cell) => boolean {
	const places = new Map<string, number>();
	return ({ flow }) => {
		const place = places.get(flow) ?? 0;
		places.set(flow, place + 1);
		const chosen = sampled.get(flow) ?? pick(fewest);
		sampled.set(flow, chosen);
		return chosen.has(place);
	};
}

async function inProcesses(
	program: string,
	{ flows: of, isWanted }: Pick<Parameters<typeof runMatrix>[0], "flows" | "isWanted">,
): Promise<MatrixRun> {
	const cast = new Cast(program);
	try {
		return await runMatrix({
			flows: of,
			seed: 1,
			isWanted,
			cast,
			lanes: 4,
			progress: () => undefined,
			isStopped: () => false,
		});
	} finally {
		await cast.end();
	}
}
