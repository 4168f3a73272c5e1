/** Programmable money, end to end: what conditions and caveats allow, refuse, and where they go on binding. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Caveat, type Condition, isRefusal, type PayeeFilter } from "@tenten/protocol";
import { inProcessChannel, type Wallet } from "@tenten/wallet";
import { type Asking, ok, openTown, random, type Town } from "./support/town.ts";
import { openTwoTowns } from "./support/two-towns.ts";

const anyone: PayeeFilter = {
	classes: null,
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};
const payees = (filter: Partial<PayeeFilter>): Condition => ({ kind: "payees", ...anyone, ...filter });
const booksOnly: Caveat = { condition: payees({ classes: ["books"] }), liftedBy: null };

type Terms = { readonly amount?: bigint; readonly purpose?: string; readonly caveats?: readonly Caveat[] };

/** `spent`, or the code with which the payer's own module refuses. */
async function tryPaying(town: Town, from: Wallet, to: Wallet, terms: Terms = {}): Promise<string> {
	const { amount = 100n, purpose, caveats } = terms;
	const request = ok(await to.request({ asset: town.asset, amount, ...(purpose ? { purpose } : {}) }));
	const paid = { request: request.encoded, ...(caveats ? { caveats } : {}) };
	const payment = await from.pay(paid, inProcessChannel(to.handle));
	return isRefusal(payment) ? payment.code : payment.fundsState;
}

describe("a condition of the issue", () => {
	const shop: Asking = { role: "merchant", class: "books", merchantCategory: 5942, region: "JP-19" };
	const filters: readonly (readonly [string, Partial<PayeeFilter>, Asking])[] = [
		["class", { classes: ["books", "paper"] }, { ...shop, class: "food" }],
		["merchant category", { merchantCategories: [5942] }, { ...shop, merchantCategory: 5411 }],
		["region", { regions: ["JP-19"] }, { ...shop, region: "JP-13" }],
	];
	for (const [name, filter, other] of filters)
		test(`on the payee's ${name} lets the right one be paid and no other`, async () => {
			const town = await openTown({ conditions: [payees(filter)] });
			const ann = await town.wallet(500n);
			assert.equal(await tryPaying(town, ann, await town.wallet(0n, shop)), "spent");
			assert.equal(await tryPaying(town, ann, await town.wallet(0n, other)), "condition-payee");
			assert.equal(await tryPaying(town, ann, await town.wallet()), "condition-payee");
			assert.equal(ann.balance(town.asset).available, 400n);
			await town.close();
		});

	test("on the payee's operator looks at who certified it, wherever it is", async () => {
		const conditions: Condition[] = [];
		const [home, away] = await openTwoTowns({ conditions }, {});
		conditions.push(payees({ operators: [away.operator.id] }));
		const ann = await home.wallet(500n);
		assert.equal(await tryPaying(home, ann, await home.wallet()), "condition-payee");
		assert.equal(await tryPaying(home, ann, await away.wallet()), "spent");
		await home.close();
		await away.close();
	});

	test("on named certificates lets those be paid, whatever else they are", async () => {
		const conditions: Condition[] = [];
		const town = await openTown({ conditions });
		const [son, eve] = [await town.wallet(), await town.wallet()];
		conditions.push(payees({ certificates: [son.module.certificates()[0]?.hash ?? random(32)] }));
		const ann = await town.wallet(500n);
		assert.equal(await tryPaying(town, ann, eve), "condition-payee");
		assert.equal(await tryPaying(town, ann, son), "spent");
		await town.close();
	});

	test("on the purpose is kept by the request's words", async () => {
		const town = await openTown({ conditions: [{ kind: "purpose", purposes: ["fare", "parking"] }] });
		const [ann, bus] = [await town.wallet(500n), await town.wallet()];
		assert.equal(await tryPaying(town, ann, bus, { purpose: "fare" }), "spent");
		assert.equal(await tryPaying(town, ann, bus, { purpose: "sweets" }), "condition-purpose");
		assert.equal(await tryPaying(town, ann, bus), "condition-purpose");
		await town.close();
	});

	test("that caps a transfer lets its cap pass and not one unit more; change is not counted", async () => {
		const town = await openTown({ conditions: [{ kind: "transferCap", amount: 100n }] });
		const [ann, bob] = [await town.wallet(500n), await town.wallet()];
		assert.equal(await tryPaying(town, ann, bob, { amount: 100n }), "spent");
		assert.equal(await tryPaying(town, ann, bob, { amount: 101n }), "condition-cap");
		assert.equal(ann.balance(town.asset).available, 400n);
		await town.close();
	});

	test("that limits hops counts payments over the whole life, not change, and not a refresh away", async () => {
		const town = await openTown({ conditions: [{ kind: "hopLimit", hops: 2 }] });
		const [ann, bob, eve, dan] = [
			await town.wallet(500n),
			await town.wallet(),
			await town.wallet(),
			await town.wallet(),
		];
		// Three payments out of one token are three hops of change, which do not count.
		for (let i = 0; i < 3; i++) assert.equal(await tryPaying(town, ann, bob), "spent");
		assert.equal(await tryPaying(town, bob, eve), "spent");
		assert.equal(await tryPaying(town, eve, dan), "condition-hops");
		assert.equal(ok(await eve.upkeep({ links: 0, bytes: 0, time: 0, count: 1 })), 1);
		assert.equal(await tryPaying(town, eve, dan), "condition-hops");
		// Ann's change has changed hands never, and refreshing keeps it so.
		assert.equal(ok(await ann.upkeep({ links: 0, bytes: 0, time: 0, count: 1 })), 1);
		assert.equal(ann.module.tokens()[0]?.hops, 0);
		assert.equal(await tryPaying(town, ann, dan), "spent");
		await town.close();
	});

	for (const atExpiry of ["refund", "burn"] as const)
		test(`that expires with ${atExpiry} pays until then, and ends with its operator, not before`, async () => {
			const conditions: Condition[] = [];
			const town = await openTown({ conditions });
			conditions.push({ kind: "expires", time: town.clock.now + 1_000, atExpiry });
			const [ann, bob] = [await town.wallet(500n), await town.wallet()];
			town.clock.now += 999;
			assert.equal(await tryPaying(town, ann, bob), "spent");
			town.clock.now += 1;
			assert.equal(await tryPaying(town, ann, bob), "condition-expired");
			const redeemed = ok(await bob.redeem(town.asset));
			const isRefund = atExpiry === "refund";
			assert.equal(redeemed.credited, isRefund ? 100n : 0n);
			assert.deepEqual(redeemed.refused, isRefund ? [] : ["condition-expired"]);
			assert.equal(await town.outstanding(), 400n);
			assert.deepEqual((await town.operator.audit(town.asset.code)).broken, []);
			await town.close();
		});

	test("that has not begun yet keeps its token from paying, and no clock but the present one does", async () => {
		const conditions: Condition[] = [];
		const town = await openTown({ conditions });
		conditions.push({ kind: "notBefore", time: town.clock.now + 100 });
		const [ann, bob] = [await town.wallet(500n), await town.wallet()];
		assert.equal(await tryPaying(town, ann, bob), "condition-not-before");
		town.clock.now += 100;
		assert.equal(await tryPaying(town, ann, bob), "spent");
		await town.close();
	});
});

describe("a caveat that a holder adds", () => {
	/** A parent who gave a child 600 of 1,000 for books only, three bookshops and a kiosk. */
	async function family(caveat: Caveat) {
		const town = await openTown();
		const [parent, child] = [await town.wallet(1_000n), await town.wallet()];
		const kiosk = await town.wallet(0n, { class: "food" });
		const books = async () => town.wallet(0n, { class: "books" });
		const shops = [await books(), await books(), await books()] as const;
		assert.equal(await tryPaying(town, parent, child, { amount: 600n, caveats: [caveat] }), "spent");
		return { town, parent, child, kiosk, shops };
	}

	test("binds what was given and its change, and leaves the giver's change free", async () => {
		const { town, parent, child, kiosk, shops } = await family(booksOnly);
		assert.equal(await tryPaying(town, child, kiosk), "condition-payee");
		assert.equal(await tryPaying(town, child, parent), "condition-payee");
		assert.equal(await tryPaying(town, child, shops[0]), "spent");
		assert.equal(await tryPaying(town, child, kiosk), "condition-payee");
		assert.equal(await tryPaying(town, parent, kiosk), "spent");
		await town.close();
	});

	test("binds three hops later, and after a refresh at every hop", async () => {
		const { town, child, kiosk, shops } = await family(booksOnly);
		const [first, second, third] = shops;
		assert.equal(await tryPaying(town, child, first, { amount: 500n }), "spent");
		assert.equal(await tryPaying(town, first, second, { amount: 400n }), "spent");
		assert.equal(await tryPaying(town, second, third, { amount: 300n }), "spent");
		for (const holder of [child, ...shops]) {
			assert.equal(await tryPaying(town, holder, kiosk), "condition-payee");
			assert.equal(ok(await holder.upkeep({ links: 0, bytes: 0, time: 0, count: 1 })), 1);
			assert.equal(await tryPaying(town, holder, kiosk), "condition-payee");
		}
		assert.equal(await tryPaying(town, third, first), "spent");
		await town.close();
	});

	test("ends on the output of the class that lifts it, and there alone", async () => {
		const { town, child, kiosk, shops } = await family({ ...booksOnly, liftedBy: "books" });
		assert.equal(await tryPaying(town, child, shops[0], { amount: 500n }), "spent");
		assert.equal(await tryPaying(town, shops[0], kiosk), "spent");
		assert.equal(await tryPaying(town, child, kiosk), "condition-payee");
		await town.close();
	});

	test("can only narrow: those added on the way bind together", async () => {
		const { town, child, kiosk, shops } = await family(booksOnly);
		const cap: Caveat = { condition: { kind: "transferCap", amount: 50n }, liftedBy: null };
		const widening: Caveat = { condition: payees({ classes: ["food"] }), liftedBy: null };
		assert.equal(await tryPaying(town, child, shops[0], { caveats: [cap, widening] }), "spent");
		for (const payee of [kiosk, shops[1]])
			for (const amount of [40n, 60n])
				assert.match(await tryPaying(town, shops[0], payee, { amount }), /^condition-(payee|cap)$/);
		await town.close();
	});

	test("that no payee could read is refused before it is signed", async () => {
		const town = await openTown();
		const [ann, bob] = [await town.wallet(500n), await town.wallet()];
		const many = Array.from({ length: 17 }, () => booksOnly);
		const long: Caveat = { condition: payees({ classes: ["x".repeat(33)] }), liftedBy: null };
		for (const caveats of [many, [long]])
			assert.match(await tryPaying(town, ann, bob, { caveats }), /^(too-many|malformed)$/);
		assert.equal(ann.balance(town.asset).available, 500n);
		await town.close();
	});
});
