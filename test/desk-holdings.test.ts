/** What is held, token by token in sentences, and whether somebody would take it: said before, and so after. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type AskedProfile, type Condition, isRefusal } from "@tenten/protocol";
import { Desk, memorySettings } from "@tenten/wallet";
import { carry, codeOf, person, requestOf } from "./support/desks.ts";
import { ok, openTown, type Town } from "./support/town.ts";

const filter = {
	classes: null,
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};
const shop: AskedProfile = { role: "merchant", class: "shop", merchantCategory: 5411, region: "JP-13" };
const start = 1_800_000_000;
const day = 86_400;

function holding(...conditions: readonly Condition[]) {
	return holdingUnder(conditions);
}

/** What is issued later is bound by what `conditions` holds then. */
async function holdingUnder(conditions: readonly Condition[]) {
	const town = await openTown({ conditions, now: start });
	const ann = await person(town, 1_000n);
	const asset = ann.desk.overview().balances[0]?.asset.id ?? "";
	return { town, ann, asset };
}

describe("holdings", () => {
	test("say of each token what it may be used for, from when, until when and how often", async () => {
		const { town, ann, asset } = await holding(
			{ kind: "notBefore", time: start + day },
			{ kind: "expires", time: start + 10 * day, atExpiry: "refund" },
			{ kind: "hopLimit", hops: 3 },
			{ kind: "payees", ...filter, classes: ["shop"] },
		);
		const [token, ...others] = ok(ann.desk.holdings(asset));
		assert.deepEqual(others, []);
		assert.ok(token !== undefined);
		const { amount, state, spendableFrom, spendableUntil, redeemableUntil, handsLeft, conditions } = token;
		assert.deepEqual(
			[amount, state, spendableFrom, spendableUntil, redeemableUntil, handsLeft],
			[1_000n, "free", start + day, start + 10 * day, start + 60 * day, 3],
		);
		assert.equal(conditions.length, 4);
		assert.match(conditions[2]?.en ?? "", /change hands 3 times/);
		assert.match(conditions[3]?.ja ?? "", /「shop」/);
		await town.close();
	});

	test("that end soon by a condition of theirs expire in the balance too, and then are no part of it", async () => {
		const { town, ann, asset } = await holding({
			kind: "expires",
			time: start + 10 * day,
			atExpiry: "refund",
		});
		const balance = () => {
			const { available, expiring } = ann.wallet.balance(town.asset);
			return [available, expiring];
		};
		assert.deepEqual(balance(), [1_000n, 0n]);
		town.clock.now = start + 4 * day;
		assert.deepEqual(balance(), [1_000n, 1_000n]);
		town.clock.now = start + 10 * day;
		assert.deepEqual(balance(), [0n, 0n]);
		assert.equal(ok(ann.desk.wouldAccept({ asset, amount: 1n, payee: shop })).payable, 0n);
		await town.close();
	});

	test("count what a payment sets aside, and what changed hands once", async () => {
		const { town, ann, asset } = await holding({ kind: "hopLimit", hops: 3 });
		const bob = await person(town);
		const request = await requestOf(bob.desk, ann.desk, 1_000n);
		const { bundle } = ok(await ann.desk.pay(request.digest, 1_000n));
		assert.deepEqual(
			ok(ann.desk.holdings(asset)).map(({ state, amount }) => [state, amount]),
			[["locked", 1_000n]],
		);
		await carry(ann.desk, bob.desk, bundle);
		assert.deepEqual(ok(ann.desk.holdings(asset)), []);
		assert.deepEqual(
			ok(bob.desk.holdings(asset)).map(({ state, handsLeft }) => [state, handsLeft]),
			[["free", 2]],
		);
		assert.equal(codeOf(bob.desk.holdings("nobody's")), "asset-unknown");
		await town.close();
	});

	test("show times in the time zone that the desk was opened for", async () => {
		const { town, ann, asset } = await holding({ kind: "notBefore", time: start });
		const { wallet, device } = ann;
		const options = { wallet, store: device.store, settings: memorySettings() };
		const [tokyo, utc] = [
			await Desk.open({ ...options, timeZone: "Asia/Tokyo" }),
			await Desk.open({ ...options, timeZone: "UTC" }),
		];
		const sentence = (desk: typeof utc) => ok(desk.holdings(asset))[0]?.conditions[0]?.en;
		assert.match(sentence(tokyo) ?? "", /17:00/);
		assert.match(sentence(utc) ?? "", /08:00/);
		await town.close();
	});
});

/** Whether a payee of this kind, made for it, really gets the amount; and what was said before. */
async function saidAndDone(town: Town, payer: Awaited<ReturnType<typeof person>>, profile: AskedProfile) {
	const payee = await person(town, 0n, profile);
	const asset = payer.desk.overview().balances[0]?.asset.id ?? "";
	const said = ok(payer.desk.wouldAccept({ asset, amount: 100n, payee: profile }));
	const request = await requestOf(payee.desk, payer.desk, 100n);
	const paid = await payer.desk.pay(request.digest, 100n);
	if (!isRefusal(paid)) await carry(payer.desk, payee.desk, paid.bundle);
	const received = payee.desk.overview().balances[0]?.available;
	return { said, paid: codeOf(paid), received, objections: request.objections };
}

describe("would this be accepted?", () => {
	test("what is said of a kind of payee is what happens to one, reasons and all", async () => {
		const conditions: readonly Condition[] = [
			{ kind: "payees", ...filter, classes: ["shop"], merchantCategories: [5411], regions: ["JP-13"] },
			{ kind: "transferCap", amount: 500n },
		];
		const { town, ann } = await holding(...conditions);
		const kinds: readonly AskedProfile[] = [
			shop,
			{ ...shop, class: "person" },
			{ ...shop, merchantCategory: 5812 },
			{ ...shop, region: null },
			{ ...shop, role: "holder" },
		];
		const results = [];
		for (const kind of kinds) results.push(await saidAndDone(town, ann, kind));
		for (const { said, paid, received, objections } of results) {
			const isYes = said.shortfall === null;
			assert.equal(paid === "ok", isYes, paid);
			assert.equal(received, isYes ? 100n : 0n);
			assert.deepEqual(said.refused[0]?.reasons ?? [], objections);
		}
		assert.deepEqual(
			results.map(({ said }) => said.payable),
			[100n, 0n, 0n, 0n, 100n],
		);
		assert.match(results[1]?.said.refused[0]?.reasons[0]?.en ?? "", /class shop/);
		await town.close();
	});

	test("time is asked about as well as who, and for what", async () => {
		const { town, ann, asset } = await holding(
			{ kind: "notBefore", time: start + day },
			{ kind: "purpose", purposes: ["food"] },
		);
		const said = (more: object) =>
			ok(ann.desk.wouldAccept({ asset, amount: 10n, payee: shop, ...more })).payable;
		assert.equal(said({ purpose: "food" }), 0n);
		assert.equal(said({ purpose: "food", at: start + day }), 10n);
		assert.equal(said({ purpose: "drink", at: start + day }), 0n);
		assert.equal(said({ at: start + day }), 0n);
		assert.equal(said({ purpose: "food", at: start + 31 * day }), 0n, "it cannot be spent any more");
		await town.close();
	});

	test("of a mixed purse only what is allowed counts, and what is lacking is said", async () => {
		const { town, ann, asset } = await holding({ kind: "payees", ...filter, classes: ["shop"] });
		const person = { role: "holder", class: "person", merchantCategory: null, region: null } as const;
		const acceptance = ok(ann.desk.wouldAccept({ asset, amount: 2_000n, payee: shop }));
		assert.deepEqual([acceptance.payable, acceptance.refused], [1_000n, []]);
		assert.match(acceptance.shortfall?.en ?? "", /not enough/i);
		const other = ok(ann.desk.wouldAccept({ asset, amount: 10n, payee: person }));
		assert.deepEqual([other.payable, other.refused.map(({ amount }) => amount)], [0n, [1_000n]]);
		assert.equal(
			ok(ann.desk.wouldAccept({ asset, amount: 10n, payee: shop, certifiedBy: "ab".repeat(32) })).payable,
			10n,
		);
		await town.close();
	});

	test("it is said until when: the first end that leaves too little, a condition's before the issue's", async () => {
		const conditions: Condition[] = [];
		const { town, ann, asset } = await holdingUnder(conditions);
		conditions.push({ kind: "expires", time: start + 3 * day, atExpiry: "refund" });
		await town.fund(ann.wallet, 1_000n);
		const said = (amount: bigint, more: object = {}) =>
			ok(ann.desk.wouldAccept({ asset, amount, payee: shop, ...more }));
		const untils = [1n, 1_000n, 1_001n, 2_000n].map((amount) => said(amount).until);
		const [issue, condition] = [start + 30 * day, start + 3 * day];
		assert.deepEqual(untils, [issue, issue, condition, condition]);
		assert.deepEqual(
			[said(2_000n, { at: condition }).payable, said(2_000n, { at: condition }).until],
			[1_000n, issue],
		);
		const never = said(1n, { at: issue });
		assert.deepEqual([never.payable, never.until], [0n, null]);
		await town.close();
	});

	test("what names nothing is refused, and nothing is signed by any question", async () => {
		const { town, ann, asset } = await holding();
		const ask = (more: object) => codeOf(ann.desk.wouldAccept({ asset, amount: 1n, payee: shop, ...more }));
		assert.equal(ask({ asset: "x" }), "asset-unknown");
		assert.equal(ask({ asset: asset.replace("JPY", "EUR") }), "asset-unknown");
		assert.equal(ask({ certifiedBy: "x" }), "issuer-unknown");
		assert.equal(ask({ amount: 0n }), "amount-invalid");
		assert.equal(ask({}), "ok");
		assert.equal(ann.desk.overview().balances[0]?.available, 1_000n);
		assert.deepEqual(ann.desk.attempts(), []);
		await town.close();
	});
});
