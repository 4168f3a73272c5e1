/** Metered calls where something ends: the server between tick and answer, the budget, the meter, its time. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Refusal } from "@tenten/protocol";
import { memoryStore, tollListener, type Wallet } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok } from "../../../test/support/town.ts";
import { type MortalToll, mortalToll } from "./support/mortal-toll.ts";
import { listen, openTollTown, type TollTown } from "./support/toll-town.ts";

const url = "https://api.example/x";
const keyed = (key: string) => ({ headers: { "idempotency-key": key } });
const status = (came: Response | Refusal) => ok(came).status;

describe("metered calls", () => {
	let shop: TollTown;
	before(async () => {
		shop = await openTollTown();
	});
	after(() => shop.close());
	const mortal = (meter: number) => mortalToll(shop, { asset: shop.town.asset, amount: 1n, meter });

	/** A device with money, its wallet, and what a program keeps beside it: what is started anew has all of it. */
	async function program() {
		const device = shop.town.device();
		const [first, rows] = [await device.open(), memoryStore()];
		const asked = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		assert.equal(await first.join(shop.town.operator, shop.town.operator.id, asked), undefined);
		await shop.town.fund(first, 1_000n);
		return { device, first, rows };
	}

	test("the server ends between the tick and its answer: the call is made again, by the same tick and name", async () => {
		const server = await mortal(100);
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch });
		assert.equal(status(await paid.fetch(url)), 200);
		server.handler = async () => {
			await server.restart();
			throw new Error("its process has ended");
		};
		assert.equal(codeOf(await paid.fetch(url, keyed("cut"))), "answer-pending");
		server.handler = async () => undefined;
		assert.equal(status(await paid.fetch(url, keyed("cut"))), 200);
		const [, ...cut] = server.served;
		assert.ok(cut.length > 1);
		assert.equal(new Set(cut).size, 1);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 998n);
		assert.equal(server.wallet.balance(shop.town.asset).available, 2n);
	});

	test("after a restart a call whose answer was written down is gone, and the later ones are made again", async () => {
		const server = await mortal(200);
		const budget = [{ asset: shop.town.asset, perCall: 200n, inAll: 200n }];
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, budget });
		for (let call = 1; call <= 100; call++)
			assert.equal(status(await paid.fetch(url, keyed(`${call}`))), 200);
		await server.restart();
		assert.equal(codeOf(await paid.fetch(url, keyed("1"))), "answer-gone");
		assert.equal(codeOf(await paid.fetch(url, keyed("64"))), "answer-gone");
		assert.equal(status(await paid.fetch(url, keyed("65"))), 200);
		assert.equal(status(await paid.fetch(url, keyed("100"))), 200);
		assert.equal(status(await paid.fetch(url, keyed("101"))), 200);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 899n);
	});

	test("both sides end: no number is left that was written down as answered and is not known to be paid", async () => {
		const server = await mortal(200);
		const { device, first, rows } = await program();
		const budget = [{ asset: shop.town.asset, perCall: 200n, inAll: 200n }];
		const { paid } = await shop.buyer({ wallet: first, rows, fetch: server.fetch, budget });
		server.handler = () => {
			throw new Error("it fails");
		};
		for (let call = 0; call < 10; call++) assert.equal(status(await paid.fetch(url)), 500);
		server.handler = async () => undefined;
		for (let call = 0; call < 64; call++) assert.equal(status(await paid.fetch(url)), 200);
		await server.restart();
		const wallet = await device.open();
		const anew = await shop.buyer({ wallet, rows, fetch: server.fetch, budget });
		assert.equal(status(await anew.paid.fetch(url)), 200);
		assert.equal(await anew.paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 925n);
	});

	test("a program that ended shows the tick of a named call for no other, though its server never saw it", async () => {
		const server = await mortal(100);
		const { device, first, rows } = await program();
		const ticks: string[] = [];
		let isCut = false;
		const send = async (request: Request): Promise<Response> => {
			ticks.push(request.headers.get("tenten-meter") ?? "");
			if (isCut) throw new Error("it never arrives");
			return server.fetch(request);
		};
		const before = await shop.buyer({ wallet: first, rows, fetch: send });
		assert.equal(status(await before.paid.fetch(url)), 200);
		isCut = true;
		assert.equal(codeOf(await before.paid.fetch(url, keyed("cut"))), "answer-pending");
		const cut = ticks.at(-1);
		isCut = false;
		const { paid, wallet } = await shop.buyer({ wallet: await device.open(), rows, fetch: send });
		assert.equal(status(await paid.fetch(url)), 200);
		assert.notEqual(ticks.at(-1), cut);
		assert.equal(status(await paid.fetch(url, keyed("cut"))), 200);
		assert.equal(ticks.at(-1), cut);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 997n);
	});

	/** A program that asked for one call by its key and has no answer; what it was cut off from may have arrived. */
	async function cutOff(server: MortalToll, isArrived: boolean) {
		const { device, first, rows } = await program();
		const ticks = new Set<string>();
		const open = async (wallet: Wallet, isCut: boolean, keep = 86_400) => {
			const send = async (request: Request): Promise<Response> => {
				const tick = request.headers.get("tenten-meter");
				const isLost = isCut && tick !== null;
				if (tick !== null) ticks.add(tick);
				const came = isLost && !isArrived ? undefined : await server.fetch(request);
				if (isLost || came === undefined) throw new Error("its answer is lost");
				return came;
			};
			return (await shop.buyer({ wallet, rows, fetch: send, keep })).paid;
		};
		assert.equal(codeOf(await (await open(first, true)).fetch(url, keyed("cut"))), "answer-pending");
		const balance = () => wallet.balance(shop.town.asset).available;
		const wallet = await device.open();
		return { ticks, balance, anew: (keep?: number) => open(wallet, false, keep) };
	}

	test("a named call that has no answer holds its meter open for the next program, whatever its server loses", async () => {
		const server = await mortal(10);
		const { anew, balance, ticks } = await cutOff(server, true);
		assert.equal(await (await anew()).settle(), 1);
		await server.restart();
		const paid = await anew();
		assert.equal(status(await paid.fetch(url, keyed("cut"))), 200);
		assert.deepEqual([await paid.settle(), balance(), ticks.size], [0, 999n, 1]);
	});

	test("a named call that was answered holds no meter open, for the next program either", async () => {
		const server = await mortal(10);
		const { anew, balance } = await cutOff(server, true);
		assert.equal(status(await (await anew()).fetch(url, keyed("cut"))), 200);
		assert.equal(status(await (await anew()).fetch(url, keyed("cut"))), 200, "told again");
		assert.deepEqual([await (await anew()).settle(), balance()], [0, 999n]);
	});

	test("a named call that never arrived holds no meter open, and is charged once when it is asked for again", async () => {
		const server = await mortal(10);
		const { anew, balance } = await cutOff(server, false);
		const paid = await anew();
		assert.deepEqual([await paid.settle(), balance()], [0, 1_000n]);
		assert.equal(status(await paid.fetch(url, keyed("cut"))), 200);
		assert.deepEqual([await paid.settle(), balance()], [0, 999n]);
	});

	test("a named call whose answer its server knows no more holds no meter open", async () => {
		const server = await mortal(100);
		const { anew, balance } = await cutOff(server, true);
		const paid = await anew();
		for (let call = 1; call < 64; call++) assert.equal(status(await paid.fetch(url)), 200);
		await server.restart();
		assert.deepEqual([await (await anew()).settle(), balance()], [0, 936n]);
	});

	test("a named call that has no answer is not forgotten before its meter is over", async () => {
		const server = await mortal(10);
		const { anew, balance, ticks } = await cutOff(server, true);
		const paid = await anew(10);
		shop.town.clock.now += 100;
		assert.equal(status(await paid.fetch(url)), 200);
		assert.equal(status(await paid.fetch(url, keyed("cut"))), 200);
		assert.deepEqual([await paid.settle(), balance(), ticks.size], [0, 998n, 2]);
	});

	test("a meter that is used up is settled, and the next is opened; one that does not fit the budget is not", async () => {
		const server = await mortal(10);
		const { asset } = shop.town;
		const budget = [{ asset, perCall: 10n, inAll: 25n }];
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, budget });
		for (let call = 0; call < 20; call++) assert.equal(status(await paid.fetch(url)), 200);
		assert.equal(server.wallet.balance(asset).available, 10n);
		// The third meter does not fit: each call is paid by itself.
		for (let call = 0; call < 5; call++) assert.equal(status(await paid.fetch(url)), 200);
		assert.equal(codeOf(await paid.fetch(url)), "budget-exceeded");
		assert.equal(paid.spent(asset), 25n);
		assert.equal(wallet.balance(asset).available, 975n);
	});

	test("a meter whose time is over is settled, and the next is opened", async () => {
		const server = await mortal(10);
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch });
		assert.equal(status(await paid.fetch(url)), 200);
		shop.town.clock.now += 86_400;
		assert.equal(status(await paid.fetch(url)), 200);
		const meters = wallet.meters.list().filter(({ side }) => side === "payer");
		assert.deepEqual(meters.map(({ state }) => state).sort(), ["closed", "open"]);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 998n);
	});

	test("a server that counts takes no tick more: the call is paid by another meter, and charged once", async () => {
		const server = await mortal(10);
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch });
		assert.equal(status(await paid.fetch(url)), 200);
		const [meter] = server.wallet.meters.list();
		ok(await server.wallet.meters.close(meter?.meter ?? new Uint8Array()));
		assert.equal(status(await paid.fetch(url)), 200);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 998n);
	});

	test("a plain server of node:http charges by meter, too", async () => {
		const device = await mortal(10);
		const server = await listen(tollListener(device.toll, async () => new Response("plain")));
		const { paid, wallet } = await shop.buyer();
		for (let call = 0; call < 3; call++)
			assert.equal(
				await ok(await paid.fetch(`${server.url}/plain`, { method: "POST", body: `${call}` })).text(),
				"plain",
			);
		assert.equal(await paid.settle(), 0);
		server.stop();
		assert.equal(wallet.balance(shop.town.asset).available, 997n);
	});
});
