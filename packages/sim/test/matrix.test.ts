/** The matrix's own eyes: a sound flow comes out clean, and each planted leak is seen in the cells where it leaks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { judge, type Verdict } from "../src/matrix/judge.ts";
import { allCells, hashOf, type RanCell, runCell, runVirtually } from "../src/matrix/matrix.ts";
import { type Leak, purses } from "./support/purses.ts";

async function matrixOf(leak: Leak, seed = 1): Promise<readonly RanCell[]> {
	const cells = [undefined, ...(await allCells(purses(leak), seed))];
	const ran: RanCell[] = [];
	for (const cell of cells) ran.push(await runCell(runVirtually, purses(leak), cell, seed));
	return ran;
}

/** The cells in which the judge saw this, by name. */
function where(ran: readonly RanCell[], sees: (verdict: Verdict) => boolean): readonly string[] {
	return ran.filter(({ verdict }) => sees(verdict)).map(nameOf);
}

function nameOf({ cell }: RanCell): string {
	return cell === undefined ? "nothing" : `${cell.step} ${cell.party} ${cell.fault}`;
}

test("a sound flow: each cell is met and comes to rest, and nothing is created, lost, stranded or twice there", async () => {
	const ran = await matrixOf("none");
	assert.equal(ran.length, 1 + 3 * 2 * 3 + 2 * 2 * 3);
	for (const each of ran) {
		assert.ok(each.trace.isAtRest, nameOf(each));
		assert.equal(each.trace.hasStruck, each.cell !== undefined, nameOf(each));
		const { created, lost, doublyAvailable, stranded } = each.verdict;
		assert.deepEqual([created, lost, doublyAvailable, stranded], [0n, 0n, 0n, 0n], nameOf(each));
		assert.deepEqual(each.verdict.atEnd, { payer: "paid", payee: "received" }, nameOf(each));
	}
});

test("without a fault: two messages, both to or from the till; in doubt from setting aside to the till's write", async () => {
	const [{ verdict } = assert.fail("no run")] = await matrixOf("none");
	const { messages, centralMessages, repeats, inDoubtMs, atTimeOut } = verdict;
	assert.deepEqual([messages, centralMessages, repeats], [2, 2, 0]);
	assert.ok(inDoubtMs >= 8 && inDoubtMs <= 24, `${inDoubtMs}`);
	assert.deepEqual(atTimeOut, { payer: "paid", payee: "received" });
});

test("a lost message and a lost acknowledgement are each made good by one repeat", async () => {
	const ran = await matrixOf("none");
	const repeats = (name: string): number | undefined =>
		ran.find((each) => nameOf(each) === name)?.verdict.repeats;
	assert.equal(repeats("2 purse lost"), 1);
	assert.equal(repeats("2 till lost"), 1);
	assert.equal(repeats("3 purse duplicated"), 0);
});

test("an outage is seen: the payer is told unknown, and pays twice where the till comes back", async () => {
	const ran = await matrixOf("none");
	const verdict = ran.find((each) => nameOf(each) === "2 till paid-again")?.verdict;
	assert.deepEqual(verdict?.atTimeOut, { payer: "unknown", payee: "nothing" });
	assert.equal(verdict?.paidTwice, 300n);
	assert.equal(verdict?.hasPaidAgain, true);
	assert.ok(verdict.inDoubtMs > 19_000);
	assert.deepEqual(
		where(ran, ({ paidTwice }) => paidTwice > 0n),
		[1, 2].flatMap((step) => [`${step} purse paid-again`, `${step} till paid-again`]),
	);
});

test("value that its payer takes back after a time-out is seen as created", async () => {
	const ran = await matrixOf("restores");
	assert.deepEqual(
		where(ran, ({ created }) => created === 300n),
		[
			"2 purse crash-after",
			"2 purse delayed",
			"2 till crash-after",
			"3 purse crash-before",
			"3 purse paid-again",
		],
	);
});

test("value that is forgotten before it is taken is seen as lost", async () => {
	const ran = await matrixOf("forgets");
	assert.deepEqual(
		where(ran, ({ lost }) => lost === 300n),
		[
			"1 till crash-before",
			"1 till crash-after",
			"1 till paid-again",
			"2 purse lost",
			"2 till crash-before",
			"2 till paid-again",
		],
	);
});

test("value that two can spend for a moment is seen, though it is right at rest", async () => {
	const ran = await matrixOf("shows-both");
	assert.equal(where(ran, ({ doublyAvailable }) => doublyAvailable === 300n).length, ran.length);
	assert.deepEqual(
		where(ran, ({ created }) => created > 0n),
		[],
	);
});

test("a repeat that is taken for another payment is seen as created and as paid twice", async () => {
	const ran = await matrixOf("takes-twice");
	const seen = where(ran, ({ created, paidTwice }) => created >= 300n && paidTwice >= 300n);
	assert.ok(seen.includes("2 purse duplicated"), seen.join());
});

test("what a third party between payer and payee lost or made is seen, also where all of it adds up", () => {
	const state = (available: Readonly<Record<string, bigint>>) => ({
		isUp: true,
		holdings: { available, locked: {}, reserved: {} },
		sees: undefined,
	});
	const event = { at_ms: 1, happening: "taken", step: 1, from: "phone", to: "gateway" } as const;
	const trace = {
		begun: { phone: state({ payer: 500n, payee: 0n }), gateway: state({ gateway: 900n }) },
		events: [
			{
				...event,
				changed: { phone: state({ payer: 500n, payee: 300n }), gateway: state({ gateway: 600n }) },
			},
		],
		isAtRest: true,
		hasStruck: false,
	};
	const { created, lost, doublyAvailable } = judge(trace, {
		payer: "phone",
		payee: "phone",
		amount: 300n,
		central: new Set(),
	});
	assert.deepEqual([created, lost, doublyAvailable], [300n, 300n, 300n]);
});

test("one seed has one trace, and another seed another", async () => {
	const [once, again, other] = [await matrixOf("none"), await matrixOf("none"), await matrixOf("none", 2)];
	assert.equal(hashOf(once), hashOf(again));
	assert.notEqual(hashOf(once), hashOf(other));
});
