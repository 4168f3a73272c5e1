/** Calls that cost less than the smallest unit: one payment for a book of them, and none is charged or made twice. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Refusal } from "@tenten/protocol";
import { memoryStore, type Price, type TollOptions } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok } from "../../../test/support/town.ts";
import { bookMemo, callsOfMemo } from "../../wallet/src/http402/book.ts";
import { type Buyer, openTollTown, type TollTown } from "./support/toll-town.ts";

const perBook = 20;

/** A call costs a yen for twenty; `/dear` a yen for two, `/own` a yen itself, `/free` nothing. */
const priceIn =
	(shop: () => TollTown): TollOptions["price"] =>
	(call): Price | null => {
		const { asset } = shop().town;
		switch (new URL(call.url).pathname) {
			case "/free":
				return null;
			case "/dear":
				return { asset, amount: 1n, calls: 2 };
			case "/own":
				return { asset, amount: 1n };
			default:
				return { asset, amount: 1n, calls: perBook };
		}
	};

describe("a book of calls", () => {
	let shop: TollTown;
	let buyer: Buyer;
	let between: (request: Request) => Promise<Response> = fetch;
	let exchanges = 0;
	before(async () => {
		shop = await openTollTown({ price: priceIn(() => shop) });
		buyer = await shop.buyer({
			fetch: (request) => {
				exchanges++;
				return between(request);
			},
		});
	});
	afterEach(() => {
		between = fetch;
		shop.handler.before = async () => undefined;
	});
	after(() => shop.close());
	const left = () => buyer.wallet.balance(shop.town.asset).available;
	const status = (came: Response | Refusal) => ok(came).status;
	const ask = (path = "/x", key?: string) =>
		buyer.paid.fetch(`${shop.url}${path}`, key === undefined ? {} : { headers: { "idempotency-key": key } });

	/** What something cost, and how often the handler ran. */
	const costOf = async (what: () => Promise<unknown>) => {
		const [had, ran] = [left(), shop.runs.length];
		await what();
		return { paid: had - left(), ran: shop.runs.length - ran };
	};

	test("costs one payment for all its calls, each of them one exchange, and then another book is bought", async () => {
		const first = await costOf(async () => assert.equal(status(await ask()), 200));
		assert.deepEqual(first, { paid: 1n, ran: 1 });
		assert.equal(exchanges, 3);
		const rest = await costOf(async () => {
			for (let i = 1; i < perBook; i++) assert.equal(status(await ask()), 200);
		});
		assert.deepEqual(rest, { paid: 0n, ran: perBook - 1 });
		assert.equal(exchanges, 3 + perBook - 1);
		assert.deepEqual(await costOf(ask), { paid: 1n, ran: 1 });
		assert.equal(shop.seller.balance(shop.town.asset).available, 2n);
		assert.deepEqual(buyer.paid.pending(), []);
		assert.deepEqual(buyer.wallet.module.open(), []);
	});

	test("is bought once by many calls at once", async () => {
		const other = await shop.buyer({ wallet: buyer.wallet });
		const many = () => Promise.all([1, 2, 3, 4, 5].map(() => other.paid.fetch(`${shop.url}/many`)));
		assert.deepEqual(await costOf(many), { paid: 1n, ran: 5 });
	});

	test("pays for no call that costs more, and for none that is free", async () => {
		assert.deepEqual(await costOf(() => ask("/own")), { paid: 1n, ran: 1 });
		assert.deepEqual(await costOf(() => ask("/free")), { paid: 0n, ran: 1 });
		const dear = await costOf(async () => assert.equal(status(await ask("/dear")), 200));
		assert.deepEqual(dear, { paid: 1n, ran: 1 });
	});

	test("a call whose answer is lost keeps its number: it is made once, and told again", async () => {
		let lost = 2;
		between = async (request) => {
			const response = await fetch(request);
			if (lost-- > 0) throw new Error("its answer is lost");
			return response;
		};
		assert.deepEqual(await costOf(async () => assert.equal(status(await ask("/lost")), 200)), {
			paid: 0n,
			ran: 1,
		});
		lost = 3;
		const cut = await costOf(async () => assert.equal(codeOf(await ask("/cut", "cut")), "answer-pending"));
		assert.deepEqual(cut, { paid: 0n, ran: 1 });
		lost = 0;
		const again = await costOf(async () => assert.equal(status(await ask("/cut", "cut")), 200));
		assert.deepEqual(again, { paid: 0n, ran: 0 });
	});

	test("a call whose handler failed is made again under the same name", async () => {
		shop.handler.before = async () => new Response("", { status: 500 });
		assert.equal(status(await ask("/frail", "frail")), 500);
		shop.handler.before = async () => undefined;
		assert.equal(status(await ask("/frail", "frail")), 200);
		const [first, second] = shop.runs.slice(-2);
		assert.equal(first, second);
	});

	test("a number that is shown again is answered again; one beyond the book, or of no book, pays for nothing", async () => {
		let tick = "";
		between = (request) => {
			tick = request.headers.get("tenten-tick") ?? tick;
			return fetch(request);
		};
		await ask("/shown");
		assert.ok(tick.length <= 28);
		const show = async (header: string, path = "/shown") =>
			(await fetch(`${shop.url}${path}`, { headers: { "tenten-tick": header } })).status;
		const [ticket = ""] = tick.split(".");
		const ran = shop.runs.length;
		assert.equal(await show(tick), 200);
		for (const header of [
			`${ticket}.${perBook + 1}`,
			`${"A".repeat(22)}.1`,
			`${ticket}.0`,
			`${ticket}`,
			"1",
			`${ticket}.01`,
		])
			assert.equal(await show(header), 402, header);
		assert.equal(await show(tick, "/own"), 402);
		assert.equal(shop.runs.length, ran);
	});

	test("is opened under one ticket: whoever sees the payment later has none of its calls", async () => {
		const { header, url } = buyer.shown.at(-1) ?? { header: "", url: "" };
		assert.ok(buyer.shown.length > 0);
		const opening = buyer.shown.find((each) => each.url.endsWith("/x")) ?? { header, url };
		const headers = { "payment-signature": opening.header, "tenten-tick": `${"A".repeat(22)}.5` };
		const response = await fetch(opening.url, { headers });
		assert.equal(response.status, 402);
		assert.equal(((await response.json()) as { code: string }).code, "request-mismatch");
	});

	test("goes on after its server was started anew: no number of before is served, and its program finds one that is", async () => {
		const rows = memoryStore();
		const price = priceIn(() => shop);
		const tolls = [await shop.reopen({ rows, price: long(price) })];
		const served: string[] = [];
		const ticks: string[] = [];
		const serving = async (request: Request): Promise<Response> => {
			const { method, url } = request;
			const call = { method, url, body: new Uint8Array(await request.arrayBuffer()) };
			const header = (name: string) => request.headers.get(name) ?? undefined;
			ticks.push(header("tenten-tick") ?? "");
			return (tolls.at(-1) as (typeof tolls)[0]).answer({ ...call, header }, async (name) => {
				served.push(name ?? "");
				return new Response("made");
			});
		};
		const calls = memoryStore();
		const open = () => shop.buyer({ wallet: buyer.wallet, rows: calls, fetch: serving });
		const [one, had] = [await open(), left()];
		const url = "https://api.example/x";
		for (let i = 0; i < 3; i++) assert.equal(status(await one.paid.fetch(url)), 200);
		tolls.push(await shop.reopen({ rows, price: long(price) }));
		for (let i = 0; i < 3; i++) assert.equal(status(await one.paid.fetch(url)), 200);
		// What was served before is not told any more, and not made again.
		const [shown = ""] = ticks.filter((tick) => tick !== "");
		const replayed = await serving(new Request(url, { headers: { "tenten-tick": shown } }));
		assert.equal(replayed.status, 410);
		// A program that was started anew goes on behind the block of before.
		const two = await open();
		for (let i = 0; i < 3; i++) assert.equal(status(await two.paid.fetch(url)), 200);
		assert.equal(had - left(), 1n);
		assert.equal(served.length, 9);
		assert.equal(new Set(served).size, 9, "no number is served twice");
	});

	/** Books of a thousand. */
	const long =
		(price: TollOptions["price"]): TollOptions["price"] =>
		async (call) => {
			const usual = await price(call);
			return usual === null ? null : { ...usual, calls: 1_000 };
		};
});

test("the memo of a book is of one origin and one number of calls", () => {
	const memo = bookMemo("https://api.example", 1_000);
	assert.equal(callsOfMemo(memo, "https://api.example"), 1_000);
	assert.equal(callsOfMemo(memo, "https://other.example"), undefined);
	assert.equal(callsOfMemo(memo.replace(" 1000 calls", " 9000 calls"), "https://api.example"), undefined);
	assert.match(memo, /^402 [\w-]{43} 1000 calls at https:\/\/api\.example\/$/);
});
