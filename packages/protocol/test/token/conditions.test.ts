/** Conditions and caveats: each kind allows and forbids what it says, for whom it binds, for as long as it binds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	type Caveat,
	type Condition,
	condition,
	encodeItem,
	type Item,
	isRefusal,
	issue as issueShape,
	parse,
	type RefusalCode,
	serialize,
	serializeToken,
	token as tokenShape,
	type VerifiedToken,
	verifyToken,
} from "@tenten/protocol";
import {
	carry,
	createHolder,
	createWorld,
	day,
	expectRefusal,
	expectValue,
	type Holder,
	issueTo,
	ownerOf,
	type PayOptions,
	pay,
	signLink,
	tryToPay,
} from "../../../module/test/support/world.ts";

const world = await createWorld();
const any = 1000n;
const payer = await createHolder(world);
const friend = await createHolder(world);
const shop = await createHolder(world, {
	profile: { role: "merchant", class: "bookshop", merchantCategory: 5942, region: "JP-13" },
});
const visitor = await createHolder(world, {
	operator: world.other,
	profile: { class: null, merchantCategory: null, region: null },
});

const nobody = {
	classes: null,
	merchantCategories: null,
	regions: null,
	operators: null,
	certificates: null,
};
const booksOnly: Condition = { kind: "payees", ...nobody, classes: ["bookshop"] };

function bound(condition: Condition): Promise<VerifiedToken> {
	return issueTo(world, payer, any, { conditions: [condition] });
}

/** The payer's own check, and what a payee says of the same link when the payer did not check. */
async function expectForbidden(
	token: VerifiedToken,
	from: Holder,
	to: Holder,
	code: RefusalCode,
	options: PayOptions & { readonly amount?: bigint } = {},
): Promise<void> {
	const amount = options.amount ?? token.amount;
	expectRefusal(await tryToPay(world, token, from, to, amount, options), code);
	const outputs = [{ amount, owner: ownerOf(world, to, options.purpose), caveats: [] }];
	if (amount < token.amount)
		outputs.push({ amount: token.amount - amount, owner: ownerOf(world, from), caveats: [] });
	const signed = await signLink(token, from, { outputs, against: options.against ?? null });
	const carried = serialize(tokenShape, carry(token, signed));
	expectRefusal(verifyToken(carried, world.trust), code);
}

async function expectAllowed(
	token: VerifiedToken,
	from: Holder,
	to: Holder,
	options: PayOptions & { readonly amount?: bigint } = {},
): Promise<VerifiedToken> {
	const { paid } = await pay(world, token, from, to, options.amount ?? token.amount, options);
	assert.deepEqual(expectValue(verifyToken(serializeToken(paid), world.trust)), paid);
	return paid;
}

test("payees: class, merchant category, region, operator and named certificates, all that are given", async () => {
	const cases: readonly {
		readonly filter: Partial<Extract<Condition, { kind: "payees" }>>;
		readonly allowed: readonly Holder[];
		readonly forbidden: readonly Holder[];
	}[] = [
		{ filter: { classes: ["bookshop", "library"] }, allowed: [shop], forbidden: [friend, visitor] },
		{ filter: { merchantCategories: [5942] }, allowed: [shop], forbidden: [friend, visitor] },
		{ filter: { regions: ["JP-13"] }, allowed: [shop], forbidden: [friend, visitor] },
		{ filter: { merchantCategories: [0, 1] }, allowed: [], forbidden: [shop, friend, visitor] },
		{ filter: { classes: [""] }, allowed: [], forbidden: [shop, friend, visitor] },
		{ filter: { regions: [""] }, allowed: [], forbidden: [shop, friend, visitor] },
		{ filter: { operators: [world.operator.id] }, allowed: [shop, friend], forbidden: [visitor] },
		{ filter: { operators: [world.other.id, world.operator.id] }, allowed: [shop, visitor], forbidden: [] },
		{ filter: { certificates: [friend.certificate.hash] }, allowed: [friend], forbidden: [shop, visitor] },
		{ filter: { classes: ["bookshop"], regions: ["JP-27"] }, allowed: [], forbidden: [shop, friend] },
		{ filter: {}, allowed: [shop, friend, visitor], forbidden: [] },
	];
	for (const { filter, allowed, forbidden } of cases) {
		const token = await bound({ kind: "payees", ...nobody, ...filter });
		for (const holder of allowed) await expectAllowed(token, payer, holder);
		for (const holder of forbidden) await expectForbidden(token, payer, holder, "condition-payee");
	}
});

test("purpose: the request's own, and none is none of them", async () => {
	const token = await bound({ kind: "purpose", purposes: ["books", "fare"] });
	await expectAllowed(token, payer, friend, { purpose: "fare" });
	await expectForbidden(token, payer, friend, "condition-purpose", { purpose: "sweets" });
	await expectForbidden(token, payer, friend, "condition-purpose");
	const empty = await bound({ kind: "purpose", purposes: [""] });
	await expectForbidden(empty, payer, friend, "condition-purpose");
	await expectAllowed(empty, payer, friend, { purpose: "" });
});

test("transfer cap: what the payee gets, not what is left", async () => {
	const token = await bound({ kind: "transferCap", amount: 300n });
	await expectAllowed(token, payer, friend, { amount: 300n });
	await expectForbidden(token, payer, friend, "condition-cap", { amount: 301n });
});

test("hop limit: over the whole life, refreshes included; change does not count", async () => {
	const token = await bound({ kind: "hopLimit", hops: 2 });
	const first = await pay(world, token, payer, friend, 600n);
	assert.ok(first.change);
	const second = await expectAllowed(first.paid, friend, payer);
	await expectForbidden(second, payer, shop, "condition-hops");
	const later = await expectAllowed(first.change, payer, friend);
	const last = await expectAllowed(later, friend, shop);
	await expectForbidden(last, shop, payer, "condition-hops");
	const refreshed = await issueTo(world, payer, any, {
		conditions: [{ kind: "hopLimit", hops: 2 }],
		hopsUsed: 2,
	});
	await expectForbidden(refreshed, payer, friend, "condition-hops");
	await expectAllowed(refreshed, payer, world.operator.desk);
});

test("hop limit: a return may exceed it by one, and then only the operator takes it", async () => {
	const token = await bound({ kind: "hopLimit", hops: 1 });
	const paid = await expectAllowed(token, payer, friend);
	await expectForbidden(paid, friend, shop, "condition-hops");
	// With a lock it is a payment, whoever it goes to.
	expectRefusal(
		await tryToPay(world, paid, friend, payer, any, { release: world.random() }),
		"condition-hops",
	);
	const returned = await expectAllowed(paid, friend, payer);
	assert.equal(returned.hops, 2);
	await expectForbidden(returned, payer, shop, "condition-hops");
	await expectForbidden(returned, payer, friend, "condition-hops");
	await expectAllowed(returned, payer, world.operator.desk);
});

test("resale cap: only against at most so much for each minor unit, or back to the operator", async () => {
	const asset = world.otherAsset;
	const token = await bound({ kind: "resaleCap", asset, amount: 3n });
	await expectAllowed(token, payer, friend, { against: { asset, amount: 3n * any } });
	await expectAllowed(token, payer, friend, { amount: 10n, against: { asset, amount: 30n } });
	await expectAllowed(token, payer, world.operator.desk);
	await expectForbidden(token, payer, friend, "condition-resale");
	const dear = { asset, amount: 3n * any + 1n };
	await expectForbidden(token, payer, friend, "condition-resale", { against: dear });
	const part = { amount: 10n, against: { asset, amount: 31n } };
	await expectForbidden(token, payer, friend, "condition-resale", part);
	const inAnother = { asset: world.asset, amount: 1n };
	await expectForbidden(token, payer, friend, "condition-resale", { against: inAnother });
});

test("not before and expires: judged where the transfer happens, not when it is shown later", async () => {
	const at = world.now + day;
	const judge = (token: VerifiedToken, now: number): unknown =>
		verifyToken(serializeToken(token), world.trust, { now });
	const early = (await pay(world, await bound({ kind: "notBefore", time: at }), payer, friend, any)).paid;
	expectRefusal(judge(early, at - 1), "condition-not-before");
	assert.ok(!isRefusal(judge(early, at)));
	const expiring = await bound({ kind: "expires", time: at, atExpiry: "refund" });
	const late = (await pay(world, expiring, payer, friend, any)).paid;
	assert.ok(!isRefusal(judge(late, at - 1)));
	expectRefusal(judge(late, at), "condition-expired");
	assert.ok(!isRefusal(verifyToken(serializeToken(late), world.trust)));
	// Earlier links are not judged again; the last is.
	const onward = (await pay(world, late, friend, shop, any)).paid;
	expectRefusal(judge(onward, at), "condition-expired");
	const redeemed = (await pay(world, late, friend, world.operator.desk, any)).paid;
	assert.ok(!isRefusal(judge(redeemed, at + day)));
});

test("an unknown condition is refused, in an issue and in a caveat", async () => {
	for (const item of [[0], [8], [8, 1], [99, "x"]] as const)
		expectRefusal(parse(condition, encodeItem(item)), "condition-unknown");
	const { token } = await bound({ kind: "hopLimit", hops: 1 });
	const items = tokenShape.write(token) as readonly Item[];
	const proof = items[0] as readonly Item[];
	const issue = proof[0] as readonly Item[];
	assert.deepEqual(issue, issueShape.write(token.issue.issue));
	const unknown = (field: number, value: Item): Uint8Array =>
		encodeItem(items.with(0, proof.with(0, issue.with(field, value))));
	expectRefusal(verifyToken(unknown(3, [[8, 1]]), world.trust), "condition-unknown");
	expectRefusal(verifyToken(unknown(4, [[[8, 1], null]]), world.trust), "condition-unknown");
	expectRefusal(verifyToken(unknown(3, new Array(17).fill([3, 1])), world.trust), "too-many");
});

test("a condition with other fields or ranges is refused", () => {
	for (const item of [
		[1],
		[1, -1],
		[2, 5],
		[2, 5, 3],
		[3, 33],
		[3, -1],
		[5, null, null, null, null],
		[5, [], null, null, null, null],
		[5, null, [10_000], null, null, null],
		[5, null, null, null, [new Uint8Array(31)], null],
		[6, []],
		[6, null],
		[7, 5],
	] as readonly Item[])
		expectRefusal(parse(condition, encodeItem(item)), "malformed");
	expectRefusal(parse(condition, encodeItem([4, 0])), "amount-invalid");
	expectRefusal(parse(condition, encodeItem([6, new Array(65).fill("x")])), "too-many");
});

test("payee rules do not bind change, returns and the operator, and bind again what is spent next", async () => {
	const token = await bound(booksOnly);
	const split = await pay(world, token, payer, shop, 400n);
	assert.ok(split.change);
	await expectForbidden(split.change, payer, friend, "condition-payee");
	await expectForbidden(split.paid, shop, friend, "condition-payee");
	const returned = await expectAllowed(split.paid, shop, payer);
	await expectForbidden(returned, payer, friend, "condition-payee");
	expectRefusal(
		await tryToPay(world, split.paid, shop, payer, 400n, { release: world.random() }),
		"condition-payee",
	);
	await expectAllowed(token, payer, world.operator.desk);
	// The desk of another operator is a payee like any other.
	await expectForbidden(token, payer, world.other.desk, "condition-payee");
	// Moving it to oneself drops nothing.
	const moved = await expectAllowed(token, payer, payer);
	await expectForbidden(moved, payer, friend, "condition-payee");
});

test("a caveat binds from the payee on, adds to what bound before, and cannot be dropped", async () => {
	const token = await bound({ kind: "transferCap", amount: 500n });
	const caveats: readonly Caveat[] = [{ condition: booksOnly, liftedBy: null }];
	const { paid, change } = await pay(world, token, payer, friend, 500n, { caveats });
	assert.ok(change);
	assert.equal(paid.rules.length, 2);
	await expectForbidden(paid, friend, visitor, "condition-payee");
	await expectAllowed(paid, friend, shop);
	const moved = await expectAllowed(paid, friend, friend);
	await expectForbidden(moved, friend, visitor, "condition-payee");
	// The payer's own change does not carry it.
	await expectAllowed(change, payer, friend, { amount: 500n });
});

test("a caveat ends on the output of the class that lifts it, and on that alone", async () => {
	const token = await issueTo(world, payer, any, {
		caveats: [{ condition: booksOnly, liftedBy: "bookshop" }],
	});
	await expectForbidden(token, payer, friend, "condition-payee");
	const { paid, change } = await pay(world, token, payer, shop, 400n);
	assert.ok(change);
	assert.equal(paid.rules.length, 0);
	await expectAllowed(paid, shop, friend);
	assert.equal(change.rules.length, 1);
	await expectForbidden(change, payer, friend, "condition-payee");
});

test("a caveat that its own payee's class would lift binds that payee all the same", async () => {
	const token = await issueTo(world, payer, any);
	const caveats: readonly Caveat[] = [
		{ condition: { kind: "transferCap", amount: 10n }, liftedBy: "bookshop" },
	];
	const { paid } = await pay(world, token, payer, shop, any, { caveats });
	await expectForbidden(paid, shop, friend, "condition-cap");
	const moved = await expectAllowed(paid, shop, shop);
	await expectForbidden(moved, shop, friend, "condition-cap");
});
