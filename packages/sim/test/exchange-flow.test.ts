/** Account to tokens and back: every step of the spec in its order, and no write at which the two legs come apart. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ran } from "../../../test/support/ran.ts";
import { depositFlow, withdrawFlow } from "../src/matrix/exchange-flow.ts";
import type { Flow } from "../src/matrix/party.ts";
import { CutParties } from "./support/cut-parties.ts";

const price = 300n;
const account = 1_000n;
const tokens = 10_000n;

/** What each holds before: the payer gives, the payee gets, and the gateway is on the other side of both. */
const before = (flow: Flow): Readonly<Record<string, bigint>> =>
	flow === withdrawFlow
		? { payer: account, payee: 0n, gateway: tokens }
		: { payer: tokens, payee: 0n, gateway: account };

for (const flow of [withdrawFlow, depositFlow]) {
	test(`${flow.name}: the steps of the spec, each once, and both legs are done`, async () => {
		const parties = await CutParties.open(flow);
		await parties.pay();
		const numbered = parties.said.map(({ step, from, to }) => `${step} ${from} ${to}`);
		const steps = flow.steps.flatMap((step) =>
			step.kind === "message" ? [`${step.number} ${step.from} ${step.to}`] : [],
		);
		assert.deepEqual(numbered.toSorted(), steps.toSorted());
		const sums = before(flow);
		assert.deepEqual(await parties.held(), {
			sums: { ...sums, payer: (sums["payer"] ?? 0n) - price, payee: price },
			waiting: 0n,
		});
		assert.equal(await parties.seen(), "paid");
		await parties.close();
	});

	test(`${flow.name}: power fails on either side of every write of every party: both legs are done, or neither`, async (t) => {
		const whole = await CutParties.open(flow);
		await whole.pay();
		await whole.close();
		assert.ok(whole.writes >= 30, `${whole.writes} writes`);
		const sums = before(flow);
		let cuts = 0;
		for (const moment of ["before", "after"] as const)
			for (let write = 1; write <= whole.writes; write++) {
				const parties = await CutParties.open(flow, { write, moment });
				await parties.pay();
				const { sums: after, waiting } = await parties.held();
				const got = after["payee"] ?? 0n;
				assert.ok(got === price || got === 0n, `${moment} write ${write}`);
				assert.deepEqual(
					after,
					{ ...sums, payer: (sums["payer"] ?? 0n) - got, payee: got },
					`${moment} write ${write}`,
				);
				assert.equal(waiting, 0n, `${moment} write ${write}: nothing waits`);
				assert.equal(await parties.seen(), got === price ? "paid" : "abandoned");
				await parties.close();
				cuts++;
			}
		ran(t, "cuts", { cuts });
	});
}

test("over files and by real signatures, each party in a store of its own, the same comes of both", async () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-exchange-"));
	try {
		for (const flow of [withdrawFlow, depositFlow]) {
			const parties = await CutParties.open(flow, undefined, mkdtempSync(join(folder, flow.name)));
			await parties.pay();
			const sums = before(flow);
			assert.deepEqual((await parties.held()).sums, {
				...sums,
				payer: (sums["payer"] ?? 0n) - price,
				payee: price,
			});
			await parties.close();
		}
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
