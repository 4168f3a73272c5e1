/** Two operators in random runs, and with power failing on either side of every commit: they end alike, and no money is made or lost. */
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { CrossingAnswer } from "../src/crossing/steps.ts";
import { type Act, acts, type Counts, points, Run, type Wrong } from "./support/crossing-run.ts";
import { funds, Party, type Payment, PowerCut, payment } from "./support/crossing-world.ts";
import { inFolder } from "./support/in-folder.ts";

const seed = 58;

async function play(all: readonly Act[], wrong: Wrong, counts: Counts): Promise<void> {
	await inFolder(async (database) => {
		const run = await Run.open([database, `${database}.other`], wrong, counts);
		try {
			for (const act of all) await run.act(act);
			await run.finish();
		} finally {
			await run.close();
		}
	});
}

const noCounts = (): Counts => ({ committed: 0, returned: 0, stayed: 0, exceeded: 0, late: 0, cuts: 0 });

async function runs(wrong: Wrong, numRuns: number): Promise<Counts> {
	const counts = noCounts();
	const property = fc.asyncProperty(acts, (all) => play(all, wrong, counts));
	await fc.assert(property, { numRuns, seed, endOnFailure: true });
	return counts;
}

test("in every run both sides end alike, their ledgers add up, and no more is at risk than agreed", async (t) => {
	const counts = await runs("none", 16);
	t.diagnostic(JSON.stringify(counts));
	for (const [what, least] of [
		["committed", 10],
		["returned", 10],
		["exceeded", 2],
		["late", 2],
		["cuts", 10],
	] as const)
		assert.ok(counts[what] >= least, JSON.stringify(counts));
});

for (const [wrong, why] of [
	["commits-late", /say different things|end alike/],
	["voids-by-clock", /end alike/],
	["credits-by-release", /end alike/],
] as const)
	test(`a host that ${wrong.replaceAll("-", " ")} is found out`, async () => {
		await assert.rejects(runs(wrong, 16), (error: unknown) => {
			const said = `${error} ${error instanceof Error ? error.cause : ""}`;
			return why.test(said);
		});
	});

type Sides = { readonly source: Party; readonly destination: Party };
type Step = (sides: Sides, made: Payment) => Promise<unknown>;

const stands = (answer: CrossingAnswer): void => assert.equal(answer.kind, "stands", JSON.stringify(answer));

/** Each may be done again, whatever it did before. */
const paying: readonly Step[] = [
	async ({ source }, { signed }) => stands(await source.host.lock(signed)),
	({ source }) => source.seal(),
	async ({ source, destination }, { signed, transfer }) =>
		stands(await destination.host.reserve(signed, await source.mustShow(transfer))),
	({ destination }) => destination.seal(),
	async ({ source, destination }, { transfer, secret }) =>
		stands(await source.host.release(transfer, secret, await destination.mustShow(transfer))),
	async ({ source }, { signed }) => {
		while ((await source.lastSeal()) < signed.body.decides) await source.seal();
	},
	async ({ source }, { transfer }) =>
		stands(await source.host.decided(transfer, await source.mustShow(transfer))),
	async ({ source, destination }, { transfer }) =>
		stands(await destination.host.decided(transfer, await source.mustShow(transfer))),
];
/** The same without the secret. */
const returning = paying.filter((_, at) => at !== 4);

for (const [what, steps, ends] of [
	["is paid", paying, ["committed", "credited"]],
	["is given back", returning, ["returned", "voided"]],
] as const)
	test(`power fails before and after every commit of a payment that ${what}: it ends as it would have`, async () => {
		let cuts = 0;
		for (const side of ["source", "destination"] as const)
			for (const point of points)
				for (let left = 0, isCut = true; isCut; left++) {
					isCut = await cutOnce(steps, ends, { side, point, left });
					if (isCut) cuts++;
				}
		assert.ok(cuts >= 14, `${cuts} cuts`);
	});

type Cut = { readonly side: keyof Sides; readonly point: (typeof points)[number]; readonly left: number };

/** Whether there was a commit to cut. */
function cutOnce(
	steps: readonly Step[],
	ends: readonly string[],
	{ side, point, left }: Cut,
): Promise<boolean> {
	return inFolder(async (database) => {
		const sides = {
			source: await Party.source(database),
			destination: await Party.destination(`${database}.other`),
		};
		const made = await payment(1);
		sides[side].arm(point, left);
		for (const step of steps)
			await step(sides, made).catch(async (error: unknown) => {
				if (!(error instanceof PowerCut)) throw error;
				await sides[side].open();
				await step(sides, made);
			});
		const { source, destination } = sides;
		const wasCut = sides[side].cuts > 0;
		for (const party of [source, destination]) await party.open();
		assert.deepEqual([await source.stateOf(made.transfer), await destination.stateOf(made.transfer)], ends);
		const isPaid = ends[0] === "committed";
		assert.deepEqual((await source.money())[0], [isPaid ? funds - made.signed.body.pays : funds, 0n]);
		assert.deepEqual((await destination.money())[0], [isPaid ? 300n : 0n, 0n]);
		for (const party of [source, destination]) assert.deepEqual(await party.broken(), []);
		await source.close();
		await destination.close();
		return wasCut;
	});
}
