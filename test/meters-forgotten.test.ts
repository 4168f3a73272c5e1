/** What a module keeps of meters, and until when: as long as anyone may be asked about one, and not a day by a clock that is ahead. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, refundUntil, refuse } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet } from "@tenten/wallet";
import { openMeter } from "./support/open-meter.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";

const day = 86_400;
const dead: Channel = { exchange: async () => refuse("channel-failed") };
const to = (wallet: Wallet): Channel => inProcessChannel(wallet.handle);

type World = {
	readonly town: Town;
	readonly payer: Wallet;
	readonly payee: Wallet;
	/** unix seconds: until when a meter is to be closed, redeem until and grace of its token, and its last day */
	readonly until: number;
	readonly keepUntil: number;
	readonly lastDay: number;
};

/** Its trust list is signed anew each second, which is the only time that has surely passed. */
async function openWorld(): Promise<World> {
	const town = await openTown({ policy: { certificateValidity: 9_999 * day, trustListValidity: 2 } });
	const [payer, payee] = [await town.wallet(1_000n), await town.wallet()];
	const [token] = payer.module.tokens();
	assert.ok(token);
	const issue = { issuedAt: town.clock.now, redeemUntil: token.redeemUntil };
	return {
		...{ town, payer, payee, until: town.clock.now + 2 * day },
		keepUntil: token.redeemUntil + yen.grace,
		lastDay: refundUntil(issue, yen.grace),
	};
}

async function opened(world: World, channel = to(world.payee)): Promise<Bytes> {
	return (await openMeter({ ...world, channel })).meter;
}

const knows = (wallet: Wallet, meter: Bytes): boolean => wallet.meters.get(meter) !== undefined;

/** Each wallet knows its meter at `last`, and one second later, by a list of then, no more. */
async function areKeptTo({ town }: World, last: number, kept: readonly (readonly [Wallet, Bytes])[]) {
	const forget = async (): Promise<readonly boolean[]> => {
		for (const [{ module }] of kept) await module.forget();
		return kept.map(([wallet, meter]) => knows(wallet, meter));
	};
	const wallets = kept.map(([wallet]) => wallet);
	town.clock.now = last;
	await town.renew(...wallets);
	assert.ok((await forget()).every(Boolean), "forgotten while it may be asked about");
	town.clock.now += 1;
	assert.ok((await forget()).every(Boolean), "forgotten by one's own clock alone");
	await town.renew(...wallets);
	assert.ok(!(await forget()).some(Boolean), "kept for ever");
}

describe("a meter is kept", () => {
	test("closed: by both until redeem until and grace", async () => {
		const world = await openWorld();
		const meter = await opened(world);
		await world.payer.meters.tick(meter, to(world.payee));
		assert.equal(ok(await world.payer.meters.close(meter, to(world.payee))).state, "closed");
		const both = [world.payer, world.payee].map((wallet) => [wallet, meter] as const);
		await areKeptTo(world, world.keepUntil, both);
		await world.town.close();
	});

	test("cancelled: by its payer so long; what was only reserved by its payee until and grace", async () => {
		const world = await openWorld();
		const { town, payer, payee, until } = world;
		const half: Channel = {
			exchange: async (messages) => {
				await payee.handle(messages);
				return refuse("channel-failed");
			},
		};
		const meter = await opened(world, half);
		assert.equal(await payer.meters.cancel(meter), undefined);
		assert.equal(payee.meters.get(meter)?.state, "reserved");
		await areKeptTo(world, until + yen.grace, [[payee, meter]]);
		await areKeptTo(world, world.keepUntil, [[payer, meter]]);
		await town.close();
	});

	test("locked: until its payer gives it up, however late", async () => {
		const world = await openWorld();
		const { town, payer } = world;
		const meter = await opened(world, dead);
		town.clock.now = world.lastDay + day;
		await town.renew(payer);
		await payer.module.forget();
		assert.equal(payer.meters.get(meter)?.state, "locked");
		assert.equal(await payer.meters.cancel(meter), undefined);
		await payer.module.forget();
		assert.ok(!knows(payer, meter));
		await town.close();
	});

	test("open, counted, or claimed and not paid: to the last day on which an operator pays anything of it", async () => {
		const world = await openWorld();
		const { town, payer, payee, lastDay } = world;
		const [open, claimed] = [await opened(world), await opened(world)];
		for (const meter of [open, claimed]) await payer.meters.tick(meter, to(payee));
		ok(await payee.meters.close(open));
		town.clock.now = world.until + yen.grace;
		const unheard = await payer.module.meters.claim(claimed, async () => refuse("channel-failed"));
		assert.ok(isRefusal(unheard));
		await areKeptTo(world, lastDay, [
			[payee, open],
			[payee, claimed],
			[payer, open],
			[payer, claimed],
		]);
		await town.close();
	});

	test("paid by an operator: until redeem until and grace", async () => {
		const world = await openWorld();
		const { town, payer } = world;
		const meter = await opened(world);
		town.clock.now = world.until + yen.grace;
		assert.equal(ok(await payer.meters.claim(meter)).kind, "paid");
		await areKeptTo(world, world.keepUntil, [[payer, meter]]);
		await town.close();
	});
});

test("a request for a meter is kept as long as it may be answered", async () => {
	const world = await openWorld();
	const { town, payer, payee, until } = world;
	const terms = { asset: town.asset, units: 10n, perTicks: 4, ticks: 100, until, lifetime: 600 };
	const { encoded } = ok(await payee.meters.request(terms));
	ok(await payee.meters.request(terms));
	town.clock.now += 599;
	await town.renew(payer, payee);
	await payee.module.forget();
	assert.equal(ok(await payer.meters.open({ request: encoded }, to(payee))).state, "open");
	town.clock.now += 2;
	assert.equal(await payee.module.forget(), 2);
	assert.equal(await payee.module.forget(), 0);
	await town.close();
});
