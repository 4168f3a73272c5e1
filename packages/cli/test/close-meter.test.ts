/** A meter that was interrupted, closed by its payee: no paid tick is lost, and no word is waited for that never comes. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { type Channel, inProcessChannel, type Wallet } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok, openTown, type Town } from "../../../test/support/town.ts";
import { closeMeter } from "../src/wallet/meters.ts";

const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
const to = (wallet: Wallet): Channel => inProcessChannel(wallet.handle);
const failed: Channel = { exchange: async () => refuse("channel-failed", "nobody is there") };

describe("a payee whose program ended", () => {
	let town: Town;
	before(async () => {
		town = await openTown();
	});
	after(() => town.close());

	/** Twelve ticks were paid, and the payee is opened again from what it had kept: none of them. */
	async function interrupted(): Promise<{
		readonly payer: Wallet;
		readonly payee: Wallet;
		readonly meter: Bytes;
	}> {
		const device = town.device();
		const before = await device.open();
		assert.equal(await before.join(town.operator, town.operator.id, asked), undefined);
		const payer = await town.wallet(1_000n);
		const until = town.clock.now + 86_400;
		const terms = { asset: town.asset, units: 1n, perTicks: 1, ticks: 100, until };
		const { encoded } = ok(await before.meters.request(terms));
		const { meter } = ok(await payer.meters.open({ request: encoded }, to(before)));
		for (let tick = 0; tick < 12; tick++) await payer.meters.tick(meter, to(before));
		return { payer, payee: await device.open(), meter };
	}

	test("counts no tick less than was paid: where its payer cannot be reached it counts nothing", async () => {
		const { payer, payee, meter } = await interrupted();
		const refused = await closeMeter(payee, { meter, side: "payee" }, failed);
		assert.deepEqual([refused?.code, payee.meters.get(meter)?.state], ["channel-failed", "open"]);
		assert.equal(await closeMeter(payee, { meter, side: "payee" }, to(payer)), undefined);
		assert.equal(payee.balance(town.asset).available, 12n);
	});

	test("counts nothing by the library either, until it has heard its payer", async () => {
		const { payer, payee, meter } = await interrupted();
		for (const channel of [undefined, failed])
			assert.equal(codeOf(await payee.meters.close(meter, channel)), "channel-failed");
		assert.equal(payee.meters.get(meter)?.state, "open");
		const closed = ok(await payee.meters.close(meter, to(payer)));
		assert.deepEqual([closed.state, closed.ticks], ["closed", 12]);
		const other = await interrupted();
		ok(await other.payee.meters.resume(other.meter, to(other.payer)));
		const counted = ok(await other.payee.meters.close(other.meter));
		assert.deepEqual([counted.state, counted.ticks], ["counted", 12]);
	});

	test("has closed once its payer has closed, though its own question is answered by nobody", async () => {
		const { payer, payee, meter } = await interrupted();
		let giveUp = (_: Refusal): void => undefined;
		const unanswered = new Promise<Refusal>((resolve) => {
			giveUp = resolve;
		});
		const gone: Channel = {
			exchange: async () => {
				ok(await payer.meters.close(meter, to(payee)));
				return unanswered;
			},
		};
		assert.equal(await closeMeter(payee, { meter, side: "payee" }, gone), undefined);
		assert.equal(payee.meters.get(meter)?.state, "closed");
		giveUp(refuse("channel-failed", "closed"));
		const word: Channel = { exchange: () => unanswered };
		assert.equal(ok(await payee.meters.resume(meter, word)).state, "closed");
		assert.equal(payee.balance(town.asset).available, 12n);
	});
});
