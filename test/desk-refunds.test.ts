/** Refunds that are cut off in the middle, or outlive what the module remembers of them: still at most one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isRefusal } from "@tenten/protocol";
import type { Desk, SettingStore } from "@tenten/wallet";
import { carry, codeOf, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown } from "./support/town.ts";

const day = 86_400;

/** A shop with this much in its till, which ends before what its customer has: what it pays with first. */
async function counter(till: bigint, isDirect = false) {
	const town = await openTown();
	const shop = await person(town, till);
	town.clock.now += 20 * day;
	const customer = await person(town, 1_000n);
	const request = await requestOf(shop.desk, customer.desk, 500n, { isDirect });
	const { bundle, attempt } = ok(await customer.desk.pay(request.digest, 500n));
	await carry(customer.desk, shop.desk, bundle);
	return { town, shop, customer, sale: attempt.id };
}

async function askBack(customer: Desk, shop: Desk, sale: string): Promise<string> {
	const taken = ok(await shop.take(ok(await customer.refunds.ask(sale)).bundle));
	assert.ok(taken.kind === "request");
	return taken.request.digest;
}

/** Settings of which the write with this number, and every later one, is lost with the power. */
function cutOff(settings: SettingStore, writes: number): SettingStore {
	let left = writes;
	return {
		get: settings.get,
		set: async (name, value) => {
			if (name === "refunds" && --left < 0) throw new Error("the power failed");
			await settings.set(name, value);
		},
	};
}

describe("a refund", () => {
	test("is paid once where the power fails before or after any of its notes", async () => {
		for (const writes of [0, 1, 2]) {
			const { town, shop, customer, sale } = await counter(900n);
			await shop.wallet.close();
			const failing = await openDesk(town, cutOff(shop.settings, writes), shop.device);
			const digest = await askBack(customer.desk, failing.desk, sale);
			const paid = await failing.desk.pay(digest, 500n).then(codeOf, () => "cut off");
			assert.equal(paid, writes < 2 ? "cut off" : "ok");
			await failing.wallet.close();
			const { desk } = await openDesk(town, shop.settings, shop.device);
			await desk.pay(await askBack(customer.desk, desk, sale), 500n);
			const given = desk.attempts().filter(({ side }) => side === "payer");
			assert.equal(given.length, 1, `after ${writes} writes`);
			await town.close();
		}
	});

	test("is all that is given back: what was paid is here still, and does not go back as well", async () => {
		const { town, shop, customer, sale } = await counter(500n, true);
		ok(await shop.desk.pay(await askBack(customer.desk, shop.desk, sale), 500n));
		const refused = await shop.desk.sendBack(sale);
		assert.deepEqual(isRefusal(refused) && [refused.code, refused.detail], ["attempt-decided", "refunded"]);
		assert.equal(shop.desk.overview().balances[0]?.available, 500n);
		await town.close();
	});

	test("is paid once where the module forgot it before the sale", async () => {
		const { town, shop, customer, sale } = await counter(500n);
		const digest = await askBack(customer.desk, shop.desk, sale);
		const { bundle, attempt } = ok(await shop.desk.pay(digest, 500n));
		await carry(shop.desk, customer.desk, bundle);
		town.clock.now += 50 * day;
		await town.renew(customer.wallet, shop.wallet);
		await shop.wallet.module.forget();
		const known = shop.desk.attempts().map(({ id }) => id);
		assert.deepEqual([known.includes(sale), known.includes(attempt.id)], [true, false]);
		await town.fund(shop.wallet, 900n);
		const again = await askBack(customer.desk, shop.desk, sale);
		assert.equal(codeOf(await shop.desk.pay(again, 500n)), "attempt-decided");
		await town.close();
	});
});
