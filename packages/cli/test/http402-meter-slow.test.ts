/** Metered calls whose handler takes long: 202 and a status for whoever paid, one tick and one answer, whatever ends. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { Refusal } from "@tenten/protocol";
import { memoryStore, type Price, tollListener } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok, random } from "../../../test/support/town.ts";
import { readMeteredCall, writeMeteredCall } from "../../wallet/src/http402/meter-call.ts";
import { mortalToll } from "./support/mortal-toll.ts";
import { listen, openTollTown, type TollTown } from "./support/toll-town.ts";

const keyed = (key: string) => ({ headers: { "idempotency-key": key } });
const url = "https://api.example/slow";
const limits = { wait_ms: 50 };

/** What each test leaves behind, also one that fails: a toll waits for its handlers before it closes. */
const left: (() => void)[] = [];

/** Holds handlers until it is opened. */
function gate() {
	let open = (): void => undefined;
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	left.push(open);
	return { open, opened };
}

/** What a program was told to come again for: where, and by which tick. */
type Told = { readonly location: URL; readonly tick: string; readonly headers: Headers };

/** Notes each 202 that says that a tick was taken. */
type Send = (request: Request) => Promise<Response>;

/** for what comes after 50 ms */
const patience_ms = 30_000;

function noting(send: Send, then: (told: Told) => void = () => undefined) {
	const told: Told[] = [];
	let tell = (_: Told): void => undefined;
	const first = new Promise<Told>((resolve) => {
		tell = resolve;
	});
	return {
		told,
		/** the first of them, in time */
		first: async (): Promise<Told> => {
			const late = new AbortController();
			const never = pause(patience_ms, undefined, { signal: late.signal });
			const came = await Promise.race([first, never]);
			late.abort();
			await never.catch(() => undefined);
			return came ?? assert.fail(`nothing was told to come again within ${patience_ms} ms`);
		},
		fetch: async (request: Request): Promise<Response> => {
			const tick = request.headers.get("tenten-meter") ?? "";
			const { url: asked } = request;
			const response = await send(request);
			if (response.status === 202) {
				const location = new URL(response.headers.get("location") ?? "", asked);
				const each = { location, tick, headers: response.headers };
				told.push(each);
				tell(each);
				then(each);
			}
			return response;
		},
	};
}

const bodyOf = async (came: Response | Refusal) => {
	const response = ok(came);
	return [response.status, await response.text()];
};

describe("a metered call that takes long", () => {
	let shop: TollTown;
	before(async () => {
		const price = (): Price => ({ asset: shop.town.asset, amount: 1n, meter: 20 });
		shop = await openTollTown({ price, limits });
	});
	afterEach(() => {
		shop.handler.before = async () => undefined;
		for (const leave of left.splice(0)) leave();
	});
	after(() => shop.close());
	const large = () => ({ budget: [{ asset: shop.town.asset, perCall: 400n, inAll: 400n }] });
	const priceOf = (meter: number): Price => ({ asset: shop.town.asset, amount: 1n, meter });
	const statusOf = async ({ location, tick }: Pick<Told, "location" | "tick">, send: Send = fetch) => {
		const response = await send(
			new Request(location, { headers: tick === "" ? {} : { "tenten-meter": tick } }),
		);
		const { status } = (await response.json()) as { status: string };
		return [response.status, status];
	};

	test("is 202 with a status for whoever shows its tick, and its answer comes when it is made", async () => {
		const { open, opened } = gate();
		shop.handler.before = async () => {
			await opened;
			return undefined;
		};
		const asked: Promise<unknown>[] = [];
		const slow = noting(fetch, (told) => {
			asked.push(statusOf(told).finally(open));
		});
		const { paid, wallet } = await shop.buyer({ fetch: slow.fetch, tries: 1 });
		const ran = shop.runs.length;
		assert.equal(ok(await paid.fetch(`${shop.url}/slow`)).status, 200);
		assert.equal(shop.runs.length - ran, 1);
		const [told] = slow.told;
		assert.ok(told);
		assert.deepEqual(await asked[0], [200, "running"]);
		assert.match(told.headers.get("tenten-meter") ?? "", /^1;running$/);
		assert.equal(told.headers.get("retry-after"), "1");
		assert.deepEqual(await statusOf(told), [200, "answered"]);
		assert.deepEqual(
			wallet.meters.list().map(({ ticks }) => ticks),
			[1],
		);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
	});

	test("tells its status to nobody who cannot show its tick, and asking pays nothing", async () => {
		const { open, opened } = gate();
		shop.handler.before = async () => {
			await opened;
			return undefined;
		};
		const slow = noting(fetch);
		const { paid, wallet } = await shop.buyer({ fetch: slow.fetch });
		const came = paid.fetch(`${shop.url}/asked`);
		const told = await slow.first();
		const { location, tick } = told;
		const read = ok(readMeteredCall(tick));
		const forged = Uint8Array.from(read.frame);
		forged[10] = (forged[10] as number) ^ 1;
		const [meter] = wallet.meters.list();
		assert.ok(meter);
		const next = ok(wallet.module.meters.tick(meter.meter));
		for (const [header, path] of [
			["", location],
			["x", location],
			[writeMeteredCall(read.meter, forged), location],
			[writeMeteredCall(random(32), read.frame), location],
			[tick, new URL(`${location.origin}/.tenten/v1/calls/${"0".repeat(64)}`)],
			// A tick that its payer has, and that was paid for nothing yet.
			[writeMeteredCall(read.meter, next), location],
		] as const)
			assert.deepEqual(await statusOf({ location: path, tick: header }), [404, "unknown"], header);
		assert.equal(shop.seller.meters.get(meter.meter)?.ticks, 1);
		assert.deepEqual(await statusOf(told), [200, "running"]);
		open();
		assert.equal(ok(await came).status, 200);
		// What the third tick has paid for with itself, and no call was made by.
		const third = writeMeteredCall(read.meter, ok(wallet.module.meters.tick(meter.meter)));
		assert.equal((await fetch(`${shop.url}/asked`, { headers: { "tenten-meter": third } })).status, 200);
		const second = { location, tick: writeMeteredCall(read.meter, next) };
		assert.deepEqual(await statusOf(second), [200, "paid"]);
	});

	test("asked for again while it runs, and after its program gave up, it is one run and one tick", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		const { open, opened } = gate();
		server.handler = () => opened;
		const first = await shop.buyer({ fetch: server.fetch, timeout_ms: 1_000, tries: 1 });
		const asked = [1, 2].map(() => first.paid.fetch(url, keyed("slow")));
		for (const came of await Promise.all(asked)) assert.equal(codeOf(came), "answer-pending");
		open();
		assert.deepEqual(await bodyOf(await first.paid.fetch(url, keyed("slow"))), [200, "answer 1"]);
		assert.equal(server.served.length, 1);
		assert.equal(await first.paid.settle(), 0);
		assert.equal(server.wallet.balance(shop.town.asset).available, 1n);
	});

	test("whose server ends after it told so is paid, and made under the same name by the same tick", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		const never = gate();
		server.handler = () => never.opened;
		const slow = noting(server.fetch);
		const { paid, wallet } = await shop.buyer({ fetch: slow.fetch, timeout_ms: 1_000, tries: 1 });
		assert.equal(codeOf(await paid.fetch(url, keyed("cut"))), "answer-pending");
		await server.restart();
		server.handler = async () => undefined;
		const [told] = slow.told;
		assert.ok(told);
		// The tick that no write had kept is told by its payer: only then it is known to be paid.
		assert.deepEqual(await statusOf(told, server.fetch), [404, "unknown"]);
		assert.deepEqual(await bodyOf(await paid.fetch(url, keyed("cut"))), [200, "answer 2"]);
		assert.deepEqual(await statusOf(told, server.fetch), [200, "answered"]);
		assert.equal(new Set(server.served).size, 1);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
	});

	test("whose program ends after it was told so is asked for by the same tick", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		const { open, opened } = gate();
		server.handler = () => opened;
		const slow = noting(server.fetch);
		const rows = memoryStore();
		const before = await shop.buyer({ fetch: slow.fetch, rows, timeout_ms: 1_000, tries: 1 });
		assert.equal(codeOf(await before.paid.fetch(url, keyed("cut"))), "answer-pending");
		open();
		const anew = await shop.buyer({ wallet: before.wallet, rows, fetch: server.fetch });
		assert.deepEqual(await bodyOf(await anew.paid.fetch(url, keyed("cut"))), [200, "answer 1"]);
		assert.equal(server.served.length, 1);
		assert.equal(await anew.paid.settle(), 0);
		assert.equal(before.wallet.balance(shop.town.asset).available, 999n);
	});

	test("whose handler fails after it was told so is paid, and made again under the same name by the same tick", async () => {
		const { open, opened } = gate();
		shop.handler.before = async () => {
			await opened;
			return new Response("", { status: 500 });
		};
		const slow = noting(fetch, open);
		const { paid, wallet } = await shop.buyer({ fetch: slow.fetch, tries: 1 });
		const ran = shop.runs.length;
		assert.equal(ok(await paid.fetch(`${shop.url}/frail`, keyed("frail"))).status, 500);
		const [told] = slow.told;
		assert.ok(told);
		assert.deepEqual(await statusOf(told), [200, "paid"]);
		shop.handler.before = async () => undefined;
		assert.equal(ok(await paid.fetch(`${shop.url}/frail`, keyed("frail"))).status, 200);
		assert.deepEqual(await statusOf(told), [200, "answered"]);
		const names = shop.runs.slice(ran);
		assert.ok(names.length > 1);
		assert.equal(new Set(names).size, 1);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
	});

	test("is answered where its status is cut off after its head, and its program's fetch keeps copies", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		const { open, opened } = gate();
		server.handler = () => opened;
		const copies: Response[] = [];
		const fetch = async (request: Request): Promise<Response> => {
			const response = await server.fetch(request);
			copies.push(response.clone());
			if (!request.url.includes("/.tenten/v1/calls/")) return response;
			open();
			return new Response(new ReadableStream({ pull: (body) => body.error(new Error("cut")) }));
		};
		const { paid } = await shop.buyer({ fetch, tries: 1 });
		assert.deepEqual(await bodyOf(await paid.fetch(url)), [200, "answer 1"]);
		assert.ok(copies.some(({ status }) => status === 202));
		assert.equal(await paid.settle(), 0);
	});

	test("keeps its meter open until it has its answer, whatever its server loses", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		server.handler = () => gate().opened;
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, timeout_ms: 1_000, tries: 1 });
		assert.equal(codeOf(await paid.fetch(url, keyed("slow"))), "answer-pending");
		assert.equal(await paid.settle(), 1);
		await server.restart();
		server.handler = async () => undefined;
		assert.deepEqual(await bodyOf(await paid.fetch(url, keyed("slow"))), [200, "answer 2"]);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
	});

	test("keeps a meter open that is used up, and the next call is by another", async () => {
		const server = await mortalToll(shop, priceOf(2), limits);
		server.handler = () => gate().opened;
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, timeout_ms: 1_000, tries: 1 });
		const asked = ["one", "two"].map((key) => paid.fetch(url, keyed(key)));
		for (const came of await Promise.all(asked)) assert.equal(codeOf(came), "answer-pending");
		server.handler = async () => undefined;
		assert.equal(ok(await paid.fetch(url, keyed("three"))).status, 200);
		await server.restart();
		for (const key of ["one", "two"]) assert.equal(ok(await paid.fetch(url, keyed(key))).status, 200, key);
		assert.equal(ok(await paid.fetch(url)).status, 200);
		const meters = wallet.meters.list().map(({ state, ticks }) => `${state} ${ticks}`);
		assert.deepEqual(meters.sort(), ["closed 2", "open 2"]);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 996n);
	});

	test("is left no further behind than its tick can be proved: who comes then is to come again", async () => {
		const server = await mortalToll(shop, priceOf(400), limits);
		const { open, opened } = gate();
		server.handler = () => opened;
		const { paid, wallet } = await shop.buyer({
			fetch: server.fetch,
			tries: 1,
			timeout_ms: 1_000,
			...large(),
		});
		assert.equal(codeOf(await paid.fetch(url, keyed("slow"))), "answer-pending");
		server.handler = async () => undefined;
		for (let call = 0; call < 255; call++) assert.equal(ok(await paid.fetch(url)).status, 200, `${call}`);
		for (let tried = 0; tried < 3; tried++) {
			const came = ok(await paid.fetch(url));
			assert.deepEqual([came.status, came.headers.get("retry-after")], [503, "5"]);
		}
		assert.deepEqual(
			server.wallet.meters.list().map(({ ticks }) => ticks),
			[256],
		);
		open();
		assert.deepEqual(await bodyOf(await paid.fetch(url, keyed("slow"))), [200, "answer 256"]);
		assert.equal(ok(await paid.fetch(url)).status, 200);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 743n);
	});

	test("whose handler failed is made again however many calls came since, and paid once", async () => {
		const server = await mortalToll(shop, priceOf(400), limits);
		server.handler = () => {
			throw new Error("it fails");
		};
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, tries: 1, ...large() });
		assert.equal(ok(await paid.fetch(url, keyed("frail"))).status, 500);
		server.handler = async () => undefined;
		for (let call = 0; call < 300; call++) assert.equal(ok(await paid.fetch(url)).status, 200, `${call}`);
		assert.equal(ok(await paid.fetch(url, keyed("frail"))).status, 200);
		assert.equal(server.served.at(-1), server.served[0]);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 699n);
	});

	// How many fail before it and after it, and are answered then: the module keeps each 64th tick.
	for (const [name, before, after, answered] of [
		["whose handler failed is made again after a restart however many calls came since", 0, 0, 300],
		["whose handler failed is made again after a restart however many failed since", 63, 255, 1],
	] as const)
		test(name, async () => {
			const server = await mortalToll(shop, priceOf(400), limits);
			const { paid } = await shop.buyer({ fetch: server.fetch, tries: 1, ...large() });
			const calls = async (count: number, status: number) => {
				for (let call = 0; call < count; call++) assert.equal(ok(await paid.fetch(url)).status, status);
			};
			server.handler = () => {
				throw new Error("it fails");
			};
			await calls(before, 500);
			assert.equal(ok(await paid.fetch(url, keyed("frail"))).status, 500);
			await calls(after, 500);
			server.handler = async () => undefined;
			await calls(answered, 200);
			await server.restart();
			assert.equal(ok(await paid.fetch(url, keyed("frail"))).status, 200);
			assert.equal(server.served.at(-1), server.served[before]);
			assert.equal(await paid.settle(), 0);
			assert.equal(server.wallet.balance(shop.town.asset).available, BigInt(before + 1 + after + answered));
		});

	test("whose program gave it up, and can ask for it no more, keeps no meter open", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		server.handler = () => gate().opened;
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, timeout_ms: 1_000, tries: 1 });
		assert.equal(codeOf(await paid.fetch(url)), "answer-pending");
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
	});

	test("whose meter its server closes meanwhile has its answer, and nothing more is charged", async () => {
		const server = await mortalToll(shop, priceOf(10), limits);
		const { open, opened } = gate();
		server.handler = () => opened;
		const { paid, wallet } = await shop.buyer({ fetch: server.fetch, timeout_ms: 1_000, tries: 1 });
		assert.equal(codeOf(await paid.fetch(url, keyed("slow"))), "answer-pending");
		const [meter] = server.wallet.meters.list();
		ok(await server.wallet.meters.close(meter?.meter ?? new Uint8Array()));
		open();
		assert.deepEqual(await bodyOf(await paid.fetch(url, keyed("slow"))), [200, "answer 1"]);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
		assert.equal(server.wallet.balance(shop.town.asset).available, 1n);
	});

	test("is the same behind a plain server of node:http", async () => {
		const device = await mortalToll(shop, priceOf(10), limits);
		const { open, opened } = gate();
		const plain = async () => {
			await opened;
			return new Response("plain");
		};
		const server = await listen(tollListener(device.toll, plain));
		left.push(server.stop);
		const slow = noting(fetch, open);
		const { paid, wallet } = await shop.buyer({ fetch: slow.fetch, tries: 1 });
		assert.deepEqual(await bodyOf(await paid.fetch(`${server.url}/plain`)), [200, "plain"]);
		const [told] = slow.told;
		assert.ok(told);
		assert.deepEqual(await statusOf(told), [200, "answered"]);
		assert.deepEqual(await statusOf({ ...told, tick: "" }), [404, "unknown"]);
		assert.equal(await paid.settle(), 0);
		assert.equal(wallet.balance(shop.town.asset).available, 999n);
	});
});
