/** Calls that are paid tick by tick: a meter is opened once, each call shows a tick, and none is charged or made twice. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import {
	isTick,
	parseMeterMessage,
	type Refusal,
	readMeterBundle,
	serializeMeterMessage,
	toHex,
	writeMeterBundle,
} from "@tenten/protocol";
import { memoryStore, type Price, type TollOptions } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok, random } from "../../../test/support/town.ts";
import { fetchChannel } from "../../wallet/src/http402/fetch-channel.ts";
import { readResponse } from "../../wallet/src/http402/headers.ts";
import { readMeteredCall, writeMeteredCall } from "../../wallet/src/http402/meter-call.ts";
import { type Buyer, openTollTown, type TollTown } from "./support/toll-town.ts";

const [perYen, most] = [20, 200];

/** A yen for twenty calls, two hundred a meter: it holds ten yen. `/dear` costs a yen for two, `/free` nothing. */
const priceIn =
	(shop: () => TollTown): TollOptions["price"] =>
	(call): Price | null => {
		const { asset } = shop().town;
		switch (new URL(call.url).pathname) {
			case "/free":
				return null;
			case "/dear":
				return { asset, amount: 1n, calls: 2 };
			default:
				return { asset, amount: 1n, calls: perYen, meter: most };
		}
	};

describe("a meter of calls", () => {
	let shop: TollTown;
	let buyer: Buyer;
	let between: (request: Request) => Promise<Response> = fetch;
	let exchanges = 0;
	const ticks: string[] = [];
	const calls = memoryStore();
	const counted = (request: Request): Promise<Response> => {
		exchanges++;
		const tick = request.headers.get("tenten-meter");
		if (tick !== null) ticks.push(tick);
		return between(request);
	};
	before(async () => {
		shop = await openTollTown({ price: priceIn(() => shop) });
		buyer = await shop.buyer({ rows: calls, fetch: counted });
	});
	afterEach(() => {
		between = fetch;
		shop.handler.before = async () => undefined;
	});
	after(() => shop.close());
	const left = () => buyer.wallet.balance(shop.town.asset).available;
	const status = (came: Response | Refusal) => ok(came).status;
	const ask = (path = "/x", key?: string, of = buyer) =>
		of.paid.fetch(`${shop.url}${path}`, key === undefined ? {} : { headers: { "idempotency-key": key } });

	/** What something set aside, how often the handler ran, and how many ticks were shown. */
	const costOf = async (what: () => Promise<unknown>) => {
		const [had, ran, shown] = [left(), shop.runs.length, new Set(ticks).size];
		await what();
		return { paid: had - left(), ran: shop.runs.length - ran, ticks: new Set(ticks).size - shown };
	};

	test("is opened once, and then each call is one exchange and one tick", async () => {
		const first = await costOf(async () => assert.equal(status(await ask()), 200));
		assert.deepEqual(first, { paid: 10n, ran: 1, ticks: 1 });
		assert.equal(exchanges, 4);
		const more = await costOf(async () => {
			for (let i = 1; i < 30; i++) assert.equal(status(await ask()), 200);
		});
		assert.deepEqual(more, { paid: 0n, ran: 29, ticks: 29 });
		assert.equal(exchanges, 4 + 29);
		assert.ok(ticks.every((tick) => tick.length <= 98));
	});

	test("is shared by many calls at once, a tick each", async () => {
		const many = () => Promise.all(Array.from({ length: 20 }, (_, i) => ask(`/many/${i}`)));
		assert.deepEqual(await costOf(many), { paid: 0n, ran: 20, ticks: 20 });
	});

	test("is opened once by many calls at once", async () => {
		const other = await shop.buyer();
		const came = await Promise.all([1, 2, 3, 4, 5].map((n) => ask(`/first/${n}`, undefined, other)));
		assert.deepEqual(came.map(status), [200, 200, 200, 200, 200]);
		const meters = other.wallet.meters.list();
		assert.deepEqual(
			meters.map(({ ticks: shown }) => shown),
			[5],
		);
	});

	test("pays for no call that costs more, and for none that is free", async () => {
		assert.deepEqual(await costOf(() => ask("/free")), { paid: 0n, ran: 1, ticks: 1 });
		const dear = await costOf(async () => assert.equal(status(await ask("/dear")), 200));
		assert.deepEqual({ paid: dear.paid, ran: dear.ran }, { paid: 1n, ran: 1 });
		// The ticks that were not taken are shown with the next calls.
		assert.deepEqual(await costOf(() => ask("/y")), { paid: 0n, ran: 1, ticks: 0 });
	});

	test("a call whose answer is lost keeps its tick: it is made once, and told again", async () => {
		let lost = 2;
		between = async (request) => {
			const response = await fetch(request);
			if (lost-- > 0) throw new Error("its answer is lost");
			return response;
		};
		const told = await costOf(async () => assert.equal(status(await ask("/lost")), 200));
		assert.deepEqual({ paid: told.paid, ran: told.ran }, { paid: 0n, ran: 1 });
		lost = 3;
		await costOf(async () => assert.equal(codeOf(await ask("/cut", "cut")), "answer-pending"));
		lost = 0;
		const again = await costOf(async () => assert.equal(status(await ask("/cut", "cut")), 200));
		assert.deepEqual(again, { paid: 0n, ran: 0, ticks: 0 });
		assert.equal(codeOf(await ask("/other", "cut")), "order-taken");
	});

	test("a call whose handler failed is made again under the same name, by the same tick", async () => {
		shop.handler.before = async () => new Response("", { status: 500 });
		assert.equal(status(await ask("/frail", "frail")), 500);
		shop.handler.before = async () => undefined;
		const again = await costOf(async () => assert.equal(status(await ask("/frail", "frail")), 200));
		assert.deepEqual(again, { paid: 0n, ran: 1, ticks: 0 });
		const [first, second] = shop.runs.slice(-2);
		assert.equal(first, second);
	});

	test("another's tick buys nothing: its call is told again, and any other call is refused", async () => {
		await ask("/shown");
		const tick = ticks.at(-1) ?? "";
		const show = async (header: string, path = "/shown") => {
			const came = await fetch(`${shop.url}${path}`, { headers: { "tenten-meter": header } });
			const settled = readResponse(came.headers.get("payment-response") ?? "");
			return [came.status, "why" in settled ? settled.why : ""];
		};
		const read = ok(readMeteredCall(tick));
		const ran = shop.runs.length;
		const shown = buyer.wallet.meters.list().map((meter) => meter.ticks);
		assert.deepEqual(await show(tick), [200, ""]);
		assert.deepEqual(await show(tick, "/another"), [402, "request-mismatch"]);
		assert.deepEqual(await show(tick, "/dear"), [402, "amount-mismatch"]);
		const forged = Uint8Array.from(read.frame);
		forged[10] = (forged[10] as number) ^ 1;
		assert.deepEqual(await show(writeMeteredCall(read.meter, forged)), [402, "tick-invalid"]);
		const ahead = Uint8Array.from(read.frame);
		ahead[ahead.length - 1] = (ahead.at(-1) as number) + 1;
		assert.deepEqual(await show(writeMeteredCall(read.meter, ahead)), [402, "tick-invalid"]);
		assert.deepEqual(await show(writeMeteredCall(random(32), read.frame)), [402, "attempt-unknown"]);
		for (const header of ["", "x", `${tick}A`, tick.replace(".", "")])
			assert.deepEqual(await show(header), [402, "malformed"], header);
		assert.equal(shop.runs.length, ran);
		assert.deepEqual(
			buyer.wallet.meters.list().map((meter) => meter.ticks),
			shown,
		);
	});

	test("who knows its meter's id and asks at the door has no tick of it, and no answer", async () => {
		await ask("/private");
		const { meter, tick } = ok(readMeteredCall(ticks.at(-1) ?? ""));
		const door = fetchChannel(`${shop.url}/.tenten`, fetch, 20_000);
		const asked = serializeMeterMessage({ kind: "status", meter });
		const said = readMeterBundle(ok(await door.exchange(writeMeterBundle(meter, [asked]))))?.frames ?? [];
		assert.deepEqual(
			said.filter((frame) => isTick(frame) || toHex(frame).includes(toHex(tick.preimage))),
			[],
		);
		const [reached] = said.map((frame) => ok(parseMeterMessage(frame)));
		assert.ok(reached?.kind === "reached");
		assert.equal(reached.ticks, tick.ticks);
	});

	test("a program that was started anew goes on behind the server's last tick, and a named call keeps its own", async () => {
		between = async (request) => {
			await fetch(request);
			throw new Error("its answer is lost");
		};
		const cut = await costOf(async () =>
			assert.equal(codeOf(await ask("/named", "named")), "answer-pending"),
		);
		assert.deepEqual(cut, { paid: 0n, ran: 1, ticks: 1 });
		between = fetch;
		const anew = await shop.buyer({ wallet: buyer.wallet, rows: calls, fetch: counted });
		const next = await costOf(async () => assert.equal(status(await ask("/next", undefined, anew)), 200));
		assert.deepEqual(next, { paid: 0n, ran: 1, ticks: 1 });
		const named = await costOf(async () => assert.equal(status(await ask("/named", "named", anew)), 200));
		assert.deepEqual(named, { paid: 0n, ran: 0, ticks: 0 });
		buyer = anew;
	});

	test("settled, it comes to what its ticks were, and all else comes back", async () => {
		const [mine] = buyer.wallet.meters.list();
		const due = BigInt(Math.floor((mine?.ticks ?? 0) / perYen));
		const had = left();
		const theirs = shop.seller.balance(shop.town.asset).available;
		assert.equal(await buyer.paid.settle(), 0);
		assert.equal(left() - had, 10n - due);
		assert.equal(shop.seller.balance(shop.town.asset).available - theirs, due);
		assert.deepEqual(
			shop.seller.meters
				.list()
				.map(({ state }) => state)
				.includes("closed"),
			true,
		);
		assert.equal(buyer.paid.spent(shop.town.asset), due + 1n);
		assert.equal(status(await ask("/after")), 200);
	});
});
