/** A company sells by orders: one payment an order, whoever asks how often, and wherever the power fails. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { isRefusal, parseMessage, serializeMessage } from "@tenten/protocol";
import {
	addOrderRoutes,
	Company,
	type CompanyOptions,
	handoverApp,
	httpChannel,
	inProcessChannel,
	listenOnLoopback,
	memoryStore,
	type Order,
	type OrderRow,
	type Wallet,
} from "@tenten/wallet";
import { type Fault, faultyStore, StoreFault } from "../packages/module/test/support/faulty-store.ts";
import { codeOf } from "./support/interrupted.ts";
import { ok, openTown, random, type Town } from "./support/town.ts";

/** Names that two payers' apps made for their payments. */
const [ann1, bob1] = ["ann-payment-0000-1", "bob-payment-0000-1"] as const;

type Shop = {
	readonly town: Town;
	readonly company: Company;
	readonly payer: (amount?: bigint) => Promise<Wallet>;
	readonly reopen: (options?: Partial<CompanyOptions>) => Promise<Company>;
	readonly rows: () => Promise<string>;
	readonly order: (order?: Partial<Order>) => Promise<Order>;
	readonly changed: OrderRow["state"]["kind"][];
};

async function openShop(): Promise<Shop> {
	const town = await openTown();
	const [store, orders] = [memoryStore(), memoryStore()];
	const unlock = { kind: "device", key: random(32) } as const;
	const changed: OrderRow["state"]["kind"][] = [];
	const reopen = async (options: Partial<CompanyOptions> = {}): Promise<Company> => {
		const company = ok(
			await Company.open({
				store,
				orders,
				unlock,
				now: () => town.clock.now,
				random,
				changed: ({ state }) => changed.push(state.kind),
				...options,
			}),
		);
		company.wallet.connect(town.operator.id, town.operator);
		return company;
	};
	const company = await reopen();
	const profile = { role: "holder", class: "shop", merchantCategory: null, region: null } as const;
	assert.equal(await company.wallet.join(town.operator, town.operator.id, profile), undefined);
	let sold = 0;
	return {
		town,
		company,
		payer: (amount = 1_000n) => town.wallet(amount),
		reopen,
		rows: async () => JSON.stringify([...(await orders.load())].map(([key, row]) => [key, [...row]])),
		order: async (order = {}) => {
			const usual = { id: `order-${++sold}`, asset: town.asset, amount: 300n, memo: "tea", mode: "twoPhase" };
			return ok(await company.place({ ...usual, ...order } as Order)).order;
		},
		changed,
	};
}

const pay = async (wallet: Wallet, company: Company, messages: readonly Uint8Array[]) => {
	const { encoded } = ok(wallet.module.openRequest(messages));
	return ok(await wallet.pay({ request: encoded, messages }, inProcessChannel(company.handle)));
};

describe("an order", () => {
	let shop: Shop;
	before(async () => {
		shop = await openShop();
	});
	after(() => shop.town.close());

	test("is paid in two phases: issued, reserved, paid, each told once it is durable", async () => {
		const { company, payer, order, changed } = shop;
		const { id } = await order();
		const { id: payment, messages } = ok(await company.ask(id, ann1));
		assert.deepEqual(ok(await company.status(id, ann1)), { order: id, payment, status: "issued" });
		const wallet = await payer();
		const started = ok(
			await wallet.start({ request: ok(wallet.module.openRequest(messages)).encoded, messages }),
		);
		const reserved = await company.handle(started.messages);
		assert.equal(ok(await company.status(id, ann1)).status, "reserved");
		await company.handle(await wallet.handle(reserved));
		assert.equal(ok(await company.status(id, ann1)).status, "paid");
		assert.deepEqual(changed.splice(0), ["reserved", "paid"]);
		assert.equal(company.wallet.balance(shop.town.asset).available, 300n);
	});

	test("is paid directly: issued, and paid", async () => {
		const { company, payer, order, changed } = shop;
		const { id } = await order({ mode: "direct" });
		await pay(await payer(), company, ok(await company.ask(id, ann1)).messages);
		assert.equal(ok(await company.status(id, ann1)).status, "paid");
		assert.deepEqual(changed.splice(0), ["paid"]);
	});

	test("has one payment: asked again it is the same, also by a company that was opened anew", async () => {
		const { company, reopen, order } = shop;
		const { id } = await order();
		const [first, second] = await Promise.all([company.ask(id, ann1), company.ask(id, ann1)]);
		assert.deepEqual(ok(first), ok(second));
		assert.deepEqual(ok(await (await reopen()).ask(id, ann1)), ok(first));
	});

	test("that is being paid, or is paid, refuses a second payment, and nothing changes", async () => {
		const { company, payer, order, rows } = shop;
		const { id } = await order();
		const { messages } = ok(await company.ask(id, ann1));
		for (const isPaid of [false, true]) {
			if (isPaid) await pay(await payer(), company, messages);
			const before = [await rows(), company.wallet.module.attempts().length];
			assert.equal(codeOf(await company.ask(id, bob1)), "order-taken");
			assert.deepEqual([await rows(), company.wallet.module.attempts().length], before);
		}
		// The same request is nobody's to pay a second time either.
		const bob = await payer();
		const channel = inProcessChannel(company.handle);
		const second = ok(
			await bob.pay({ request: ok(bob.module.openRequest(messages)).encoded, messages }, channel),
		);
		assert.equal(second.fundsState, "safe");
		assert.equal(bob.balance(shop.town.asset).available, 1_000n);
	});

	test("paid directly by two at once is paid once: what came second is sent back, whole", async () => {
		const { company, payer, order, town } = shop;
		const { id } = await order({ mode: "direct" });
		const { messages } = ok(await company.ask(id, ann1));
		const before = company.wallet.balance(town.asset).available;
		const wallets = [await payer(), await payer()];
		await Promise.all(wallets.map((wallet) => pay(wallet, company, messages)));
		assert.equal(company.wallet.balance(town.asset).available - before, 300n);
		const left = wallets.map((wallet) => wallet.balance(town.asset).available);
		assert.deepEqual(left.toSorted(), [1_000n, 700n]);
		assert.equal(ok(await company.status(id, ann1)).status, "paid");
	});

	test("paid directly in parts, as a carrier may bring them, is paid once all are there", async () => {
		const { company, order, town } = shop;
		const { id } = await order({ mode: "direct" });
		const { messages } = ok(await company.ask(id, ann1));
		const wallet = await town.wallet();
		await town.fund(wallet, 300n, "JPY", 2);
		const { encoded: request } = ok(wallet.module.openRequest(messages));
		const [transfer = new Uint8Array()] = ok(await wallet.start({ request, messages })).messages;
		const whole = ok(parseMessage(transfer));
		assert.ok(whole.kind === "transfer" && whole.tokens.length === 2);
		for (const [position, status] of ["issued", "paid"].entries()) {
			const tokens = whole.tokens.slice(position, position + 1);
			await company.handle([serializeMessage({ ...whole, tokens })]);
			assert.equal(ok(await company.status(id, ann1)).status, status);
		}
	});

	test("whose payment was given up is issued as before, and its payer may pay it then", async () => {
		const { company, payer, order } = shop;
		const { id } = await order();
		const { messages } = ok(await company.ask(id, ann1));
		const wallet = await payer();
		const { encoded: request } = ok(wallet.module.openRequest(messages));
		const started = ok(await wallet.start({ request, messages }));
		await company.handle(started.messages);
		await company.handle(ok(await wallet.module.cancel(started.attempt)));
		assert.equal(ok(await company.status(id, ann1)).status, "issued");
		assert.equal(codeOf(await company.ask(id, bob1)), "order-taken");
		await pay(wallet, company, messages);
		assert.equal(ok(await company.status(id, ann1)).status, "paid");
	});

	test("tells its payment to nobody but whoever asked for it", async () => {
		const { company, order } = shop;
		const { id } = await order();
		assert.equal(codeOf(await company.status(id, ann1)), "order-unknown");
		ok(await company.ask(id, ann1));
		assert.equal(codeOf(await company.status(id, bob1)), "order-unknown");
		assert.equal(codeOf(await company.again(id, bob1)), "order-unknown");
		assert.equal(codeOf(await company.ask("another", ann1)), "order-unknown");
	});

	test("keeps its id: the same may be placed again, another may not, and what cannot be read back is refused", async () => {
		const { company, order, town, rows } = shop;
		const placed = await order();
		ok(await company.ask(placed.id, ann1));
		const before = await rows();
		assert.equal(ok(await company.place(placed)).state.kind, "issued");
		assert.equal(codeOf(await company.place({ ...placed, amount: 301n })), "order-taken");
		assert.equal(codeOf(await company.place({ ...placed, id: "free", amount: 0n })), "amount-invalid");
		assert.equal(codeOf(await company.place({ ...placed, id: "x".repeat(65) })), "malformed");
		assert.equal(await rows(), before);
		assert.equal(company.list().length, (JSON.parse(before) as unknown[]).length);
		assert.equal(company.find(placed.id)?.order.asset.code, town.asset.code);
	});

	test("is another's once its payment in two phases has expired with nothing of it reserved; a direct one never is", async () => {
		const { company, payer, order, town } = shop;
		const [free, held, direct] = [await order(), await order(), await order({ mode: "direct" })];
		const late = ok(await company.ask(free.id, ann1));
		const { messages } = ok(await company.ask(held.id, ann1));
		ok(await company.ask(direct.id, ann1));
		const wallet = await payer();
		const { encoded: request } = ok(wallet.module.openRequest(messages));
		await company.handle(ok(await wallet.start({ request, messages })).messages);
		town.clock.now += 3_600 + 59;
		assert.equal(codeOf(await company.ask(free.id, bob1)), "order-taken");
		town.clock.now += 1;
		const { id } = ok(await company.ask(free.id, bob1));
		assert.notEqual(id, late.id);
		assert.equal(codeOf(await company.status(free.id, ann1)), "order-unknown");
		assert.equal(codeOf(await company.ask(held.id, bob1)), "order-taken");
		assert.equal(codeOf(await company.ask(direct.id, bob1)), "order-taken");
	});
});

/** A company whose n-th write of its orders meets a loss of power; the wallet's are tried in crash-writes.test.ts. */
for (const when of ["before", "after"] as const)
	test(`power fails ${when} each write of the orders: opened anew, an order says what the wallet has`, async () => {
		for (let commit = 1; ; commit++) {
			const shop = await openShop();
			const rows = memoryStore();
			const fault: Fault = { commit, when, how: "crash" };
			const orders = faultyStore(rows, fault);
			const sold = { id: "order", asset: shop.town.asset, amount: 300n, memo: "", mode: "twoPhase" } as const;
			const wallet = await shop.payer();
			const selling = async (company: Company) => {
				ok(await company.place(sold));
				await pay(wallet, company, ok(await company.ask(sold.id, ann1)).messages);
			};
			const failed = await selling(await shop.reopen({ orders })).then(
				() => false,
				(error) => {
					if (!(error instanceof StoreFault)) throw error;
					return true;
				},
			);
			const company = await shop.reopen({ orders: rows });
			ok(await company.place(sold));
			const { messages } = ok(await company.ask(sold.id, ann1));
			if (ok(await company.status(sold.id, ann1)).status !== "paid") {
				const [open] = wallet.module.open();
				const channel = inProcessChannel(company.handle);
				if (open === undefined) await pay(wallet, company, messages);
				else ok(await wallet.recover(open, channel));
			}
			assert.equal(ok(await company.status(sold.id, ann1)).status, "paid", `${commit}`);
			assert.equal(company.wallet.balance(shop.town.asset).available, 300n, `${commit}`);
			assert.equal(wallet.balance(shop.town.asset).available, 700n, `${commit}`);
			assert.equal(codeOf(await company.ask(sold.id, bob1)), "order-taken");
			await shop.town.close();
			if (!failed) {
				assert.ok(commit > 4, `${commit - 1} writes`);
				return;
			}
		}
	});

describe("over HTTP", () => {
	let shop: Shop;
	let stop: () => Promise<void>;
	let url: string;
	before(async () => {
		shop = await openShop();
		const app = handoverApp(shop.company.handle);
		addOrderRoutes(app, shop.company);
		({ url, stop } = await listenOnLoopback(app));
	});
	after(async () => {
		await stop();
		await shop.town.close();
	});
	const channelTo = () => ok(httpChannel(url, { rules: { loopback: true } }));

	for (const mode of ["twoPhase", "direct"] as const)
		test(`a phone asks for the payment of an order, pays it, and asks how far it is: ${mode}`, async () => {
			const { id } = await shop.order({ mode });
			const channel = channelTo();
			const order = channel.order(id, ann1);
			const messages = ok(await order.payment());
			assert.equal(ok(await order.status()), "issued");
			const wallet = await shop.payer();
			const { encoded: request } = ok(wallet.module.openRequest(messages));
			assert.equal(ok(await wallet.pay({ request, messages }, channel)).fundsState, "spent");
			assert.equal(ok(await order.status()), "paid");
			channel.close();
		});

	test("a receipt that was lost is asked for again, and ends the payment", async () => {
		const { id } = await shop.order();
		const channel = channelTo();
		const order = channel.order(id, ann1);
		const messages = ok(await order.payment());
		const wallet = await shop.payer();
		const { encoded: request } = ok(wallet.module.openRequest(messages));
		assert.deepEqual(ok(await order.receipt()), []);
		const { attempt, messages: transfer } = ok(await wallet.start({ request, messages }));
		ok(await channel.exchange(transfer));
		assert.equal(ok(await order.status()), "reserved");
		const release = await wallet.handle(ok(await order.receipt()));
		ok(await channel.exchange(release));
		assert.equal(ok(await order.status()), "paid");
		assert.ok(!isRefusal(wallet.module.receipt(attempt)));
		channel.close();
	});

	test("refusals come with their codes: taken, unknown, no name, too large", async () => {
		const { id } = await shop.order();
		const channel = channelTo();
		ok(await channel.order(id, ann1).payment());
		assert.equal(codeOf(await channel.order(id, bob1).payment()), "order-taken");
		assert.equal(codeOf(await channel.order(id, bob1).status()), "order-unknown");
		assert.equal(codeOf(await channel.order("no order", ann1).receipt()), "order-unknown");
		assert.equal(codeOf(await channel.order(id, "short").payment()), "malformed");
		channel.close();
		const post = async (body: string): Promise<number> =>
			(await fetch(`${url}/v1/orders/${id}/payment`, { method: "POST", body })).status;
		for (const body of ["", "[]", "null", '{"payer":1}', `{"payer":"${"ä".repeat(16)}"}`])
			assert.equal(await post(body), 400, body);
		assert.equal(await post(JSON.stringify({ payer: ann1, more: "x".repeat(2_000) })), 413);
	});
});
