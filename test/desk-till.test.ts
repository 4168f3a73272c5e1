/** The till: a day's sales and totals, and refunds: at most once, never more than was paid, to whoever paid. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { memoryShelf, newRecoveryCode } from "@tenten/module";
import { isRefusal } from "@tenten/protocol";
import { type Desk, memorySettings, memoryStore, restoreDesk } from "@tenten/wallet";
import { carry, codeOf, openDesk, person, requestOf } from "./support/desks.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

const shopKeeper = { role: "merchant", class: "shop", merchantCategory: 5814, region: null } as const;

/** A customer with this much, and a shop. */
async function counter(town: Town, amount = 5_000n) {
	const customer = await person(town, amount);
	const shop = await person(town, 0n, shopKeeper);
	return { customer: customer.desk, shop: shop.desk, opened: shop };
}

/** Sells; the payment. */
async function sell(shop: Desk, customer: Desk, amount: bigint, memo = "tea", isDirect = false) {
	const request = await requestOf(shop, customer, amount, { memo, isDirect });
	const { attempt, bundle } = ok(await customer.pay(request.digest, amount));
	await carry(customer, shop, bundle);
	return attempt.id;
}

/** What the shop is shown when the customer asks for its money back. */
async function askBack(customer: Desk, shop: Desk, sale: string, amount?: bigint) {
	const asked = ok(await customer.refunds.ask(sale, amount === undefined ? {} : { amount }));
	const shown = ok(await shop.take(asked.bundle));
	assert.ok(shown.kind === "request");
	return shown.request;
}

const english = (request: Awaited<ReturnType<typeof askBack>>) => request.refund?.objection?.en;
const available = (desk: Desk) => desk.overview().balances[0]?.available;

describe("a refund at the till", () => {
	test("is asked for with the receipt, paid like any request, and seen in the day", async () => {
		const town = await openTown();
		const { customer, shop } = await counter(town);
		const sale = await sell(shop, customer, 800n);
		await sell(shop, customer, 300n, "cake");
		const request = await askBack(customer, shop, sale);
		assert.deepEqual(request.refund, { sale, paid: 800n, objection: null });
		assert.deepEqual([request.amount, request.memo], [800n, "tea"]);
		const { attempt, bundle } = ok(await shop.pay(request.digest, 800n));
		await carry(shop, customer, bundle);
		assert.equal(available(customer), 4_700n);

		const { lines, totals } = await shop.till.day();
		assert.deepEqual(
			lines.map(({ kind, entry, refund }) => [kind, entry.amount, entry.note, refund]),
			[
				["refund", 800n, "tea", null],
				["sale", 300n, "cake", null],
				["sale", 800n, "tea", attempt.id],
			],
		);
		assert.deepEqual(
			totals.map(({ count, sales, refunds, net }) => [count, sales, refunds, net]),
			[[2, 1_100n, 800n, 300n]],
		);
		assert.equal(available(shop), totals[0]?.net, "the total is what the store holds");
		const file = new TextDecoder().decode(await shop.till.dayFile());
		assert.match(file, /,received,800,JPY,.*tea/);
		assert.match(file, /,paid,800,JPY,.*tea/);
		assert.equal(file.trim().split("\r\n").length, 4);
		await town.close();
	});

	test("is made once, whoever asks how often, and after the shop's wallet was opened anew", async () => {
		const town = await openTown();
		const { customer, shop, opened } = await counter(town);
		const sale = await sell(shop, customer, 800n);
		await sell(shop, customer, 900n);
		const [first, second] = [await askBack(customer, shop, sale), await askBack(customer, shop, sale, 100n)];
		const paid = await Promise.all([shop.pay(first.digest, 800n), shop.pay(second.digest, 100n)]);
		assert.deepEqual(paid.map(codeOf), ["ok", "attempt-decided"]);
		assert.equal(shop.attempts().filter(({ side }) => side === "payer").length, 1);
		assert.equal(english(await askBack(customer, shop, sale)), "This sale has been refunded already.");

		await opened.wallet.close();
		const { desk: again } = await openDesk(town, opened.settings, opened.device);
		const request = await askBack(customer, again, sale, 1n);
		assert.equal(english(request), "This sale has been refunded already.");
		assert.equal(codeOf(await again.pay(request.digest, 1n)), "attempt-decided");
		await town.close();
	});

	test("is not made again where the wallet died between the note and the payment, nor after the payment", async () => {
		const town = await openTown();
		const { customer, shop, opened } = await counter(town);
		const sale = await sell(shop, customer, 800n);
		const other = await sell(shop, customer, 500n);
		await sell(shop, customer, 2_000n);
		const request = await askBack(customer, shop, sale);
		ok(await shop.pay(request.digest, 800n));
		await opened.wallet.close();
		// The note of the payment itself was lost, and of another refund there is the note and nothing else.
		const noted = { request: request.digest, payment: null };
		const never = { request: "00".repeat(32), payment: null };
		await opened.settings.set("refunds", JSON.stringify({ [sale]: noted, [other]: never }));
		const { desk: again } = await openDesk(town, opened.settings, opened.device);
		assert.equal(english(await askBack(customer, again, sale)), "This sale has been refunded already.");
		const begun = await askBack(customer, again, other);
		assert.equal(begun.refund?.objection, null);
		assert.equal(codeOf(await again.pay(begun.digest, 500n)), "ok");
		await town.close();
	});

	test("is not made by a restored wallet, whose backup cannot say what was refunded since", async () => {
		const town = await openTown();
		const recoveryCode = newRecoveryCode(random);
		const unlock = () => ({ kind: "webcrypto", shelf: memoryShelf(), recoveryCode }) as const;
		const [device, kept] = [town.device(), unlock()];
		const open: typeof device.open = (options) => device.open({ unlock: kept, ...options });
		const { desk: shop, wallet } = await openDesk(town, memorySettings(), { ...device, open });
		ok(await shop.join("http://operator.example", shopKeeper));
		const { desk: customer } = await person(town, 5_000n);
		const sale = await sell(shop, customer, 800n);
		const file = await shop.backup.make();
		await wallet.close();
		town.clock.now += 1;
		const place = { store: memoryStore(), settings: memorySettings(), unlock: unlock(), random };
		const beside = { now: () => town.clock.now, operatorAt: () => town.operator };
		const again = ok(await restoreDesk({ ...place, ...beside }, file, recoveryCode));
		await again.backup.bringBack(shopKeeper, true);
		assert.equal(available(again), 800n);
		const request = await askBack(customer, again, sale);
		assert.match(english(request) ?? "", /before this wallet was restored/);
		assert.equal(codeOf(await again.pay(request.digest, 800n)), "attempt-decided");
		await town.close();
	});

	test("may be made once more where it was given up", async () => {
		const town = await openTown();
		const { customer, shop } = await counter(town);
		const sale = await sell(shop, customer, 800n);
		const first = await askBack(customer, shop, sale);
		const { attempt } = ok(await shop.pay(first.digest, 800n));
		ok(await shop.cancel(attempt.id));
		const second = await askBack(customer, shop, sale);
		assert.equal(second.refund?.objection, null);
		const { bundle } = ok(await shop.pay(second.digest, 800n));
		await carry(shop, customer, bundle);
		assert.equal(available(customer), 5_000n);
		await town.close();
	});

	test("is never more than was paid, even where the customer leaves the amount open", async () => {
		const town = await openTown();
		const { customer, shop } = await counter(town);
		const sale = await sell(shop, customer, 800n);
		await sell(shop, customer, 900n);
		const more = await askBack(customer, shop, sale, 801n);
		assert.equal(english(more), "This is more than was paid.");
		assert.equal(codeOf(await shop.pay(more.digest, 801n)), "amount-mismatch");
		const open = await askBack(customer, shop, sale, 0n);
		assert.equal(open.refund?.objection, null);
		assert.equal(codeOf(await shop.pay(open.digest, 801n)), "amount-mismatch");
		assert.equal(codeOf(await shop.pay(open.digest, 300n)), "ok");
		assert.equal(english(await askBack(customer, shop, sale, 500n)), "This sale has been refunded already.");
		await town.close();
	});

	test("goes to whoever paid, and nowhere for a sale that was sent back; a refunded one is not sent back", async () => {
		const town = await openTown();
		const { customer, shop } = await counter(town);
		const { desk: thief } = await person(town, 50n);
		const sale = await sell(shop, customer, 800n);
		const receipt = ok(customer.receipt(sale));
		assert.deepEqual(ok(shop.receipt(sale)), receipt, "both sides have the same receipt");
		const mediaType = "application/vnd.tenten.receipt";
		const request = await requestOf(thief, shop, 800n, { documents: [{ mediaType, content: receipt }] });
		assert.equal(english(request), "Somebody else paid this: only the payer is refunded.");
		assert.equal(codeOf(await shop.pay(request.digest, 800n)), "attempt-decided");

		const direct = await sell(shop, customer, 400n, "post", true);
		ok(await shop.sendBack(direct));
		assert.equal(
			english(await askBack(customer, shop, direct)),
			"This sale was sent back, or is not paid yet.",
		);
		const kept = await sell(shop, customer, 500n, "post", true);
		const back = await askBack(customer, shop, kept);
		const { bundle } = ok(await shop.pay(back.digest, 500n));
		await carry(shop, customer, bundle);
		assert.equal(codeOf(await shop.sendBack(kept)), "attempt-decided");
		const { totals } = await shop.till.day();
		assert.equal(totals[0]?.net, available(shop), "what was sent back counts as refunded");
		await town.close();
	});

	test("is not made for a receipt of somebody else's sale, nor for one that nobody can verify", async () => {
		const town = await openTown();
		const { customer, shop } = await counter(town);
		const { desk: other } = await person(town, 0n, shopKeeper);
		const sale = await sell(other, customer, 100n);
		await sell(shop, customer, 800n);
		const mediaType = "application/vnd.tenten.receipt";
		const documents = [{ mediaType, content: random(40) }];
		const unreadable = await requestOf(customer, shop, 5n, { documents });
		for (const request of [await askBack(customer, shop, sale), unreadable]) {
			assert.equal(request.refund?.sale, null);
			assert.match(english(request) ?? "", /^No sale on record/);
			assert.equal(codeOf(await shop.pay(request.digest, 5n)), "attempt-unknown");
		}
		assert.equal(available(shop), 800n);
		assert.ok(isRefusal(await customer.refunds.ask("00".repeat(32))));
		assert.ok(isRefusal(await other.refunds.ask(sale)), "a shop paid nothing that it could ask back");
		await town.close();
	});
});

describe("a day at the till", () => {
	test("begins and ends at the shop's midnight, whatever the clocks do", async () => {
		// 2026-03-29 in Berlin has 23 hours; 12:00 UTC is 14:00 there.
		const town = await openTown({ now: Date.parse("2026-03-29T12:00:00Z") / 1_000 });
		const customer = await person(town, 5_000n);
		const opened = await openDesk(town, memorySettings(), town.device(), "Europe/Berlin");
		ok(await opened.desk.join("http://operator.example", shopKeeper));
		const shop = opened.desk;
		const at = async (time: string, amount: bigint) => {
			town.clock.now = Date.parse(time) / 1_000;
			await sell(shop, customer.desk, amount);
		};
		await at("2026-03-29T21:59:59Z", 1n);
		await at("2026-03-29T22:00:00Z", 2n);
		await at("2026-03-30T21:59:59Z", 4n);
		await at("2026-03-30T22:00:00Z", 8n);
		const sum = async (date?: string) => (await shop.till.day(date)).totals[0]?.net ?? 0n;
		assert.deepEqual(
			[await sum("2026-03-28"), await sum("2026-03-29"), await sum("2026-03-30"), await sum()],
			[0n, 1n, 6n, 8n],
		);
		assert.equal(shop.till.today(), "2026-03-31");
		assert.equal((await shop.till.day("2026-02-30")).date, "2026-03-31", "no date is today");
		await town.close();
	});

	test("holds sales and refunds only, whatever else the wallet does", async () => {
		const town = await openTown();
		const { customer, shop, opened } = await counter(town);
		await town.fund(opened.wallet, 1_000n);
		await sell(shop, customer, 70n);
		const supplies = await requestOf(customer, shop, 400n);
		const { bundle } = ok(await shop.pay(supplies.digest, 400n));
		await carry(shop, customer, bundle);
		ok(await shop.redeem(supplies.asset.id, 10n));
		const { lines, totals } = await shop.till.day();
		assert.deepEqual(
			lines.map(({ kind, entry }) => [kind, entry.amount]),
			[["sale", 70n]],
		);
		assert.equal(totals[0]?.net, 70n);
		await town.close();
	});
});
