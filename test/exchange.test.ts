/** Exchange: one asset for another, both or neither. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, serializeMessage } from "@tenten/protocol";
import { type Channel, inProcessChannel, memoryStore, type Wallet } from "@tenten/wallet";
import { deadChannel, meddledChannel, without } from "./support/channels.ts";
import { ok, openTown, type Town, asset as yen } from "./support/town.ts";
import { joinAll, openTwoTowns } from "./support/two-towns.ts";

const ticket = { ...yen, code: "SEAT", name: "Seat" };

type Market = { readonly town: Town; readonly ann: Wallet; readonly bob: Wallet };

/** Ann with 1,000 yen, Bob with four seats. */
async function openMarket(resaleCap?: bigint): Promise<Market> {
	const holder: { town?: Town } = {};
	const town = await openTown({
		policy: {
			assets: [yen, ticket],
			conditionsOf: (code) =>
				code === "SEAT" && resaleCap !== undefined && holder.town !== undefined
					? [{ kind: "resaleCap", asset: holder.town.asset, amount: resaleCap }]
					: [],
		},
	});
	holder.town = town;
	const [ann, bob] = [await town.wallet(1_000n), await town.wallet()];
	await town.fund(bob, 4n, "SEAT");
	return { town, ann, bob };
}

/** Ann decides: she pays `price` yen for one of Bob's seats. */
async function buy({ town, ann, bob }: Market, channel: Channel, price = 300n, seats = 1n) {
	const request = ok(
		await bob.request({
			asset: town.asset,
			amount: price,
			mode: "exchange",
			against: { asset: town.assetOf("SEAT"), amount: seats },
		}),
	);
	return ann.pay({ request: request.encoded }, channel);
}

function holdings({ town, ann, bob }: Market) {
	return [ann, bob].map((wallet) =>
		["JPY", "SEAT"].map((code) => {
			const { available, locked } = wallet.balance(town.assetOf(code));
			return locked === 0n ? available : `${available} and ${locked} locked`;
		}),
	);
}

describe("an exchange", () => {
	test("of two assets of one operator: both change hands at once, and go on", async () => {
		const market = await openMarket();
		const { town, ann, bob } = market;
		const payment = ok(await buy(market, inProcessChannel(bob.handle)));
		assert.equal(payment.fundsState, "spent");
		assert.deepEqual(holdings(market), [
			[700n, 1n],
			[300n, 3n],
		]);
		for (const wallet of [ann, bob])
			for (const code of ["JPY", "SEAT"]) ok(await wallet.redeem(town.assetOf(code)));
		assert.equal(await town.outstanding("JPY"), 0n);
		assert.equal(await town.outstanding("SEAT"), 0n);
		await town.close();
	});

	test("of two operators: each redeems what it got, with whoever issued it", async () => {
		const [card, fest] = await openTwoTowns();
		const [ann, bob] = [await card.wallet(500n), await fest.wallet(8n)];
		await joinAll([card, fest], [ann, bob]);
		const against = { asset: fest.asset, amount: 3n };
		const request = ok(await bob.request({ asset: card.asset, amount: 120n, mode: "exchange", against }));
		ok(await ann.pay({ request: request.encoded }, inProcessChannel(bob.handle)));
		assert.equal(ok(await bob.redeem(card.asset)).credited, 120n);
		assert.equal(ok(await ann.redeem(fest.asset)).credited, 3n);
		assert.deepEqual([ann.balance(card.asset).available, bob.balance(fest.asset).available], [380n, 5n]);
		await card.close();
		await fest.close();
	});

	test("whose decider gets no counter transfer gives nothing, and cancels when it likes", async () => {
		const market = await openMarket();
		const { town, ann, bob } = market;
		const payment = ok(await buy(market, without(bob.handle, "counterTransfer")));
		assert.equal(payment.fundsState, "inFlight");
		assert.deepEqual(holdings(market), [
			["0 and 1000 locked", 0n],
			[0n, "0 and 4 locked"],
		]);
		assert.equal(await ann.cancel(payment.attempt, inProcessChannel(bob.handle)), undefined);
		assert.deepEqual(holdings(market), [
			[1_000n, 0n],
			[0n, 4n],
		]);
		await town.close();
	});

	test("cancelled before the transfer arrived: what comes later is answered by the cancel", async () => {
		const market = await openMarket();
		const { ann, bob, town } = market;
		const against = { asset: town.assetOf("SEAT"), amount: 1n };
		const request = ok(await bob.request({ asset: town.asset, amount: 300n, mode: "exchange", against }));
		const started = ok(await ann.start({ request: request.encoded }));
		assert.equal(await ann.cancel(started.attempt), undefined);
		const answers = await bob.handle(started.messages);
		assert.equal(bob.balance(town.assetOf("SEAT")).locked, 4n);
		await bob.handle(await ann.handle(answers));
		assert.deepEqual(holdings(market), [
			[1_000n, 0n],
			[0n, 4n],
		]);
		await town.close();
	});

	test("gives of one's own what does not outlive what the decider gives", async () => {
		const market = await openMarket();
		const { town, bob } = market;
		const seat = town.assetOf("SEAT");
		town.clock.now += 100;
		const eve = await town.wallet();
		await town.fund(eve, 4n, "SEAT");
		const gift = ok(await bob.request({ asset: seat, amount: 4n }));
		ok(await eve.pay({ request: gift.encoded }, inProcessChannel(bob.handle)));
		// The later seats carry a link more, so they would be spent first.
		assert.equal(ok(await buy(market, inProcessChannel(bob.handle))).fundsState, "spent");
		assert.equal(bob.balance(seat).available, 7n);
		await town.close();
	});

	test("has one decider: the other side has no timer and no cancel of its own", async () => {
		const market = await openMarket();
		const { town, bob } = market;
		const payment = ok(await buy(market, without(bob.handle, "counterTransfer")));
		town.clock.now += 30 * 86_400 - 1;
		assert.deepEqual(await bob.tick(), []);
		assert.equal((await bob.cancel(payment.attempt))?.code, "attempt-unknown");
		ok(await bob.module.contact(payment.attempt));
		assert.equal(bob.balance(town.assetOf("SEAT")).locked, 4n);
		await town.close();
	});

	test("whose release was lost is completed by one question of either side", async () => {
		for (const recoverer of ["decider", "other"] as const) {
			const market = await openMarket();
			const { town, ann, bob } = market;
			const { attempt } = ok(await buy(market, without(bob.handle, "release")));
			assert.deepEqual(holdings(market), [
				[700n, 1n],
				[0n, "0 and 4 locked"],
			]);
			const [side, peer] = recoverer === "decider" ? [ann, bob] : [bob, ann];
			ok(await side.recover(attempt, inProcessChannel(peer.handle)));
			assert.deepEqual(holdings(market), [
				[700n, 1n],
				[300n, 3n],
			]);
			await town.close();
		}
	});

	test("that was cancelled leaves its cancel with what it freed, for whoever verifies it later", async () => {
		const market = await openMarket();
		const { town, ann, bob } = market;
		const payment = ok(await buy(market, without(bob.handle, "counterTransfer")));
		await ann.cancel(payment.attempt, inProcessChannel(bob.handle));
		const seat = town.assetOf("SEAT");
		const hands = [bob, await town.wallet(), await town.wallet(), await town.wallet()];
		for (const [i, payee] of hands.slice(1).entries()) {
			const request = ok(await payee.request({ asset: seat, amount: 4n - BigInt(i) }));
			ok(await (hands[i] as Wallet).pay({ request: request.encoded }, inProcessChannel(payee.handle)));
		}
		const last = hands.at(-1) as Wallet;
		assert.equal(last.balance(seat).available, 2n);
		assert.equal(ok(await last.redeem(seat)).credited, 2n);
		const { broken } = await town.operator.audit("SEAT");
		assert.deepEqual(broken, []);
		assert.deepEqual(await town.operator.caseFiles(null), []);
		await town.close();
	});

	test("whose decider cancels it, and releases it from a copy of its wallet, convicts the decider alone", async () => {
		const market = await openMarket();
		const { town, bob } = market;
		const [device, copied] = [town.device(), memoryStore()];
		const ann = await device.open();
		const asked = { role: "holder", class: null, merchantCategory: null, region: null } as const;
		assert.equal(await ann.join(town.operator, town.operator.id, asked), undefined);
		await town.fund(ann, 1_000n);
		const counters: Bytes[] = [];
		const channel = meddledChannel(bob.handle, (message) => {
			if (message.kind !== "counterTransfer") return "pass";
			counters.push(serializeMessage(message));
			return "lose";
		});
		const payment = ok(await buy({ ...market, ann }, channel, 300n, 4n));
		await copied.commit([...(await device.store.load())].map(([key, value]) => ({ key, value })));
		await ann.cancel(payment.attempt, inProcessChannel(bob.handle));

		const [seat, carol] = [town.assetOf("SEAT"), await town.wallet()];
		const request = ok(await carol.request({ asset: seat, amount: 4n }));
		ok(await bob.pay({ request: request.encoded }, inProcessChannel(carol.handle)));
		const copy = await device.open({ store: copied });
		await copy.handle(counters);
		assert.equal(ok(await copy.redeem(seat)).credited, 4n);
		ok(await carol.redeem(seat));
		const culprits = (await town.operator.caseFiles(null)).map(({ culprit }) => culprit);
		assert.deepEqual(culprits, [ann.module.certificates()[0]?.hash]);
		await town.close();
	});

	test("cannot be made of nothing, and not with someone who has the asset no more", async () => {
		const market = await openMarket();
		const { town, ann, bob } = market;
		const payment = ok(await buy(market, inProcessChannel(bob.handle), 300n, 5n));
		assert.equal(payment.fundsState, "safe");
		assert.deepEqual(holdings(market), [
			[1_000n, 0n],
			[0n, 4n],
		]);
		const dead = ok(await buy(market, deadChannel));
		assert.equal(dead.fundsState, "inFlight");
		assert.equal(await ann.cancel(dead.attempt), undefined);
		await town.close();
	});
});

describe("a ticket with a resale cap", () => {
	test("changes hands in an exchange at its cap and below it", async () => {
		for (const price of [299n, 300n]) {
			const market = await openMarket(300n);
			ok(await buy(market, inProcessChannel(market.bob.handle), price));
			assert.deepEqual(holdings(market), [
				[1_000n - price, 1n],
				[price, 3n],
			]);
			await market.town.close();
		}
	});

	test("is not sold above it, and neither side loses anything by trying", async () => {
		const market = await openMarket(300n);
		const payment = ok(await buy(market, inProcessChannel(market.bob.handle), 301n));
		assert.equal(payment.fundsState, "safe");
		assert.deepEqual(holdings(market), [
			[1_000n, 0n],
			[0n, 4n],
		]);
		await market.town.close();
	});

	test("is not given outside of an exchange, but its operator always takes it back", async () => {
		const market = await openMarket(300n);
		const { town, ann, bob } = market;
		const seat = town.assetOf("SEAT");
		for (const mode of ["twoPhase", "direct"] as const) {
			const request = ok(await ann.request({ asset: seat, amount: 1n, mode }));
			const refused = await bob.start({ request: request.encoded });
			assert.equal(isRefusal(refused) && refused.code, "condition-resale");
		}
		const { credited, refreshed } = ok(await bob.redeem(seat));
		assert.equal(credited + refreshed, 4n);
		await town.close();
	});

	test("stays bound in the buyer's hands", async () => {
		const market = await openMarket(300n);
		const { town, ann, bob } = market;
		ok(await buy(market, inProcessChannel(bob.handle), 300n));
		const eve = await town.wallet(5_000n);
		const against = { asset: town.assetOf("SEAT"), amount: 1n };
		for (const [price, state] of [[301n, "safe"] as const, [300n, "spent"] as const]) {
			const request = ok(await ann.request({ asset: town.asset, amount: price, mode: "exchange", against }));
			const payment = ok(await eve.pay({ request: request.encoded }, inProcessChannel(ann.handle)));
			assert.equal(payment.fundsState, state);
		}
		await town.close();
	});
});
