/** Refunds that are cut off in the middle, or outlive what the module remembers of them: still at most one. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, isRefusal, toHex } from "@tenten/protocol";
import type { Desk, SettingStore } from "@tenten/wallet";
import { carry, codeOf, openDesk, person, requestOf } from "./support/desks.ts";
import { type Device, ok, openTown } from "./support/town.ts";

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

async function shown(shop: Desk, bundle: Bytes): Promise<string> {
	const taken = ok(await shop.take(bundle));
	assert.ok(taken.kind === "request");
	return taken.request.digest;
}

async function askBack(customer: Desk, shop: Desk, sale: string): Promise<string> {
	return shown(shop, ok(await customer.refunds.ask(sale)).bundle);
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

/** A device whose store gives its rows sorted by their keys, as IndexedDB does, or the other way round. */
function ordered(device: Device, order: 1 | -1): Device {
	const { store } = device;
	const load = async () => new Map([...(await store.load())].sort(([a], [b]) => (a < b ? -order : order)));
	const sorted = { ...store, load };
	return { store: sorted, open: (options) => device.open({ store: sorted, ...options }) };
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

	test("is paid once where it was given up, begun again and cut off, in whatever order a store gives its rows", async () => {
		for (const order of [1, -1] as const) {
			const { town, shop, customer, sale } = await counter(900n);
			await shop.wallet.close();
			const device = ordered(shop.device, order);
			// Noted, noted with its payment, given up, noted again: the power fails before the second payment is noted.
			const failing = await openDesk(town, cutOff(shop.settings, 4), device);
			const { bundle: asked } = ok(await customer.desk.refunds.ask(sale));
			const digest = await shown(failing.desk, asked);
			const first = ok(await failing.desk.pay(digest, 500n));
			ok(await failing.desk.cancel(first.attempt.id));
			await shown(failing.desk, asked);
			await assert.rejects(failing.desk.pay(digest, 500n), /the power failed/);
			await failing.wallet.close();
			const { desk } = await openDesk(town, shop.settings, device);
			const [second] = desk.attempts().filter(({ side, isOpen }) => side === "payer" && isOpen);
			assert.ok(second !== undefined);
			assert.equal(desk.refunds.of(sale), second.id);
			const again = await askBack(customer.desk, desk, sale);
			assert.equal(codeOf(await desk.pay(again, 500n)), "attempt-decided");
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

	test("that was given up frees its sale, also once the module forgot it before the sale", async () => {
		// All is written down; or the power fails before it is that the refund came back, which opening makes good.
		for (const writes of [9, 2]) {
			const { town, shop, customer, sale } = await counter(500n);
			await shop.wallet.close();
			const failing = await openDesk(town, cutOff(shop.settings, writes), shop.device);
			const digest = await askBack(customer.desk, failing.desk, sale);
			const given = ok(await failing.desk.pay(digest, 500n)).attempt.id;
			const gaveUp = await failing.desk.cancel(given).then(codeOf, () => "cut off");
			assert.equal(gaveUp, writes === 9 ? "ok" : "cut off");
			await failing.wallet.close();
			const opened =
				writes === 9 ? await shop.device.open() : (await openDesk(town, shop.settings, shop.device)).wallet;
			town.clock.now += 50 * day;
			await town.renew(customer.wallet, opened);
			await opened.module.forget();
			const known = opened.module.attempts().map(({ attempt }) => toHex(attempt));
			assert.deepEqual([known.includes(sale), known.includes(given)], [true, false]);
			await town.fund(opened, 900n);
			await opened.close();
			const { desk } = await openDesk(town, shop.settings, shop.device);
			ok(await desk.pay(await askBack(customer.desk, desk, sale), 500n));
			const again = await askBack(customer.desk, desk, sale);
			assert.equal(codeOf(await desk.pay(again, 500n)), "attempt-decided");
			await town.close();
		}
	});

	test("is of no sale that is named like what every object has", async () => {
		const { shop } = await counter(900n);
		for (const name of ["__proto__", "constructor", "toString"]) {
			assert.equal(shop.desk.refunds.of(name), null);
			assert.equal(codeOf(await shop.desk.sendBack(name)), "attempt-unknown");
		}
	});

	test("of a sale that the module forgot is not paid: nobody knows whether it was before", async () => {
		const { town, shop, customer, sale } = await counter(900n);
		const { bundle: late } = ok(await customer.desk.refunds.ask(sale, { lifetime: 400 * day }));
		const { bundle } = ok(await shop.desk.pay(await askBack(customer.desk, shop.desk, sale), 500n));
		await carry(shop.desk, customer.desk, bundle);
		town.clock.now += 80 * day;
		await town.renew(customer.wallet, shop.wallet);
		await shop.wallet.module.forget();
		assert.deepEqual(shop.desk.attempts(), []);
		await town.fund(shop.wallet, 900n);
		const again = await shown(shop.desk, late);
		assert.equal(codeOf(await shop.desk.pay(again, 500n)), "attempt-unknown");
		await town.close();
	});
});
