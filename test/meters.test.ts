/** Meters between wallets: opened, ticked, closed, resumed after a crash and over another channel, and claimed. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { MeterRequestOptions, MeterTold } from "@tenten/module";
import {
	type Bytes,
	isRefusal,
	isTick,
	parseMeterMessage,
	readMeterBundle,
	readTick,
	refuse,
	serializeMeterMessage,
	toHex,
	writeMeterBundle,
} from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet, type WalletStore } from "@tenten/wallet";
import { type Lie, lyingOperator, saying } from "./support/lying.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";
import { ways } from "./support/ways.ts";

const day = 86_400;

type World = {
	readonly town: Town;
	readonly payer: Wallet;
	readonly payee: Wallet;
	/** the same wallets from what is durable, as after a crash */
	readonly restarted: (side: "payer" | "payee") => Promise<Wallet>;
	readonly told: MeterTold[];
	readonly stores: Readonly<Record<"payer" | "payee", WalletStore>>;
};

/** A payer with 1,000 yen in one token, and a payee that has none. */
async function openWorld(): Promise<World> {
	const town = await openTown();
	const told: MeterTold[] = [];
	const devices = { payer: town.device(), payee: town.device() };
	const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
	const open = async (side: "payer" | "payee") => {
		const wallet = await devices[side].open({ toldOfMeter: (what) => void told.push(what) });
		assert.equal(await wallet.join(town.operator, town.operator.id, asked), undefined);
		return wallet;
	};
	const [payer, payee] = [await open("payer"), await open("payee")];
	await town.fund(payer, 1_000n);
	const restarted = (side: "payer" | "payee") =>
		devices[side].open({ toldOfMeter: (what) => void told.push(what) });
	const stores = { payer: devices.payer.store, payee: devices.payee.store };
	return { town, payer, payee, restarted, told, stores };
}

/** Ten yen for four ticks, a hundred ticks, for two days. */
const terms = ({ town }: World, more: Partial<MeterRequestOptions> = {}): MeterRequestOptions => ({
	asset: town.asset,
	units: 10n,
	perTicks: 4,
	ticks: 100,
	until: town.clock.now + 2 * day,
	step: 4,
	keepEvery: 10,
	purpose: "power",
	...more,
});

const to = (wallet: Wallet): Channel => inProcessChannel(wallet.handle);

async function opened(world: World, more: Partial<MeterRequestOptions> = {}): Promise<Bytes> {
	const request = ok(await world.payee.meters.request(terms(world, more)));
	const { meter, state } = ok(await world.payer.meters.open({ request: request.encoded }, to(world.payee)));
	assert.equal(state, "open");
	return meter;
}

const available = (wallet: Wallet, { town }: World): bigint => wallet.balance(town.asset).available;

/** Everything that is somewhere is on accounts in the end, and nothing was made. */
async function balanced({ town }: World, ...wallets: readonly Wallet[]): Promise<void> {
	for (const wallet of wallets) if (wallet.module.tokens().length > 0) ok(await wallet.redeem(town.asset));
	const { totals, broken } = await town.operator.audit(yen.code);
	assert.deepEqual([broken, totals.outstanding, totals.held], [[], 0n, 1_000n]);
	assert.deepEqual(await town.operator.caseFiles(null), []);
}

describe("a meter between two wallets", () => {
	test("is opened, ticked and closed by both, and both parts are spent on", async () => {
		const world = await openWorld();
		const { payer, payee, told, town } = world;
		const meter = await opened(world);
		assert.equal(available(payer, world), 750n, "250 yen are set aside");
		assert.equal(payer.balance(town.asset).metered, 250n);
		for (let tick = 0; tick < 30; tick++) assert.equal(await payer.meters.tick(meter, to(payee)), undefined);
		assert.deepEqual([payer.meters.get(meter)?.due, payee.meters.get(meter)?.due], [75n, 75n]);
		const closed = ok(await payer.meters.close(meter, to(payee)));
		assert.deepEqual([closed.state, payee.meters.get(meter)?.state], ["closed", "closed"]);
		assert.deepEqual([available(payer, world), available(payee, world)], [925n, 75n]);
		assert.equal(payer.balance(town.asset).metered, 0n);
		assert.deepEqual(
			told.map(({ side, news }) => `${side} ${news}`),
			[
				"payer locked",
				"payee reserved",
				"payer open",
				"payee open",
				"payee counted",
				"payer closed",
				"payee closed",
			],
		);
		const request = ok(await payer.request({ asset: town.asset, amount: 70n }));
		assert.equal(ok(await payee.pay({ request: request.encoded }, to(payer))).fundsState, "spent");
		await balanced(world, payer, payee);
	});

	test("the payee ends it as well, and where nothing was ticked nothing is due", async () => {
		const world = await openWorld();
		const { payer, payee } = world;
		const meter = await opened(world);
		assert.equal(ok(await payee.meters.close(meter, to(payer))).state, "closed");
		assert.deepEqual([payer.meters.get(meter)?.state, available(payer, world)], ["closed", 1_000n]);
		await balanced(world, payer, payee);
	});

	test("one entry of the history says what was paid by it, on each side", async () => {
		const world = await openWorld();
		const meter = await opened(world, { step: 4 });
		for (let tick = 0; tick < 5; tick++) await world.payer.meters.tick(meter, to(world.payee), 4);
		ok(await world.payer.meters.close(meter, to(world.payee)));
		for (const [side, kind] of [
			["payer", "paid"],
			["payee", "received"],
		] as const) {
			const { entries } = await world.stores[side].history.list({ limit: 10 });
			const of = entries.filter(({ id }) => id === `${kind}/${toHex(meter)}`);
			assert.deepEqual(
				of.map(({ amount, note }) => [amount, note]),
				[[50n, "power"]],
			);
		}
	});
});

describe("after a crash", () => {
	test("a payee that kept every tenth tick learns the others, and a payer where it was", async () => {
		const world = await openWorld();
		const meter = await opened(world);
		for (let tick = 0; tick < 27; tick++) await world.payer.meters.tick(meter, to(world.payee));
		const payee = await world.restarted("payee");
		assert.equal(payee.meters.get(meter)?.ticks, 20);
		assert.equal(ok(await payee.meters.resume(meter, to(world.payer))).ticks, 27);
		const payer = await world.restarted("payer");
		assert.equal(payer.meters.get(meter)?.ticks, 0, "a tick is no write of its payer");
		assert.equal(ok(await payer.meters.resume(meter, to(payee))).ticks, 27);
		assert.equal(await payer.meters.tick(meter, to(payee)), undefined);
		assert.equal(payee.meters.get(meter)?.ticks, 28);
		ok(await payer.meters.close(meter, to(payee)));
		assert.deepEqual([available(payer, world), available(payee, world)], [930n, 70n]);
		await balanced(world, payer, payee);
	});

	test("a stranger that knows the meter ends it not, and no tick is left out of the count", async () => {
		const world = await openWorld();
		const meter = await opened(world);
		for (let tick = 0; tick < 27; tick++) await world.payer.meters.tick(meter, to(world.payee));
		const payee = await world.restarted("payee");
		const signature = new Uint8Array(64);
		const stop = serializeMeterMessage({ kind: "stop", meter, ticks: 0, signature });
		const said = readMeterBundle(await payee.handle(writeMeterBundle(meter, [stop])));
		const [answer] = (said?.frames ?? []).map(parseMeterMessage);
		assert.ok(answer !== undefined && "kind" in answer && answer.kind === "refused");
		assert.equal(answer.code, "signature-invalid");
		assert.equal(payee.meters.get(meter)?.state, "open");
		assert.equal(ok(await world.payer.meters.close(meter, to(payee))).state, "closed");
		assert.equal(available(payee, world), 67n);
		await balanced(world, world.payer, payee);
	});

	test("a stranger that asks the payer hears no tick that was not shown, and what it brings the payee was due", async () => {
		const world = await openWorld();
		const { payee } = world;
		const meter = await opened(world);
		for (let tick = 0; tick < 3; tick++) await world.payer.meters.tick(meter, to(payee));
		const dead: Channel = { exchange: async () => refuse("channel-failed") };
		for (let tick = 0; tick < 4; tick++) await world.payer.meters.tick(meter, dead);
		const proof = new Uint8Array(32).fill(7);
		const asks = [
			{ kind: "status", meter },
			{ kind: "reached", meter, ticks: 50, proof },
			{ kind: "count", meter, ticks: 50, proof, signature: new Uint8Array(64) },
			{ kind: "status", meter },
		] as const;
		const heard = async (payer: Wallet) => {
			const bundle = writeMeterBundle(meter, asks.map(serializeMeterMessage));
			return readMeterBundle(await payer.handle(bundle))?.frames ?? [];
		};
		const ticksIn = (frames: readonly Bytes[]) =>
			frames.filter(isTick).map((frame) => ok(readTick(frame)).ticks);
		const frames = await heard(world.payer);
		assert.deepEqual(ticksIn(frames), [7]);
		await payee.handle(writeMeterBundle(meter, frames));
		assert.equal(payee.meters.get(meter)?.ticks, 7);
		const payer = await world.restarted("payer");
		assert.deepEqual(ticksIn(await heard(payer)), [], "after a crash it knows of none");
		assert.equal(ok(await payer.meters.close(meter, to(payee))).state, "closed");
		assert.deepEqual([available(payer, world), available(payee, world)], [983n, 17n]);
		await balanced(world, payer, payee);
	});

	test("ticks that a channel lost are made up by the next", async () => {
		const world = await openWorld();
		const meter = await opened(world);
		const dead: Channel = { exchange: async () => refuse("channel-failed") };
		for (let tick = 0; tick < 9; tick++)
			assert.equal(isRefusal(await world.payer.meters.tick(meter, dead)), true);
		assert.equal(world.payee.meters.get(meter)?.ticks, 0);
		assert.equal(await world.payer.meters.tick(meter, to(world.payee)), undefined);
		assert.equal(world.payee.meters.get(meter)?.ticks, 10, "further ahead than a step, once it has asked");
		ok(await world.payer.meters.close(meter, to(world.payee)));
		await balanced(world, world.payer, world.payee);
	});
});

describe("where the other side is gone", () => {
	test("the payee's ticks and the payer's rest are paid by the operator", async () => {
		const world = await openWorld();
		const { town, payer, payee } = world;
		const meter = await opened(world);
		for (let tick = 0; tick < 40; tick++) await payer.meters.tick(meter, to(payee));
		town.clock.now += 2 * day;
		assert.equal(await payee.meters.claimDue(), 1, "kept");
		assert.equal(await payer.meters.claimDue(), 0, "not before the grace is over");
		town.clock.now += yen.grace;
		assert.equal(await payee.meters.claimDue(), 1);
		assert.equal(await payer.meters.claimDue(), 0, "not by its own clock alone");
		town.clock.now += 42 * day;
		const less: Lie = (answer) => saying(answer, () => ({ results: [{ kind: "paid", amount: 1n }] }));
		payer.connect(town.operator.id, lyingOperator(town, less));
		assert.equal(await payer.meters.claimDue(), 0, "for less it is not over, and is asked for again");
		assert.equal(await payer.meters.claimDue(), 1, "by the date of the operator's list");
		assert.deepEqual([await payee.meters.claimDue(), await payer.meters.claimDue()], [0, 0], "once");
		assert.deepEqual(
			[ok(await payer.account(town.asset)), ok(await payee.account(town.asset))],
			[150n, 100n],
		);
		await balanced(world, payer, payee);
	});
});

describe("over channels", () => {
	for (const [name, way] of Object.entries(ways))
		test(`a meter that was opened in a call goes on over ${name}, and ends there`, async () => {
			const world = await openWorld();
			const { payer, payee } = world;
			const meter = await opened(world);
			for (let tick = 0; tick < 3; tick++) await payer.meters.tick(meter, to(payee));
			const { channel, stop } = await way(payer, payee);
			const lost: Channel = { exchange: async () => refuse("channel-failed") };
			await payer.meters.tick(meter, lost);
			assert.equal(ok(await payer.meters.resume(meter, channel)).ticks, 4);
			assert.equal(await payer.meters.tick(meter, channel, 4), undefined);
			assert.equal(payee.meters.get(meter)?.ticks, 8);
			assert.equal(ok(await payer.meters.close(meter, channel)).state, "closed");
			await stop();
			assert.deepEqual([available(payer, world), available(payee, world)], [980n, 20n]);
			await balanced(world, payer, payee);
		});
});
