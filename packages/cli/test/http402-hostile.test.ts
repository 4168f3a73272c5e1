/** Whoever lies about a paid call gets nothing for it: forged payments at the server, servers that want more. */
import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { Bytes, Refusal } from "@tenten/protocol";
import { decodeBundle, encodeBundle } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok, random } from "../../../test/support/town.ts";
import { type Buyer, callPrice, openTollTown, type TollTown } from "./support/toll-town.ts";

type Json = Record<string, unknown>;
const opened = (header: string): Json => JSON.parse(Buffer.from(header, "base64").toString()) as Json;
const closed = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64");
const hex = (): string => Buffer.from(random(32)).toString("hex");
const key = (name: string): RequestInit => ({ headers: { "idempotency-key": name } });

/** A response with another header. */
async function withHeader(response: Response, name: string, value: string | null): Promise<Response> {
	const headers = new Headers(response.headers);
	if (value === null) headers.delete(name);
	else headers.set(name, value);
	return new Response(await response.arrayBuffer(), { status: response.status, headers });
}

describe("a payment that is shown", () => {
	let shop: TollTown;
	/** what is reserved and whose release nobody has shown yet; what was answered */
	let reserved: { url: string; header: string };
	let owned: { url: string; header: string };
	before(async () => {
		shop = await openTollTown();
		const cut = await shop.buyer({
			tries: 1,
			fetch: (request) =>
				request.headers.has("payment-signature") ? Promise.reject(new Error("cut")) : fetch(request),
		});
		assert.equal(codeOf(await cut.paid.fetch(`${shop.url}/reserved`)), "answer-pending");
		const whole = await shop.buyer();
		ok(await whole.paid.fetch(`${shop.url}/owned`));
		[reserved, owned] = [cut.shown, whole.shown].map(([shown]) => shown) as [typeof reserved, typeof owned];
	});
	after(() => shop.close());

	const state = () =>
		JSON.stringify([
			shop.seller.module.attempts().map((each) => [each.state, Number(each.amount)]),
			shop.runs,
			Number(shop.seller.balance(shop.town.asset).available),
		]);
	const show = async (url: string, header?: string, init: RequestInit = {}) => {
		const headers = header === undefined ? {} : { "payment-signature": header };
		const response = await fetch(url, { ...init, headers });
		const { code } = (await response.json()) as { code?: string };
		return { status: response.status, code };
	};

	type Forgery = readonly [what: string, code: string, forge: (value: Json, other: Json) => Json | string];
	const accepted = (change: Json) => (value: Json) => ({
		...value,
		accepted: { ...(value["accepted"] as Json), ...change },
	});
	const payload = (change: Json) => (value: Json) => ({
		...value,
		payload: { ...(value["payload"] as Json), ...change },
	});
	const forgeries: readonly Forgery[] = [
		["a release of nothing", "release-mismatch", payload({ release: hex() })],
		["an attempt that nobody made", "attempt-unknown", payload({ attempt: hex() })],
		["a request of another payment", "request-mismatch", payload({ request: hex() })],
		[
			"another payment's attempt",
			"request-mismatch",
			(value, other) => ({
				...value,
				payload: { ...(value["payload"] as Json), attempt: (other["payload"] as Json)["attempt"] },
			}),
		],
		[
			"another payment's release",
			"release-mismatch",
			(value, other) => ({
				...value,
				payload: { ...(value["payload"] as Json), release: (other["payload"] as Json)["release"] },
			}),
		],
		["less than was asked", "amount-mismatch", accepted({ amount: "1" })],
		["no amount", "malformed", accepted({ amount: "0" })],
		["a fraction", "malformed", accepted({ amount: "4.5" })],
		["another payee", "request-mismatch", accepted({ payTo: hex() })],
		["another network", "malformed", accepted({ network: "tenten:00" })],
		["another scheme", "type-unknown", accepted({ scheme: "exact" })],
		["another version", "type-unknown", (value) => ({ ...value, x402Version: 1 })],
		["no payload", "malformed", (value) => ({ ...value, payload: null })],
		["a release that is none", "malformed", payload({ release: "00" })],
		["no object", "malformed", () => closed([])],
		["no JSON", "malformed", () => Buffer.from("{").toString("base64")],
		["no text", "malformed", () => Buffer.from([0xff, 0xfe]).toString("base64")],
		["no base64", "malformed", () => "{}"],
		["more than anybody reads", "too-large", () => "A".repeat(8_196)],
	];
	for (const [what, code, forge] of forgeries)
		test(`with ${what} is ${code}, and changes nothing`, async () => {
			const was = state();
			for (const [shown, other] of [
				[reserved, owned],
				[owned, reserved],
			] as const) {
				const forged = forge(opened(shown.header), opened(other.header));
				const { status, code: said } = await show(
					shown.url,
					typeof forged === "string" ? forged : closed(forged),
				);
				assert.equal(said, code);
				assert.equal(status, { malformed: 400, "type-unknown": 400, "too-large": 431 }[code] ?? 402);
			}
			assert.equal(state(), was);
		});

	test("that is missing is payment-required, and moves nothing", async () => {
		const was = state();
		assert.deepEqual(await show(owned.url), { status: 402, code: "payment-required" });
		assert.equal(state(), was);
	});

	test("in another asset is asset-mismatch, and changes nothing", async () => {
		const was = state();
		const value = opened(reserved.header);
		const { asset, network } = value["accepted"] as { asset: string; network: string };
		const other = { asset: `${asset.slice(0, 64)}/EUR`, network };
		assert.equal((await show(reserved.url, closed(accepted(other)(value)))).code, "asset-mismatch");
		assert.equal(state(), was);
	});

	test("for another address, method or body is request-mismatch, and changes nothing", async () => {
		const was = state();
		for (const { url, header } of [reserved, owned]) {
			assert.equal((await show(`${url}?more`, header)).code, "request-mismatch");
			assert.equal((await show(`${shop.url}/other`, header)).code, "request-mismatch");
			assert.equal((await show(url, header, { method: "POST" })).code, "request-mismatch");
			assert.equal((await show(url, header, { method: "DELETE", body: "x" })).code, "request-mismatch");
		}
		assert.equal(state(), was);
	});

	test("again gets the same answer, at once or later, and the handler ran once", async () => {
		const ran = shop.runs.length;
		const shown = async () => {
			const response = await fetch(reserved.url, { headers: { "payment-signature": reserved.header } });
			assert.equal(response.status, 200);
			assert.equal(response.headers.get("cache-control"), "private");
			return [await response.text(), response.headers.get("x-run"), response.headers.get("payment-response")];
		};
		const answers = [...(await Promise.all([shown(), shown(), shown()])), await shown()];
		for (const answer of answers) assert.deepEqual(answer, answers[0]);
		assert.equal(shop.runs.length, ran + 1);
		assert.equal(shop.seller.balance(shop.town.asset).available, 2n * callPrice);
	});

	test("where nothing more can be kept is answered, and nothing more is sold", async () => {
		for (const limits of [{ keptBytes: 1 }, { open: 0 }]) {
			const toll = await shop.reopen({ limits });
			const ask = (url: string, header?: string) =>
				toll.answer(
					{ method: "GET", url, body: new Uint8Array(), header: () => header },
					async () => new Response(),
				);
			assert.equal((await ask(owned.url, owned.header)).status, 200);
			const busy = await ask(`${shop.url}/more`);
			assert.equal(busy.status, 503);
			assert.equal(busy.headers.get("retry-after"), "5");
			assert.equal(busy.headers.has("payment-required"), false);
		}
	});
});

describe("a program that pays", () => {
	let shop: TollTown;
	let between: (request: Request) => Promise<Response> = fetch;
	let buyer: Buyer;
	before(async () => {
		shop = await openTollTown();
		buyer = await shop.buyer({ fetch: (request) => between(request) });
	});
	afterEach(() => {
		between = (request) => fetch(request);
	});
	after(() => shop.close());
	const isPaid = (request: Request) => request.headers.has("payment-signature");
	const left = (wallet = buyer.wallet) => wallet.balance(shop.town.asset).available;

	/** Nothing was paid, set aside or written down by what was refused. */
	const refusedAs = async (code: Refusal["code"], what: () => Promise<Response | Refusal>, who = buyer) => {
		const had = left(who.wallet);
		assert.equal(codeOf(await what()), code);
		assert.equal(left(who.wallet), had);
		assert.deepEqual(who.paid.pending(), []);
		assert.deepEqual(who.wallet.module.open(), []);
	};
	/** The 402 of the server, changed. */
	const lying = (change: (required: Json, accepts: Json) => Json) => async (request: Request) => {
		const response = await fetch(request);
		const header = response.headers.get("payment-required");
		if (header === null) return response;
		const required = opened(header);
		const [accepts = {}] = required["accepts"] as Json[];
		return withHeader(response, "payment-required", closed(change(required, accepts)));
	};
	const accepting = (change: Json) =>
		lying((required, accepts) => ({ ...required, accepts: [{ ...accepts, ...change }] }));

	const lies: readonly (readonly [string, Refusal["code"], (request: Request) => Promise<Response>])[] = [
		["more than the payee signed", "amount-mismatch", accepting({ amount: "6" })],
		["less than the payee signed", "amount-mismatch", accepting({ amount: "4" })],
		["another payee", "request-mismatch", accepting({ payTo: hex() })],
		["another version", "type-unknown", lying((required) => ({ ...required, x402Version: 1 }))],
		["other schemes alone", "type-unknown", accepting({ scheme: "exact" })],
		["no request", "malformed", accepting({ extra: {} })],
		[
			"a wallet elsewhere",
			"malformed",
			lying((required, accepts) => ({
				...required,
				accepts: [{ ...accepts, extra: { ...(accepts["extra"] as Json), address: "//evil.example" } }],
			})),
		],
		[
			"too many ways",
			"too-many",
			lying((required) => ({ ...required, accepts: Array(17).fill({ scheme: "other" }) })),
		],
		[
			"more than anybody reads",
			"too-large",
			async (request) => withHeader(await fetch(request), "payment-required", "A".repeat(8_196)),
		],
	];
	for (const [what, code, lie] of lies)
		test(`is asked for ${what}: ${code}, and pays nothing`, async () => {
			between = lie;
			await refusedAs(code, () => buyer.paid.fetch(`${shop.url}/lie`));
		});

	test("is asked to pay for another call: nothing is paid", async () => {
		between = (request) => fetch(new Request(`${shop.url}/another`, request));
		await refusedAs("request-mismatch", () => buyer.paid.fetch(`${shop.url}/this`));
	});

	test("passes over other schemes, and pays by the one it knows", async () => {
		between = lying((required, accepts) => ({
			...required,
			accepts: [{ scheme: "exact", network: "eip155:8453" }, accepts],
		}));
		assert.equal(ok(await buyer.paid.fetch(`${shop.url}/many`)).status, 200);
	});

	test("gives a 402 without such a header to whoever asked", async () => {
		between = async () => new Response("pay at the counter", { status: 402 });
		assert.equal(await ok(await buyer.paid.fetch(`${shop.url}/x`)).text(), "pay at the counter");
	});

	test("is asked again after it paid: it is refused, and once the server is honest there is the answer", async () => {
		const had = left();
		const ask = () => buyer.paid.fetch(`${shop.url}/greedy`, key("greedy"));
		between = (request) => fetch(isPaid(request) ? new Request(request.url) : request);
		for (let i = 0; i < 3; i++) assert.equal(codeOf(await ask()), "answer-pending");
		assert.equal(left(), had - callPrice);
		assert.equal(buyer.paid.pending().length, 1);
		assert.equal(shop.runs.filter((run) => run !== "free").length, new Set(shop.runs).size);
		between = fetch;
		assert.equal(ok(await ask()).status, 200);
		assert.equal(left(), had - callPrice);
		assert.deepEqual(buyer.paid.pending(), []);
	});

	test("believes no answer that names another payment, and follows no redirect with it", async () => {
		const had = left();
		const ask = () => buyer.paid.fetch(`${shop.url}/moved`, key("moved"));
		const settled = closed({ success: true, transaction: hex(), network: "tenten:0" });
		between = async (request) =>
			isPaid(request)
				? new Response("", { status: 500, headers: { "payment-response": settled } })
				: fetch(request);
		assert.equal(codeOf(await ask()), "answer-pending");
		let asked = 0;
		between = async (request) => {
			asked++;
			assert.equal(request.redirect, "manual");
			return fetch(request);
		};
		assert.equal(ok(await ask()).status, 200);
		assert.equal(asked, 1);
		assert.equal(left(), had - callPrice);
	});

	test("has its payments reserved by none but their own: what comes for another call is written down before", async () => {
		const had = left();
		let stolen: readonly Bytes[] = [];
		between = async (request) => {
			const isBundle = request.url.endsWith("/v1/handover");
			const response = await fetch(request);
			if (!isBundle) return response;
			const answers = ok(decodeBundle(new Uint8Array(await response.arrayBuffer())));
			if (stolen.length === 0) {
				stolen = answers;
				throw new Error("lost");
			}
			return new Response(Uint8Array.from(encodeBundle([...stolen, ...answers])));
		};
		const one = buyer.paid.fetch(`${shop.url}/one`, key("one"));
		while (stolen.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
		const two = buyer.paid.fetch(`${shop.url}/two`, key("two"));
		assert.deepEqual([ok(await one).status, ok(await two).status], [200, 200]);
		assert.equal(left(), had - 2n * callPrice);
	});

	test("and comes too late for the request pays nothing, and pays the next one", async () => {
		let late = 121;
		between = async (request) => {
			if (request.url.endsWith("/v1/handover")) {
				shop.town.clock.now += late;
				late = 0;
			}
			return fetch(request);
		};
		await refusedAs("request-expired", () => buyer.paid.fetch(`${shop.url}/late`, key("late")));
		assert.equal(ok(await buyer.paid.fetch(`${shop.url}/late`, key("late"))).status, 200);
	});

	test("has no more than its wallet has", async () => {
		const poor = await shop.buyer({ amount: 4n });
		await refusedAs("funds-insufficient", () => poor.paid.fetch(`${shop.url}/x`), poor);
	});
});
