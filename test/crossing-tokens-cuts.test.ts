/**
 * Power fails before and after every commit that a gateway, or its operator, makes for tokens that pay across: each
 * payment ends as it would have, and nobody has more or less.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { WalletStore } from "@tenten/wallet";
import type { FailPoint } from "../packages/operator/src/index.ts";
import { standings } from "../packages/operator/test/support/crossing-doors.ts";
import { Power } from "./support/power.ts";
import { ran } from "./support/ran.ts";
import {
	bothSeal,
	holds,
	money,
	openTokenDoors,
	type SideName,
	sealQuietly,
	sideNames,
	type TokenDoors,
	TokenPayment,
} from "./support/token-doors.ts";

const folder = mkdtempSync(join(tmpdir(), "tenten-token-cuts-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const parts = ["operator", "gateway"] as const;
type Victim = { readonly side: SideName; readonly part: (typeof parts)[number] };
const victims: readonly Victim[] = sideNames.flatMap((side) => parts.map((part) => ({ side, part })));
const points: readonly FailPoint[] = ["beforeCommit", "afterCommit"];

type Powers = Record<SideName, Record<Victim["part"], Power>>;

type Scene = { readonly world: TokenDoors; readonly powers: Powers };

async function open(): Promise<Scene> {
	const both = () => ({ operator: new Power(), gateway: new Power() });
	const powers: Powers = { source: both(), destination: both() };
	const over = (side: SideName, store: WalletStore): WalletStore => ({
		...store,
		commit: async (writes) => {
			const { gateway } = powers[side];
			gateway.write("beforeCommit");
			await store.commit(writes);
			gateway.write("afterCommit");
		},
	});
	const storeOf = (side: SideName) => ({ onCommit: powers[side].operator.onCommit });
	const stores = { source: storeOf("source"), destination: storeOf("destination") };
	const world = await openTokenDoors({ folder, stores, over, exposure: 1_000_000n, lead: 3 });
	await bothSeal(world.doors);
	return { world, powers };
}

type Step = (world: TokenDoors, payment: TokenPayment) => Promise<void>;

const is = <T>(actual: T, expected: T): void => assert.equal(actual, expected);
const begun: readonly Step[] = [
	async (_, payment) => is(await payment.quote(), null),
	async (_, payment) => is(await payment.hold(), null),
	async (_, payment) => is(await payment.lock(), "locked"),
	({ doors }) => bothSeal(doors),
];
const ended: readonly Step[] = [
	({ doors }, { decides }) => sealQuietly(doors, decides),
	async ({ doors }) => {
		for (const side of sideNames) await doors[side].ecosystem.operator.crossings.tell();
	},
];
const paid: readonly Step[] = [
	...begun,
	async (_, payment) => is(await payment.release(), "committed"),
	...ended,
	async (_, { payee }) => is(await payee?.take(), true),
];
/** The payer's module releases, and the gateway hears of it after the seal; a fresh request then has what comes back. */
const late: readonly Step[] = [
	...begun,
	({ holders }, payment) => payment.releaseUnheard(holders.source.purse),
	...ended,
	async (_, { payer }) => is(await payer?.release(), true),
	async (_, { payer }) => is(await payer?.renewBack(), null),
	async (_, { payer }) => is(await payer?.takeBack(), true),
];

/** Plays it with the power failing once; whether there was a commit at which it could. */
async function cutOnce(
	{ world, powers }: Scene,
	payment: TokenPayment,
	steps: readonly Step[],
	{ side, part, point, left }: Victim & { readonly point: FailPoint; readonly left: number },
): Promise<boolean> {
	const power = powers[side][part];
	let passes = left;
	for (const step of steps) {
		power.arm(point, passes);
		await step(world, payment).catch((error: unknown) => {
			if (!power.isOff) throw error;
		});
		passes = power.disarm();
		if (!power.isOff) continue;
		passes = Number.POSITIVE_INFINITY;
		power.on();
		if (part === "operator") await world.doors[side].reopen();
		else await world.gateways[side].open();
		await step(world, payment);
	}
	return passes === Number.POSITIVE_INFINITY;
}

/** How many writes there are to cut off, of each victim. */
async function writesIn(
	scene: Scene,
	payment: TokenPayment,
	steps: readonly Step[],
): Promise<readonly (Victim & { writes: number })[]> {
	const powers = victims.map((victim) => ({ ...victim, power: scene.powers[victim.side][victim.part] }));
	const before = powers.map(({ power }) => power.passed);
	for (const step of steps) {
		for (const { power } of powers) power.arm("beforeCommit", 1_000);
		await step(scene.world, payment);
		for (const { power } of powers) power.disarm();
	}
	return powers.map(({ side, part, power }, at) => ({
		side,
		part,
		writes: power.passed - (before[at] ?? 0),
	}));
}

/** `crossed` payments were paid, and all others came back. */
async function check(world: TokenDoors, crossed: bigint, what: string): Promise<void> {
	const [source, destination] = [await money(world, "source"), await money(world, "destination")];
	const [gives, gets] = [477n * crossed, 300n * crossed];
	const [given, got] = [
		[holds + gives, 0n, 0n],
		[holds - gets, 0n, 0n],
	];
	assert.deepEqual([source.broken, destination.broken], [[], []], what);
	assert.deepEqual(source.tokens, [holds - gives, 0n, 0n], what);
	assert.deepEqual([source.gatewayTokens, source.gateway], [given, [-gives, 0n]], what);
	assert.deepEqual(destination.tokens, [holds + gets, 0n, 0n], what);
	assert.deepEqual([destination.gatewayTokens, destination.gateway], [got, [gets, 0n]], what);
}

test("power fails at every write of operators and gateways: what was paid is paid once, what came too late is back", async (t) => {
	const scene = await open();
	const { world } = scene;
	t.after(() => world.close());
	let [n, cuts, crossed] = [0, 0, 0n];
	const next = () => new TokenPayment(world, { from: "token", to: "token" }, ++n);
	for (const [steps, ends, counts] of [
		[paid, ["committed", "credited"], 1n],
		[late, ["returned", "voided"], 0n],
	] as const) {
		const found = await writesIn(scene, next(), steps);
		crossed += counts;
		t.diagnostic(JSON.stringify(found));
		for (const { writes, ...victim } of found)
			for (const point of points)
				for (let left = 0; left < writes; left++) {
					const payment = next();
					const what = `${ends}, ${victim.side} ${victim.part} ${point} ${left}`;
					assert.ok(await cutOnce(scene, payment, steps, { ...victim, point, left }), what);
					[cuts, crossed] = [cuts + 1, crossed + counts];
					assert.deepEqual(await standings(world.doors, payment.transfer), ends, what);
					await check(world, crossed, what);
				}
	}
	ran(t, "cuts", { "writes of gateways and their operators, cut off": cuts });
	assert.ok(cuts >= 24, `${cuts} cuts`);
});
