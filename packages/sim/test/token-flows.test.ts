/** A phone's wallet pays a company's, by the real modules: every step in its place, and nothing made or lost. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Chance } from "../src/chance.ts";
import type { Cell } from "../src/matrix/cell.ts";
import { allCells, type RanCell, runCell, runVirtually } from "../src/matrix/matrix.ts";
import type { Flow, Message, Party, Step } from "../src/matrix/party.ts";
import {
	type Course,
	direct,
	directFlow,
	timeOut,
	timeOutFlow,
	timeOutReservedFlow,
	tokenFlow,
	twoPhase,
	twoPhaseFlow,
} from "../src/matrix/token-flow.ts";
import { funds, TokenHouse } from "../src/matrix/token-house.ts";

/** Cells where nobody pays again, and where money is made, lost or left in the middle. */
const broken = ({ trace, verdict }: RanCell): boolean =>
	!trace.isAtRest ||
	!trace.hasStruck ||
	verdict.created + verdict.lost + verdict.stranded + verdict.doublyAvailable > 0n;

/** The steps whose messages were taken. */
const takenIn = ({ trace }: RanCell): readonly number[] =>
	[
		...new Set(trace.events.filter(({ happening }) => happening === "taken").map(({ step }) => step)),
	].toSorted((a, b) => a - b);

const messagesOf = ({ steps }: Flow, isOf: (step: Step) => boolean): readonly number[] =>
	steps.filter((step) => step.kind === "message" && isOf(step)).map(({ number }) => number);

for (const [flow, count, all] of [
	[directFlow, 14, 22],
	[twoPhaseFlow, 17, 28],
] as const) {
	test(`flow ${flow.name} has its ${count} steps, and ${all} with its recovery, and takes each message of them`, async () => {
		assert.equal(flow.steps.length, all);
		assert.equal(flow.steps.filter(({ whenCut }) => whenCut === undefined).length, count);
		const ran = await runCell(runVirtually, flow, undefined, 1);
		assert.deepEqual(
			takenIn(ran),
			messagesOf(flow, ({ whenCut }) => whenCut === undefined),
		);
		assert.deepEqual(ran.verdict.atEnd, { payer: "paid", payee: "received" });
		assert.ok(!broken({ ...ran, trace: { ...ran.trace, hasStruck: true } }));
	});

	test(`flow ${flow.name} recovers by steps ${count + 1} to ${all} where the receipt does not come`, async () => {
		const cells = await allCells(flow, 1);
		const last = cells.find(({ step, fault }) => step === all - 1 && fault === "lost");
		const ran = await runCell(runVirtually, flow, last, 1);
		const recovery = messagesOf(flow, ({ whenCut }) => whenCut !== undefined);
		assert.deepEqual(
			takenIn(ran).filter((step) => recovery.includes(step)),
			recovery,
		);
		assert.deepEqual(ran.verdict.atEnd, { payer: "paid", payee: "received" });
		assert.ok(!broken(ran));
	});
}

/** Runs a cell, and has the operator redeem what everybody holds at the end. */
async function redeemedAfter(course: Course, cell: Cell | undefined) {
	let house: TokenHouse | undefined;
	const flow = tokenFlow(course, (seed) => {
		house ??= new TokenHouse(seed, undefined);
		return house;
	});
	const ran = await runCell(runVirtually, flow, cell, 1);
	const later = {
		now: () => Date.UTC(2026, 0, 1, 2),
		random: new Chance(1, "redeeming").bytes,
		write: () => {},
	};
	const { payer, payee } = await (house ?? assert.fail("no house")).redeemed(later);
	return { ran, payer, payee };
}

const nameOf = ({ step, party, fault }: Cell): string => `${step}/${party}/${fault}`;

for (const course of [direct, twoPhase])
	test(`flow ${course.name}: whoever crashes at whichever step, the operator redeems all of it, and once`, async () => {
		const cells = await allCells(tokenFlow(course), 1);
		const crashes = cells.filter(({ fault }) => fault === "crash-before" || fault === "crash-after");
		assert.equal(crashes.length, course.steps.length * 4 * 2);
		for (const cell of crashes) {
			const { ran, payer, payee } = await redeemedAfter(course, cell);
			assert.ok(!broken(ran), nameOf(cell));
			const { atEnd } = ran.verdict;
			const isPaid = atEnd.payer === "paid";
			const asSeen = isPaid ? atEnd.payee === "received" : course === twoPhase && atEnd.payer === "abandoned";
			assert.ok(asSeen, `${nameOf(cell)}: ${atEnd.payer}, ${atEnd.payee}`);
			assert.equal(payee.credited > 0n, isPaid, nameOf(cell));
			assert.equal(payer.credited + payee.credited, funds, nameOf(cell));
			assert.equal(ran.verdict.paidTwice, 0n, nameOf(cell));
			for (const { evidence, refused } of [payer, payee]) assert.deepEqual([evidence, refused], [[], []]);
		}
	});

/** The cells without recovery in which whoever pays again on the spot has then paid twice. */
async function paidTwiceIn(flow: Flow): Promise<readonly string[]> {
	const usual = flow.steps.filter(({ whenCut }) => whenCut === undefined).length;
	const names: string[] = [];
	for (const cell of await allCells(flow, 1)) {
		if (cell.fault !== "paid-again" || cell.step > usual) continue;
		const { verdict } = await runCell(runVirtually, flow, cell, 1);
		if (verdict.paidTwice > 0n) names.push(`${cell.step}/${cell.party}`);
	}
	return names;
}

test("paying again on the spot: in two phases twice only where the module has decided and is cut off before its word is out", async () => {
	assert.deepEqual(await paidTwiceIn(twoPhaseFlow), ["13/module-A", "14/module-A"]);
	const direct = await paidTwiceIn(directFlow);
	for (const cell of ["8/module-A", "8/module-B", "11/module-B"]) assert.ok(direct.includes(cell), cell);
});

test("each party apart, over files and by real signatures: the same comes of it", async () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-token-flows-"));
	try {
		for (const flow of [directFlow, twoPhaseFlow, timeOutFlow]) {
			const apart: Flow = {
				...flow,
				parties: async (seed) => {
					const own = join(folder, `${flow.name}-${seed}`);
					mkdirSync(own, { recursive: true });
					const names = (await flow.parties(seed)).map(({ name }) => name);
					// None of them knows another's house.
					return Promise.all(
						names.map(async (name) => {
							const kinds = await flow.parties(seed, own);
							return kinds.find((kind) => kind.name === name) ?? assert.fail(name);
						}),
					);
				},
			};
			const cells = (await allCells(flow, 1)).filter(({ step, fault }) => step === 8 && fault === "delayed");
			for (const cell of [undefined, ...cells]) {
				const [ran, usual] = [
					await runCell(runVirtually, apart, cell, 1),
					await runCell(runVirtually, flow, cell, 1),
				];
				assert.deepEqual(ran.verdict, usual.verdict);
			}
		}
	} finally {
		rmSync(folder, { recursive: true });
	}
});

test("another payment of the same order is refused at step 5, and nothing changes", async () => {
	const house = new TokenHouse(1, undefined);
	const flow = tokenFlow(twoPhase, () => house);
	const { first } = flow.begin(1);
	const parties = new Map<string, Party>();
	for (const kind of await flow.parties(1)) {
		const random = new Chance(1, kind.name).bytes;
		parties.set(kind.name, await kind.open({ now: () => Date.UTC(2026, 0, 1), random, write: () => {} }));
	}
	const partyOf = (name: string): Party => parties.get(name) ?? assert.fail(name);
	const drive = async (message: Message): Promise<readonly number[]> => {
		const [taken, queue] = [[] as number[], [message]];
		for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
			taken.push(next.step);
			queue.push(...(await partyOf(next.to).take(next)));
		}
		return taken;
	};
	const rows = async () => [...(await house.store("company").load())].map(([key, row]) => `${key} ${row}`);
	await drive(first);
	const held = async () => [await partyOf("module-A").holdings(), await partyOf("module-B").holdings()];
	const before = [await rows(), await held()];
	const another = { ...first, id: "another/tap", payment: "another" };
	assert.deepEqual(await drive(another), [0, 2, 0]);
	assert.equal(await partyOf("payer-app").sees("another"), "refused");
	assert.equal(await partyOf("company").sees("another"), "nothing");
	assert.deepEqual([await rows(), await held()], before);
});

/** Cells where money was made or lost, by name, without those of the recovery, which are alike. */
async function leaksOf(flow: Flow): Promise<Readonly<Record<"created" | "lost", readonly string[]>>> {
	const leaks = { created: [] as string[], lost: [] as string[] };
	const usual = flow.steps.filter(({ whenCut }) => whenCut === undefined).length;
	for (const cell of (await allCells(flow, 1)).filter(({ step }) => step > 8 && step <= usual)) {
		const { verdict } = await runCell(runVirtually, flow, cell, 1);
		if (verdict.created > 0n) leaks.created.push(nameOf(cell));
		if (verdict.lost > 0n) leaks.lost.push(nameOf(cell));
	}
	return leaks;
}

test("28-timeout makes money: the payee has it, its word does not come in time, and the payer restores its own", async () => {
	const { created, lost } = await leaksOf(timeOutFlow);
	for (const name of ["13/module-B/crash-after", "13/module-B/delayed", "16/module-A/crash-after"])
		assert.ok(created.includes(name), name);
	assert.deepEqual(lost, []);
});

test("what 28-timeout made is a fork: the operator pays it once, and names whoever restored it", async () => {
	const cell = (await allCells(timeOutFlow, 1)).find((each) => nameOf(each) === "13/module-B/crash-after");
	const { ran, payer, payee } = await redeemedAfter(timeOut, cell);
	assert.ok(ran.verdict.created > 0n);
	assert.equal(payee.credited, ran.verdict.created);
	assert.ok(payer.evidence.length > 0);
	assert.ok(payer.credited + payee.credited <= funds);
});

test("28-timeout-reserved destroys money: the release is on its way, and the payee deletes its reserved token", async () => {
	const { created, lost } = await leaksOf(timeOutReservedFlow);
	for (const name of ["13/module-A/delayed", "13/module-B/crash-before", "12/module-A/crash-after"])
		assert.ok(lost.includes(name), name);
	assert.deepEqual(created, []);
});
