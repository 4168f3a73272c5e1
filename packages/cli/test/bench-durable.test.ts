/** Durable measurements, run tiny: what is counted is there, and what was made is what was meant. */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { amountOfToken, fillWallet, noteOf } from "../src/bench/full-wallet.ts";
import { benchHandoverDurable } from "../src/bench/handover-durable.ts";
import { benchLedger } from "../src/bench/ledger.ts";
import { percentile } from "../src/bench/percentile.ts";
import { currentCommit, recordRun } from "../src/bench/record.ts";
import { thisMachine } from "../src/bench/result.ts";
import { benchSeal } from "../src/bench/seal.ts";
import { benchWallet } from "../src/bench/wallet.ts";
import { benchWitness } from "../src/bench/witness.ts";
import { makeOutput } from "../src/output.ts";

const silent = { ...makeOutput(true), say: () => {}, progress: () => ({ reach: () => {}, end: () => {} }) };
const folder = mkdtempSync(join(tmpdir(), "tenten-bench-"));
after(() => rmSync(folder, { recursive: true }));

test("a filled wallet holds what was drawn less what was paid, and its journal is its own", async () => {
	const filling = { tokens: 20, entries: 30, payments: 3 };
	const full = await fillWallet(join(folder, "full.sqlite"), filling, () => {});
	const wallet = await full.open();
	// Of three payments in turns, two went away and one came back.
	assert.equal(wallet.balance(full.pair.asset).available, 19n * amountOfToken);
	assert.equal(wallet.module.attempts().length, 3);
	await wallet.close();
	await full.pair.close();
	assert.notEqual(noteOf(1), noteOf(11));
});

test("opening, paying, the balance and both searches are measured, beside one disk sync", async () => {
	const results = await benchWallet(silent, { tokens: 32, entries: 40, payments: 2, rounds: 1 });
	const measured = results.filter(({ metric }) => !metric.endsWith(": processor"));
	assert.deepEqual(
		measured.map(({ metric, rounds }) => [metric, rounds]),
		[
			["open, 32 tokens", 1],
			["of it: lock the file, check every page and close it again", 1],
			["pay, own work, 32 tokens", 1],
			["balance, 32 tokens", 1],
			["search, the oldest of 40 entries", 1],
			["search, the newest of 40 entries", 1],
			["one disk sync", 50],
		],
	);
	assert.equal(results.length, 2 * measured.length - 1);
	assert.ok(results.every(({ name, unit, ours }) => name === "wallet" && unit === "ms" && ours > 0));
});

test("a recorded run is one line more, with machine, note and results", () => {
	const file = join(folder, "runs.jsonl");
	const run = { commit: currentCommit(), machine: thisMachine(), note: "tiny", results: [] };
	recordRun(file, run);
	recordRun(file, run);
	const lines = readFileSync(file, "utf8").trimEnd().split("\n");
	const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
	assert.equal(lines.length, 2);
	assert.deepEqual({ ...second, at: null }, { ...first, at: null });
	assert.deepEqual(Object.keys(first ?? {}), ["at", "commit", "machine", "note", "results"]);
	assert.deepEqual(first?.["note"], "tiny");
});

test("a durable hand-over is five commits and two entries, and every fare that left the phone is at the gate", async () => {
	const results = await benchHandoverDurable(silent, { rounds: 1, perRound: 2 });
	const of = (start: string): number | undefined =>
		results.find(({ metric }) => metric.startsWith(start))?.ours;
	assert.equal(of("commits of the modules, a disk sync each: 2 on the phone, 3 at the gate"), 5);
	assert.equal(of("entries of the journals"), 2);
	assert.equal(of("signatures made"), 3);
	assert.equal(of("signatures verified"), 5);
	const beside = results.find(({ limit }) => limit !== null);
	assert.ok(beside?.limit && beside.ours > 0 && beside.ratio !== null && beside.ratio > 0);
	assert.deepEqual(
		results.filter(({ metric }) => metric.startsWith("p")).map(({ rounds }) => rounds),
		[2, 2, 2],
	);
});

test("payments of a ledger are counted on every store that is there, beside bare rows and TPC-B", async () => {
	const results = await benchLedger(silent, {
		rounds: 1,
		payments: 300,
		accounts: 40,
		tpcb: { scale: 1, accountsEach: 100 },
	});
	const stores = new Set(results.map(({ metric }) => metric.split(",")[0]));
	for (const store of ["SQLite", "PostgreSQL"].filter((name) => stores.has(name)))
		for (const batch of ["1", "100", "1,000"]) {
			const found = results.find(({ metric }) => metric === `${store}, batches of ${batch}`);
			assert.ok(found && found.ours > 0 && found.ratio !== null && found.ratio > 0);
		}
	assert.equal(results.at(-1)?.metric, "one disk sync");
});

test("a percentile is a value that was measured, by nearest rank", () => {
	const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
	assert.deepEqual(
		[50, 95, 99, 99.9, 100].map((rank) => percentile(hundred, rank)),
		[50, 95, 99, 100, 100],
	);
	assert.equal(percentile([], 99), 0);
});

test("lines of liabilities that change, and their proofs, are measured: the tree is that of a new one", async () => {
	const results = await benchSeal(silent, { accounts: 300, changed: 20, rounds: 2 });
	assert.deepEqual(
		results.map(({ metric, rounds }) => [metric, rounds]),
		[
			["20 of 300 lines change, durable", 2],
			["20 of 300 lines change: processor", 2],
			["all of 300 lines at once", 1],
			["proof of a line of 300, the largest of 200", 200],
			["one disk sync", 50],
		],
	);
	assert.ok(results.every(({ name, ours }) => name === "seal" && ours > 0));
});

test("a witness is measured by HTTP: every request was cosigned, beside its bare work and one disk sync", async () => {
	const results = await benchWitness(silent, { logs: 4, perRound: 2, rounds: 2 });
	assert.deepEqual(
		results.map(({ metric, unit, rounds }) => [metric, unit, rounds]),
		[
			["4 logs at once, by HTTP, durable", "requests/s", 2],
			["of one request: processor of the witness", "µs", 2],
			["one disk sync", "ms", 50],
		],
	);
	assert.ok(results.every(({ ours }) => ours > 0));
});
