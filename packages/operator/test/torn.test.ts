/**
 * Torn files: what a loss of power may leave of an operator's file, cut off at any byte.
 *
 * After each cut of SQLite's log the state is that of some commit, none acknowledged before the cut is missing,
 * and the operator opens, answers as it had answered, and balances. A main file that is cut off, which nothing
 * but damage does, is refused, or nothing is missing.
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
import { DatabaseSync } from "node:sqlite";
import { after, test } from "node:test";
import { ownOutput, serialize, signedOrder, signOrder } from "@tenten/protocol";
import { ran } from "../../../test/support/ran.ts";
import { expectValue } from "../../module/test/support/world.ts";
import type { Operator } from "../src/index.ts";
import { assertBalanced } from "./support/balanced.ts";
import { createEcosystem, enrolHolder, makeClaim, makeOrder, withdrawTo } from "./support/ecosystem.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-operator-torn-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const original = join(folder, "operator.db");

/** Everything in it, in words. */
function contents(path: string): string {
	const database = new DatabaseSync(path, { readBigInts: true });
	try {
		const tables = database
			.prepare("select name from sqlite_master where type = 'table' order by name")
			.all();
		return tables
			.map(({ name }) => {
				const rows = database.prepare(`select * from "${name}"`).all();
				const text = (value: unknown): string =>
					value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
				return `${name}\n${rows.map((row) => Object.values(row).map(text).join()).sort()}`;
			})
			.join("\n");
	} finally {
		database.close();
	}
}

/** What was answered, and how long the log was by then. */
type Acknowledged = { readonly size: number; readonly ask: Ask; readonly reply: unknown };
type Ask = (operator: Operator) => Promise<unknown>;

/** An operator at work: the size of its log and its contents after each commit, and what it had answered. */
async function work() {
	const commits: { readonly size: number; readonly text: string }[] = [];
	const size = (): number => statSync(`${original}-wal`).size;
	const onCommit = (point: string): void => {
		if (point === "afterCommit" && commits.at(-1)?.size !== size())
			commits.push({ size: size(), text: contents(original) });
	};
	const ecosystem = await createEcosystem({ database: original, store: { onCommit } });
	const { operator, world } = ecosystem;
	const acknowledged: Acknowledged[] = [];
	const acknowledge = async (ask: Ask): Promise<void> => {
		const reply = await ask(operator);
		acknowledged.push({ size: size(), ask, reply });
	};
	const alice = await enrolHolder(ecosystem);
	const account = alice.certificate.hash;
	const id = world.random();
	await acknowledge(async (opened) => {
		assert.equal(await opened.deposit(id, account, "JPY", 70n), undefined);
		return (await opened.audit("JPY")).totals.deposited >= 70n;
	});
	const outputs = [ownOutput(60n, alice.certificate, world.random())];
	const order = await makeOrder(ecosystem, { kind: "withdraw", account, outputs });
	const signed = serialize(signedOrder, await signOrder(order, alice.certificate.encoded, alice.signer));
	await acknowledge(async (opened) => expectValue(await opened.withdraw(signed)));
	const tokens = await withdrawTo(ecosystem, alice, 10n, 20n, 30n);
	for (const token of tokens) {
		const claim = await makeClaim(ecosystem, alice, [token], { kind: "account", account });
		await acknowledge(async (opened) => expectValue(await opened.claim(claim)));
	}
	return { ecosystem, commits, acknowledged };
}

type Worked = Awaited<ReturnType<typeof work>>;

let copies = 0;

/** A copy whose log is what `change` makes of it: its contents, and the operator over it is as good as its word. */
async function check(
	{ ecosystem, commits, acknowledged }: Worked,
	change: (log: Buffer) => Uint8Array,
	until: number,
	where: string,
): Promise<void> {
	const path = join(folder, `copy-${++copies}.db`);
	copyFileSync(original, path);
	writeFileSync(`${path}-wal`, change(readFileSync(`${original}-wal`)));
	const last = commits.findLastIndex(({ size }) => size <= until);
	// Less than the first commit was never acknowledged to anybody: the file is then as it was being made.
	if (last >= 0) assert.equal(contents(path), commits[last]?.text, where);
	const operator = (await createEcosystem({ database: path, run: copies })).operator;
	for (const { size, ask, reply } of acknowledged)
		if (size <= until) assert.deepEqual(await ask(operator), reply, where);
	await assertBalanced({ ...ecosystem, operator });
	await operator.close();
	for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

function removeOriginal(): void {
	for (const suffix of ["", "-wal", "-shm"]) rmSync(`${original}${suffix}`, { force: true });
}

test("a log cut off anywhere holds every commit before the cut, and no part of another", async (t) => {
	const worked = await work();
	const { commits } = worked;
	const whole = commits.at(-1)?.size as number;
	const cuts = new Set<number>([0, 31]);
	for (const { size } of commits) for (const near of [-25, 0, 1]) cuts.add(Math.min(whole, size + near));
	for (let cut = 0; cut < whole; cut += 9_777) cuts.add(cut);
	for (const cut of cuts)
		await check(worked, (log) => log.subarray(0, cut), cut, `cut off at ${cut} of ${whole}`);
	assert.ok(commits.length >= 10, `${commits.length} commits`);
	ran(t, "cuts", { "torn files": cuts.size });
	await worked.ecosystem.operator.close();
});

test("a log of which a sector is garbage holds the commits before it, and no part of another", async (t) => {
	removeOriginal();
	const worked = await work();
	const whole = worked.commits.at(-1)?.size as number;
	let tried = 0;
	for (let at = 0; at < whole; at += 12_288 - 512) {
		const spoil = (log: Buffer): Uint8Array => log.fill(0xa5, at, Math.min(log.length, at + 512));
		await check(worked, spoil, at, `garbage at ${at} of ${whole}`);
		tried++;
	}
	ran(t, "cuts", { "torn files": tried });
	await worked.ecosystem.operator.close();
});

/** Opening again counts the start, and changes nothing else. */
function exceptStarts(text: string): string {
	return text.replace(/^starts\noperator,\d+$/m, "");
}

test("a main file cut off anywhere is refused as damaged, or nothing is missing", async (t) => {
	removeOriginal();
	const { ecosystem, commits } = await work();
	await ecosystem.operator.close();
	const whole = statSync(original).size;
	const before = contents(original);
	assert.equal(before, commits.at(-1)?.text);
	const outcomes = new Map<string, number>();
	for (let cut = 1; cut < whole; cut += 2_011) {
		const path = join(folder, `cut-${cut}.db`);
		copyFileSync(original, path);
		truncateSync(path, cut);
		let outcome: string;
		try {
			const { operator } = await createEcosystem({ database: path, run: cut });
			await operator.close();
			outcome = exceptStarts(contents(path)) === exceptStarts(before) ? "whole" : "MIXED";
		} catch (error) {
			outcome = /malformed|is cut off/.test(String(error)) ? "refused" : String(error);
		}
		outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
	}
	t.diagnostic([...outcomes].map(([outcome, times]) => `${times} × ${outcome}`).join(", "));
	ran(t, "cuts", { "torn files": [...outcomes.values()].reduce((sum, times) => sum + times, 0) });
	assert.deepEqual(
		[...outcomes.keys()].filter((outcome) => !["refused", "whole"].includes(outcome)),
		[],
	);
});
