/**
 * Torn files: what a loss of power may leave of a wallet's files, cut off at any byte.
 *
 * What was acknowledged before the cut is there, and after it comes the state of some commit, never a mixture:
 * SQLite's log carries a checksum from frame to frame. Cutting the main file, which nothing but damage does, is
 * refused as damage or changes nothing.
 */
import assert from "node:assert/strict";
import {
	copyFileSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { sqliteStore, type WalletStore } from "../src/index.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-torn-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const original = join(folder, "wallet.sqlite");
const commits = 8;

type Commit = { readonly size: number; readonly rows: string };

const textOf = (rows: ReadonlyMap<string, Uint8Array>): string =>
	[...rows]
		.map(([key, value]) => `${key}=${Buffer.from(value).toString("hex")}`)
		.sort()
		.join();

/** A wallet's file and its log as they are after some commits, none of them checkpointed. */
async function write(): Promise<{ readonly store: WalletStore; readonly after: readonly Commit[] }> {
	const store = sqliteStore(original);
	assert.ok(!isRefusal(store));
	const states: Commit[] = [];
	const note = async (): Promise<void> => {
		states.push({ size: statSync(`${original}-wal`).size, rows: textOf(await store.load()) });
	};
	await note();
	for (let i = 1; i <= commits; i++) {
		const value = new Uint8Array(700 * i).fill(i);
		await store.commit([
			{ key: "a", value },
			{ key: `token/${i}`, value: value.subarray(0, 40) },
			{ key: `token/${i - 2}`, value: null },
		]);
		await note();
	}
	return { store, after: states };
}

let copies = 0;

/** Opens a copy whose log is what `change` makes of it. */
async function openedWith(change: (log: Buffer) => Uint8Array): Promise<string> {
	const path = join(folder, `copy-${++copies}.sqlite`);
	copyFileSync(original, path);
	writeFileSync(`${path}-wal`, change(readFileSync(`${original}-wal`)));
	const store = sqliteStore(path);
	if (isRefusal(store)) return store.code;
	const rows = textOf(await store.load());
	await store.close();
	for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
	return rows;
}

test("a log cut off anywhere holds every commit before the cut, and no part of another", async (t) => {
	const { store, after: states } = await write();
	const whole = states.at(-1)?.size as number;
	const cuts = new Set<number>();
	for (const { size } of states)
		for (const near of [-25, -1, 0, 1, 25]) cuts.add(Math.min(whole, size + near));
	for (let cut = states[0]?.size as number; cut < whole; cut += 1_777) cuts.add(cut);
	for (const cut of cuts) {
		const rows = await openedWith((log) => log.subarray(0, cut));
		const acknowledged = states.findLastIndex(({ size }) => size <= cut);
		// Less than the first state was never acknowledged to anybody: the file is then empty, or as it was made.
		if (acknowledged < 0) continue;
		assert.equal(rows, states[acknowledged]?.rows, `cut off at ${cut} of ${whole}`);
	}
	ran(t, "cuts", { "torn files": cuts.size });
	await store.close();
});

test("a log of which a sector is garbage holds the commits before it, and no part of another", async (t) => {
	for (const suffix of ["", "-wal", "-shm"]) rmSync(`${original}${suffix}`, { force: true });
	const { store, after: states } = await write();
	const from = states[0]?.size as number;
	let tried = 0;
	for (let at = from; at < (states.at(-1)?.size as number); at += 1_536) {
		const rows = await openedWith((log) => {
			const damaged = Buffer.from(log);
			damaged.fill(0xa5, at, Math.min(damaged.length, at + 512));
			return damaged;
		});
		const acknowledged = states.findLastIndex(({ size }) => size <= at);
		assert.equal(rows, states[acknowledged]?.rows, `garbage at ${at}`);
		tried++;
	}
	ran(t, "cuts", { "torn files": tried });
	await store.close();
});

test("a main file cut off anywhere is refused as damaged, or nothing is missing", async (t) => {
	for (const suffix of ["", "-wal", "-shm"]) rmSync(`${original}${suffix}`, { force: true });
	const { store, after: states } = await write();
	await store.close();
	const whole = statSync(original).size;
	const outcomes = new Map<string, number>();
	for (let cut = 1; cut < whole; cut += 257) {
		const path = join(folder, `cut-${cut}.sqlite`);
		copyFileSync(original, path);
		truncateSync(path, cut);
		const opened = sqliteStore(path);
		let outcome: string;
		if (isRefusal(opened)) outcome = opened.code;
		else {
			outcome = textOf(await opened.load()) === states.at(-1)?.rows ? "whole" : "MIXED";
			await opened.close();
		}
		outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
	}
	t.diagnostic([...outcomes].map(([outcome, times]) => `${times} × ${outcome}`).join(", "));
	ran(t, "cuts", { "torn files": [...outcomes.values()].reduce((sum, times) => sum + times, 0) });
	assert.deepEqual(
		[...outcomes.keys()].filter((outcome) => !["state-damaged", "whole"].includes(outcome)),
		[],
	);
});
