/** What a program may pay for calls, and that none is paid twice, wherever an exchange is lost or the power fails. */
import assert from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import type { ModuleStore } from "@tenten/module";
import { memoryStore, PaidFetch, Toll, Wallet, type WalletStore } from "@tenten/wallet";
import { codeOf } from "../../../test/support/interrupted.ts";
import { ok, openTown, random } from "../../../test/support/town.ts";
import { type Fault, faultyStore, StoreFault } from "../../module/test/support/faulty-store.ts";
import { callPrice, openTollTown, type TollTown } from "./support/toll-town.ts";

describe("a budget", () => {
	let shop: TollTown;
	before(async () => {
		shop = await openTollTown();
	});
	after(() => shop.close());
	const withBudget = (line: { perCall: bigint; perHost?: bigint; inAll: bigint }, code = "JPY") =>
		shop.buyer({ budget: [{ asset: shop.town.assetOf(code), ...line }] });

	for (const [what, line, calls] of [
		["for one call", { perCall: callPrice - 1n, inAll: 100n }, 0],
		["for one host", { perCall: 100n, perHost: 2n * callPrice, inAll: 100n }, 2],
		["in all", { perCall: 100n, inAll: 3n * callPrice + 1n }, 3],
	] as const)
		test(`${what} is kept: what is dearer is refused before anything is paid`, async () => {
			const { paid, wallet } = await withBudget(line);
			for (let i = 0; i < calls; i++) ok(await paid.fetch(`${shop.url}/${i}`));
			const not = await paid.fetch(`${shop.url}/more`);
			assert.equal(codeOf(not), "budget-exceeded");
			assert.equal(wallet.balance(shop.town.asset).available, 1_000n - BigInt(calls) * callPrice);
			assert.equal(paid.spent(shop.town.asset), BigInt(calls) * callPrice);
			assert.equal(paid.spent(shop.town.asset, shop.url), BigInt(calls) * callPrice);
			assert.equal(paid.spent(shop.town.asset, "http://elsewhere"), 0n);
		});

	test("is in assets: another is not paid in at all", async () => {
		const { paid } = await withBudget({ perCall: 100n, inAll: 100n }, "EUR");
		assert.equal(codeOf(await paid.fetch(`${shop.url}/x`)), "budget-exceeded");
	});

	test("is kept by many calls at once: what is promised counts", async () => {
		const { paid, wallet } = await withBudget({ perCall: 100n, inAll: 2n * callPrice });
		await shop.town.fund(wallet, 1_000n, "JPY", 4);
		const all = await Promise.all([1, 2, 3, 4].map((i) => paid.fetch(`${shop.url}/many/${i}`)));
		const codes = all.map((each) => ("code" in each ? each.code : each.status)).sort();
		assert.deepEqual(codes, [200, 200, "budget-exceeded", "budget-exceeded"]);
	});

	test("gets back what was promised and not paid", async () => {
		const rows = memoryStore();
		const line = { asset: shop.town.asset, perCall: 100n, inAll: callPrice };
		const cut = await shop.buyer({
			...{ rows, budget: [line], tries: 1 },
			fetch: (request) =>
				request.url.endsWith("/v1/handover") ? Promise.reject(new Error("cut")) : fetch(request),
		});
		assert.equal(codeOf(await cut.paid.fetch(`${shop.url}/cut`)), "channel-failed");
		assert.equal(cut.paid.spent(shop.town.asset), 0n);
		const whole = await shop.buyer({ wallet: cut.wallet, rows, budget: [line] });
		assert.equal(ok(await whole.paid.fetch(`${shop.url}/cut`)).status, 200);
	});

	test("remembers what was spent when calls are forgotten", async () => {
		const rows = memoryStore();
		const budget = [{ asset: shop.town.asset, perCall: 100n, inAll: 3n * callPrice }];
		const first = await shop.buyer({ rows, budget });
		ok(await first.paid.fetch(`${shop.url}/1`));
		shop.town.clock.now += 86_401;
		ok(await first.paid.fetch(`${shop.url}/2`));
		const second = await shop.buyer({ rows, budget, wallet: first.wallet });
		assert.deepEqual(
			[first.paid, second.paid].map((paid) => paid.spent(shop.town.asset)),
			[2n * callPrice, 2n * callPrice],
		);
		assert.equal((await rows.load()).size, 2, "one call, and one sum");
		ok(await second.paid.fetch(`${shop.url}/3`));
		assert.equal(codeOf(await second.paid.fetch(`${shop.url}/4`)), "budget-exceeded");
	});
});

/** Loses an exchange: before it arrives, or its answer. */
const losing = (lost: number, when: "before" | "after") => {
	let exchanges = 0;
	const send = async (request: Request): Promise<Response> => {
		const isLost = ++exchanges === lost;
		if (isLost && when === "before") throw new Error("lost");
		const response = await fetch(request);
		if (!isLost) return response;
		await response.arrayBuffer();
		throw new Error("its answer is lost");
	};
	return { send, exchanges: () => exchanges };
};

for (const when of ["before", "after"] as const)
	for (const tries of [1, 2])
		test(`each exchange lost, ${when} it arrived, tried ${tries} times: asked again under its key it is paid once`, async (t) => {
			const shop = await openTollTown();
			t.after(() => shop.close());
			for (let lost = 1; ; lost++) {
				const rows = memoryStore();
				const { send, exchanges } = losing(lost, when);
				const first = await shop.buyer({ rows, tries, fetch: send });
				const init = { method: "POST", body: `${lost}`, headers: { "idempotency-key": `${lost}` } };
				const ran = shop.runs.length;
				const came = await first.paid.fetch(`${shop.url}/lost`, init);
				const again = await shop.buyer({ rows, wallet: first.wallet });
				const response = ok(await again.paid.fetch(`${shop.url}/lost`, init));
				assert.equal(await response.text(), `{"said":"${lost}","at":"/lost"}`);
				assert.equal(first.wallet.balance(shop.town.asset).available, 1_000n - callPrice, `${lost}`);
				assert.equal(again.paid.spent(shop.town.asset), callPrice);
				assert.equal(shop.runs.length, ran + 1, `${lost}`);
				if (exchanges() < lost) {
					assert.equal(ok(came).status, 200);
					assert.ok(lost > 3, `${lost - 1} exchanges`);
					break;
				}
			}
		});

type Part = "payer" | "calls" | "payee" | "answers";

/** A shop and a program over stores that can be opened again; one of them fails at a commit. */
async function openBoth(t: TestContext, part: Part, fault: Fault | null) {
	const town = await openTown();
	t.after(() => town.close());
	const now = () => town.clock.now;
	const stores = { payer: memoryStore(), calls: memoryStore(), payee: memoryStore(), answers: memoryStore() };
	const unlock = { kind: "device", key: random(32) } as const;
	const served: string[] = [];
	const over = (name: Part): WalletStore => {
		if (fault === null || name !== part) return stores[name];
		return { ...stores[name], ...faultyStore(stores[name] as ModuleStore, fault) };
	};
	const open = async (isBroken: boolean) => {
		const store = (name: Part) => (isBroken ? over(name) : stores[name]);
		const wallet = async (name: Part) => {
			const opened = ok(await Wallet.open({ store: store(name), unlock, now, random }));
			opened.connect(town.operator.id, town.operator);
			return opened;
		};
		const [payer, payee] = [await wallet("payer"), await wallet("payee")];
		const price = () => ({ asset: town.asset, amount: callPrice });
		const toll = ok(await Toll.open({ wallet: payee, rows: store("answers"), price, now }));
		const send = async (request: Request): Promise<Response> => {
			const call = {
				...{ method: request.method, url: request.url, body: new Uint8Array(await request.arrayBuffer()) },
				header: (name: string) => request.headers.get(name) ?? undefined,
			};
			return toll.answer(call, async (payment) => {
				served.push(payment ?? "");
				return new Response("answer");
			});
		};
		const budget = [{ asset: town.asset, perCall: callPrice, inAll: callPrice }];
		const rows = store("calls");
		const paid = ok(
			await PaidFetch.open({ wallet: payer, rows, budget, now, random, fetch: send, tries: 1 }),
		);
		return { payer, payee, paid };
	};
	const { payer, payee } = await open(false);
	const profile = { role: "holder", class: "shop", merchantCategory: null, region: null } as const;
	for (const wallet of [payer, payee])
		assert.equal(await wallet.join(town.operator, town.operator.id, profile), undefined);
	await town.fund(payer, 1_000n);
	return { town, open, served };
}

for (const part of ["payer", "calls", "payee", "answers"] as const)
	for (const when of ["before", "after"] as const)
		test(`power fails ${when} each write of the ${part}: asked again under its key, the call is paid once`, async (t) => {
			for (let commit = 1; ; commit++) {
				const { town, open, served } = await openBoth(t, part, { commit, when, how: "crash" });
				const ask = (paid: PaidFetch) =>
					paid.fetch("https://api.example/x", { headers: { "idempotency-key": "x" } });
				const failed = await ask((await open(true)).paid).then(
					(came) => "code" in came || came.status >= 500,
					(error) => {
						if (!(error instanceof StoreFault)) throw error;
						return true;
					},
				);
				const { payer, payee, paid } = await open(false);
				assert.equal(await ok(await ask(paid)).text(), "answer", `${commit}`);
				assert.equal(payer.balance(town.asset).available, 1_000n - callPrice, `${commit}`);
				assert.equal(payee.balance(town.asset).available, callPrice, `${commit}`);
				assert.equal(paid.spent(town.asset), callPrice);
				assert.equal(new Set(served).size, 1, `${commit}`);
				assert.deepEqual(payer.module.open(), []);
				if (!failed) {
					assert.ok(commit > (part === "answers" ? 1 : 2), `${commit - 1} writes`);
					return;
				}
			}
		});
