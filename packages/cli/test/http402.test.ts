/** An API paid by the call (docs/spec/http-402.md): one answer a payment, whatever is asked again, shown again or late. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import { type Bytes, type Refusal, verifyReceipt } from "@tenten/protocol";
import { memoryStore, tollListener } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok } from "../../../test/support/town.ts";
import { answerOf } from "../../wallet/src/http402/answer-form.ts";
import { callMemo } from "../../wallet/src/http402/call.ts";
import { type Buyer, callPrice, listen, openTollTown, type TollTown } from "./support/toll-town.ts";

const answered = async (response: Response | Refusal) => {
	const came = ok(response);
	return { status: came.status, body: await came.text() };
};
const key = (name: string): RequestInit => ({ headers: { "idempotency-key": name } });

/** A promise that is kept when it is told to be. */
function gate() {
	let open: () => void = () => undefined;
	const opened = new Promise<void>((resolve) => {
		open = resolve;
	});
	return { open, opened };
}

describe("a call that is paid for", () => {
	let shop: TollTown;
	let buyer: Buyer;
	before(async () => {
		shop = await openTollTown({ limits: { wait_ms: 200, answerBytes: 1_000 } });
		buyer = await shop.buyer();
	});
	afterEach(() => {
		shop.runs.splice(0);
		shop.handler.before = async () => undefined;
	});
	after(() => shop.close());
	const balance = (wallet = buyer.wallet) => wallet.balance(shop.town.asset).available;

	/** Runs something, and says what it cost and how often the handler ran. */
	const costOf = async (what: () => Promise<unknown>) => {
		const [had, sold, ran] = [balance(), balance(shop.seller), shop.runs.length];
		await what();
		assert.equal(had - balance(), balance(shop.seller) - sold, "what one paid the other has");
		return { paid: had - balance(), ran: shop.runs.length - ran };
	};

	test("costs what it says, once, and both sides have a receipt of this very call", async () => {
		const url = `${shop.url}/weather?q=tokyo`;
		const cost = await costOf(async () =>
			assert.deepEqual(await answered(await buyer.paid.fetch(url)), {
				status: 200,
				body: '{"said":"","at":"/weather"}',
			}),
		);
		assert.deepEqual(cost, { paid: callPrice, ran: 1 });
		for (const { module } of [buyer.wallet, shop.seller]) {
			const [attempt] = module.attempts();
			const receipt = verifyReceipt(ok(module.receipt(attempt?.attempt as Bytes)), ok(module.trust));
			const call = { method: "GET", url, body: new Uint8Array() };
			assert.equal(ok(receipt).request.body.memo, callMemo(call));
			assert.equal(callMemo(call).includes("tokyo"), false, "what was asked stands in no history");
		}
		assert.deepEqual(buyer.paid.pending(), []);
		assert.deepEqual(buyer.wallet.module.open(), [], "nothing waits");
	});

	test("is this method, address and body", async () => {
		const post = { method: "POST", body: "東京", headers: { "content-type": "text/plain" } };
		const cost = await costOf(async () => {
			const { body } = await answered(await buyer.paid.fetch(`${shop.url}/say`, post));
			assert.equal(body, '{"said":"東京","at":"/say"}');
		});
		assert.deepEqual(cost, { paid: callPrice, ran: 1 });
	});

	test("is paid for by nobody where it is free", async () => {
		assert.deepEqual(await costOf(() => buyer.paid.fetch(`${shop.url}/free`)), { paid: 0n, ran: 1 });
		assert.deepEqual(shop.runs, ["free"]);
	});

	test("asked again under its key is answered again, and neither charged nor run", async () => {
		const ask = () => buyer.paid.fetch(`${shop.url}/again`, key("again"));
		const first = await costOf(ask);
		assert.deepEqual(first, { paid: callPrice, ran: 1 });
		const second = await costOf(async () => {
			const [one, two] = await Promise.all([ask(), ask()]);
			assert.deepEqual(await answered(one), await answered(two));
			assert.equal(ok(one).headers.get("x-run"), "1");
		});
		assert.deepEqual(second, { paid: 0n, ran: 0 });
		const other = () => buyer.paid.fetch(`${shop.url}/other`, key("again"));
		assert.deepEqual(await costOf(async () => assert.equal(codeOf(await other()), "order-taken")), {
			paid: 0n,
			ran: 0,
		});
	});

	test("asked for by many at once, under one key, is one call", async () => {
		const asks = () => Promise.all([1, 2, 3].map(() => buyer.paid.fetch(`${shop.url}/once`, key("once"))));
		assert.deepEqual(await costOf(asks), { paid: callPrice, ran: 1 });
	});

	test("whose handler failed is paid, and runs again under the same id", async () => {
		const ask = () => buyer.paid.fetch(`${shop.url}/frail`, key("frail"));
		shop.handler.before = async () => new Response("no", { status: 503 });
		const failed = await costOf(async () => assert.equal(ok(await ask()).status, 503));
		assert.deepEqual(failed, { paid: callPrice, ran: 1 });
		assert.deepEqual(
			buyer.paid.pending().map((row) => row.key),
			["frail"],
		);
		shop.handler.before = async () => {
			throw new Error("thrown");
		};
		assert.deepEqual(await costOf(ask), { paid: 0n, ran: 1 });
		shop.handler.before = async () => undefined;
		assert.deepEqual(await costOf(async () => assert.equal(ok(await ask()).status, 200)), {
			paid: 0n,
			ran: 1,
		});
		assert.equal(new Set(shop.runs).size, 1, "one payment");
		assert.deepEqual(buyer.paid.pending(), []);
	});

	test("whose answer is too large to be kept is not answered, and stays paid", async () => {
		const ask = () => buyer.paid.fetch(`${shop.url}/large`, key("large"));
		shop.handler.before = async () => new Response("x".repeat(1_001));
		const large = await costOf(async () => assert.equal(ok(await ask()).status, 500));
		assert.deepEqual(large, { paid: callPrice, ran: 1 });
		shop.handler.before = async () => new Response("x".repeat(1_000));
		const fits = await costOf(async () => assert.equal((await answered(await ask())).body.length, 1_000));
		assert.deepEqual(fits, { paid: 0n, ran: 1 });
	});

	test("that takes long is a 202 with a status, and its answer comes when it is made", async () => {
		const { open, opened } = gate();
		let status: Response | undefined;
		shop.handler.before = async () => {
			await opened;
			return undefined;
		};
		const slow = await shop.buyer({
			wallet: buyer.wallet,
			fetch: async (request) => {
				const response = await fetch(request);
				if (response.status === 202) {
					const location = new URL(response.headers.get("location") ?? "", request.url);
					status = await fetch(location);
					open();
				}
				return response;
			},
		});
		const cost = await costOf(async () =>
			assert.equal((await answered(await slow.paid.fetch(`${shop.url}/slow`))).status, 200),
		);
		assert.deepEqual(cost, { paid: callPrice, ran: 1 });
		assert.deepEqual(await status?.json(), { payment: shop.runs[0], status: "running" });
		const told = await fetch(`${shop.url}/.tenten/v1/payments/${shop.runs[0]}`);
		assert.deepEqual(await told.json(), { payment: shop.runs[0], status: "answered" });
	});

	test("whose answer is past its time is gone, and neither made nor charged a second time", async () => {
		const ask = () => buyer.paid.fetch(`${shop.url}/old`, key("old"));
		await ask();
		const [payment = ""] = shop.runs;
		const { url, header } = buyer.shown.at(-1) ?? { url: "", header: "" };
		shop.town.clock.now += 86_400;
		assert.equal((await answered(await ask())).status, 200);
		shop.town.clock.now += 1;
		await buyer.paid.fetch(`${shop.url}/another`);
		assert.equal(shop.toll.status(payment), "gone");
		const late = async () => {
			const response = await fetch(url, { headers: { "payment-signature": header } });
			assert.equal(response.status, 410);
			assert.equal(((await response.json()) as { code: string }).code, "answer-gone");
		};
		assert.deepEqual(await costOf(late), { paid: 0n, ran: 0 });
	});
});

describe("a server that was started anew", () => {
	test("answers what was paid before, by its rows alone, and what was not answered by its handler", async (t) => {
		const shop = await openTollTown();
		t.after(() => shop.close());
		const { paid, shown } = await shop.buyer();
		await paid.fetch(`${shop.url}/one`);
		shop.handler.before = async () => new Response("", { status: 500 });
		await paid.fetch(`${shop.url}/two`);
		const toll = await shop.reopen();
		const served: string[] = [];
		for (const { url, header } of [...shown, ...shown]) {
			const call = { method: "GET", url, body: new Uint8Array(), header: () => header };
			const response = await toll.answer(call, async (payment) => {
				served.push(payment ?? "");
				return new Response("anew");
			});
			assert.equal(response.status, 200);
			assert.equal(await response.text(), url.endsWith("/one") ? '{"said":"","at":"/one"}' : "anew");
		}
		assert.deepEqual(served, [shop.runs[1]]);
		assert.equal(shop.seller.balance(shop.town.asset).available, 2n * callPrice);
	});
});

test("answers are kept whole: status, headers, body; a connection's own headers are not", async () => {
	const response = new Response("body", { status: 201, headers: { "x-a": "1", connection: "close" } });
	response.headers.append("set-cookie", "a=1");
	response.headers.append("set-cookie", "b=2");
	const answer = ok(await answerOf(response, 4));
	assert.equal(answer.status, 201);
	assert.deepEqual(
		answer.headers.filter(({ name }) => name !== "content-type"),
		[
			{ name: "set-cookie", value: "a=1" },
			{ name: "set-cookie", value: "b=2" },
			{ name: "x-a", value: "1" },
		],
	);
	assert.equal(codeOf(await answerOf(new Response("longer"), 4)), "too-large");
});

test("a plain server of node:http is paid as well", async (t) => {
	const shop = await openTollTown();
	t.after(() => shop.close());
	const toll = await shop.reopen({ rows: memoryStore() });
	const server = await listen(
		tollListener(toll, async (request, payment) => Response.json([await request.text(), payment !== null])),
	);
	const { paid } = await shop.buyer();
	const post = { method: "PUT", body: "plain" };
	assert.deepEqual(await ok(await paid.fetch(`${server.url}/x`, post)).json(), ["plain", true]);
	assert.deepEqual(await ok(await paid.fetch(`${server.url}/free`, post)).json(), ["plain", false]);
	server.stop();
});
