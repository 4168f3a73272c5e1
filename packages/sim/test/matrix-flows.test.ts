/**
 * The matrix on virtual time, and of each flow what it promises, or fails to: every cell of the four flows of the
 * reference; through a hub, and by the rule to the letter, every cell in which the payer pays again and a third of
 * the others; of withdrawals and deposits a twentieth, of payments across operators a third. `tenten faults` runs all.
 *
 * A cell whose fault was not met is no cell, so each must have been, and each must have come to rest.
 */
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { flows } from "../src/matrix/flows.ts";
import { allCells, type RanCell, runCell, runVirtually } from "../src/matrix/matrix.ts";

const seed = 1;
const isLiteral = (flow: string): boolean => flow.startsWith("28-timeout");
const isExchange = (flow: string): boolean => flow === "withdraw" || flow === "deposit";
const isAcross = (flow: string): boolean => flow === "crossing";
const isWhole = (flow: string): boolean =>
	!isLiteral(flow) && !isExchange(flow) && !isAcross(flow) && !flow.endsWith("-hub");
const isReserving = (flow: string): boolean => /^(25|17)/.test(flow);

/** Steps after D credited and before A or C could say so: the two cases of the published argument. */
const gap: Readonly<Record<string, readonly number[]>> = { A: [14, 15, 16], C: [14, 15, 16] };

for (const flow of flows)
	describe(`flow ${flow.name}`, () => {
		let cells: readonly RanCell[] = [];
		const named = (is: (ran: RanCell) => boolean): readonly string[] =>
			cells.filter(is).map(({ cell }) => `${cell?.step} ${cell?.party} ${cell?.fault}`);

		before(async () => {
			const all: RanCell[] = [];
			const chosen = (await allCells(flow, seed)).filter(({ fault }, place) =>
				isExchange(flow.name)
					? place % 20 === 0
					: isAcross(flow.name)
						? place % 3 === 0
						: isWhole(flow.name) || fault === "paid-again" || place % 3 === 0,
			);
			for (const cell of [undefined, ...chosen]) all.push(await runCell(runVirtually, flow, cell, seed));
			cells = all;
		});

		test("each fault was met where it should be, and each cell came to rest", (t) => {
			assert.deepEqual(
				named(({ cell, trace }) => trace.hasStruck !== (cell !== undefined)),
				[],
			);
			assert.deepEqual(
				named(({ trace }) => !trace.isAtRest),
				[],
			);
			ran(t, "faults", { cells: cells.length - 1 });
		});

		if (isLiteral(flow.name))
			test("the rule to the letter creates or destroys value, in cells that have names", () => {
				const leaks = named(({ verdict }) => verdict.created > 0n || verdict.lost > 0n);
				assert.notDeepEqual(leaks, []);
			});
		else
			test("nothing is created, lost, spendable twice or stranded in any cell", () => {
				assert.deepEqual(
					named(({ verdict: { created, lost } }) => created > 0n || lost > 0n),
					[],
				);
				assert.deepEqual(
					named(({ verdict: { doublyAvailable, stranded } }) => doublyAvailable > 0n || stranded > 0n),
					[],
				);
			});

		if (flow.name.startsWith("18"))
			test("an outage of A or of C after finality and before notice makes people pay twice", () => {
				for (const [party, steps] of Object.entries(gap))
					for (const step of steps) {
						const found = cells.find(
							({ cell }) => cell?.party === party && cell.step === step && cell.fault === "paid-again",
						);
						assert.equal(found?.verdict.hasPaidAgain, true, `${step} ${party}`);
						assert.ok((found?.verdict.paidTwice ?? 0n) > 0n, `${step} ${party}`);
					}
			});

		if (isReserving(flow.name) && flow.name.startsWith("25"))
			test("nobody pays twice, and funds in doubt are never spent", () => {
				assert.deepEqual(
					named(({ verdict: { paidTwice, spendableInDoubt } }) => paidTwice > 0n || spendableInDoubt > 0n),
					[],
				);
			});
	});
