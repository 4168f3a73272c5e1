/** Money that waits for a request which has expired goes to a fresh one of the same owner, once, whatever was begun before. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { refuseRenewal } from "../packages/operator/src/crossing/request-accounts.ts";
import { ask, payer } from "../packages/operator/test/support/crossing-doors.ts";
import { type Bytes, fromHex } from "../packages/protocol/src/index.ts";
import { memoryStore } from "../packages/wallet/src/index.ts";
import {
	bothSeal,
	Device,
	holds,
	money,
	openTokenDoors,
	sealUntil,
	sideNames,
	type TokenDoors,
	TokenPayment,
} from "./support/token-doors.ts";
import { ok } from "./support/town.ts";

const opened: TokenDoors[] = [];
after(() => Promise.all(opened.map((world) => world.close())));

async function open(): Promise<TokenDoors> {
	const world = await openTokenDoors();
	opened.push(world);
	await bothSeal(world.doors);
	return world;
}

/** A request lives for an hour; agreements and lists live longer. */
function expire({ doors }: TokenDoors): void {
	for (const side of sideNames) doors[side].ecosystem.clock.now += 3_601;
}

/** 300 are credited to the payee's request, and nothing is handed over. */
async function credited() {
	const world = await open();
	const payment = new TokenPayment(world, { from: "account", to: "token" });
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.lock(), "locked");
	await bothSeal(world.doors);
	assert.equal(await payment.release(), "committed");
	await sealUntil(world.doors, payment.decides);
	const { payee } = payment;
	if (payee === undefined) throw new Error("tokens are paid to a request");
	return { world, payment, payee, account: fromHex(payee.account) as Bytes };
}

const handedOver = {
	tokens: [holds + 300n, 0n, 0n],
	account: [0n, 0n],
	gatewayTokens: [holds - 300n, 0n, 0n],
	gateway: [300n, 0n],
	broken: [],
};

type Said = { readonly code: string | null; readonly state: string | null; readonly account: string | null };

const askedBy =
	({ doors, key }: TokenDoors) =>
	async (path: string, messages: readonly string[]): Promise<Said> =>
		(await ask(doors.destination, path, { messages }, key)) as Said;

/** A request of 300, unless said otherwise. */
async function requested({ wallet, asset }: Device, options: object = {}): Promise<readonly string[]> {
	const made = ok(await wallet.request({ asset, amount: 300n, mode: "twoPhase", ...options }));
	return made.messages.map((each) => Buffer.from(each).toString("base64"));
}

test("a payee whose request expired after the credit has its money by a fresh one, once", async () => {
	const { world, payee } = await credited();
	expire(world);
	assert.equal(await payee.take(), false, "no module locks for a request that is over");
	assert.equal((await money(world, "destination")).gateway[0], 0n);
	assert.equal(await payee.renew(), null);
	assert.equal(await payee.take(), true);
	assert.deepEqual(await money(world, "destination"), handedOver);
	const said = askedBy(world);
	assert.equal((await said(`tokens-out/${payee.account}/messages`, [])).state, "renewed");
	const another = await requested(world.holders.destination);
	assert.equal((await said(`tokens-out/${payee.account}/renewals`, another)).code, "request-reused");
	assert.equal(await payee.take(), true, "asked again, it says the same");
	assert.equal(await payee.renew(), "request-reused");
	await world.doors.destination.ecosystem.operator.crossings.tokens.goOn();
	assert.deepEqual(await money(world, "destination"), handedOver);
});

test("a fresh request that is asked with again is answered as it stands, though it has expired by then", async () => {
	const { world, payee } = await credited();
	const said = askedBy(world);
	const fresh = await requested(world.holders.destination);
	const first = await said(`tokens-out/${payee.account}/renewals`, fresh);
	assert.deepEqual([first.code, first.state], [null, "back"]);
	expire(world);
	const again = await said(`tokens-out/${payee.account}/renewals`, fresh);
	assert.deepEqual([again.code, again.account], [null, first.account]);
	assert.notEqual(again.account, payee.account);
	const next = await said(`tokens-out/${first.account}/renewals`, await requested(world.holders.destination));
	assert.deepEqual([next.code, next.state], [null, "back"], "it may be asked anew as often as it expires");
	assert.deepEqual((await money(world, "destination")).broken, []);
});

test("a payer whose way back expired has what came too late by a fresh request, once", async () => {
	const world = await open();
	const payment = new TokenPayment(world, { from: "token", to: "token" });
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.hold(), null);
	assert.equal(await payment.lock(), "locked");
	await bothSeal(world.doors);
	await payment.releaseUnheard(world.holders.source.purse);
	await sealUntil(world.doors, payment.decides);
	assert.equal(await payment.payer?.release(), true);
	expire(world);
	assert.equal(await payment.payer?.takeBack(), false);
	assert.equal(await payment.payer?.renewBack(), null);
	assert.equal(await payment.payer?.takeBack(), true);
	await world.doors.source.ecosystem.operator.crossings.tell();
	const { tokens, gatewayTokens, gateway, broken } = await money(world, "source");
	assert.deepEqual(
		[tokens, gatewayTokens],
		[
			[holds, 0n, 0n],
			[holds, 0n, 0n],
		],
	);
	assert.deepEqual([gateway, broken], [[0n, 0n], []]);
});

test("what the payee's module holds for the first request is free, and the fresh one is handed over", async () => {
	const { world, payee } = await credited();
	const { purse } = world.holders.destination;
	const { messages } = await world.doors.destination.ecosystem.operator.crossings.tokens
		.hand(fromHex(payee.account) as Bytes, [])
		.then(ok);
	const held = await purse.act("order 1", { kind: "reserve", request: payee.account, messages });
	assert.equal(held.kind, "holding");
	assert.equal(await payee.renew(), null);
	assert.deepEqual(world.holders.destination.balance(), [holds, 0n, 0n]);
	assert.equal(await payee.take(), true);
	assert.deepEqual(await money(world, "destination"), handedOver);
});

test("what the gateway's module has released by then is paid, and no fresh request has it too", async () => {
	const { world, payee, account } = await credited();
	const { holders, gateways, doors } = world;
	const { messages } = await doors.destination.ecosystem.operator.crossings.tokens.hand(account, []).then(ok);
	const request = payee.account;
	const held = await holders.destination.purse.act("order 1", { kind: "reserve", request, messages });
	if (held.kind !== "holding") throw new Error(held.kind);
	// The gateway's module releases, and its operator loses power before its own write.
	const release = { kind: "release", request, messages: held.messages, keeps: true } as const;
	assert.equal((await gateways.destination.purse.act("order 1", release)).kind, "released");
	assert.equal(await payee.renew(), "request-reused");
	assert.equal(await payee.take(), true);
	assert.deepEqual(await money(world, "destination"), handedOver);
});

test("what is no fresh request of the same owner, asset and amount takes no place, and nothing changes", async () => {
	const { world, payee, account } = await credited();
	const { holders, doors } = world;
	const own = holders.destination;
	const other = new Device(() => doors.destination, own.asset, memoryStore());
	await other.open();
	await other.fill(1_000n);
	const said = askedBy(world);
	const forOthers = await requested(own, { memo: "for others" });
	const unpaid = await said("tokens-out", forOthers);
	assert.equal(unpaid.code, null);
	const { store } = doors.destination.ecosystem.operator;
	const rows = () =>
		store.read(async (each) => [
			await each.selectFrom("crossing_tokens_out").selectAll().execute(),
			await each.selectFrom("ledger_sums").selectAll().execute(),
		]);
	const before = await rows();
	const good = await requested(own);
	const [renewals, nowhere] = [`tokens-out/${payee.account}/renewals`, "00".repeat(32)];
	const asked: readonly (readonly [string, string, readonly string[]])[] = [
		["attempt-unknown", `tokens-out/${nowhere}/renewals`, good],
		["type-unknown", renewals, [...good, ...good]],
		["type-unknown", renewals, []],
		["request-mismatch", renewals, await requested(other)],
		["request-mismatch", renewals, await requested(own, { mode: "direct" })],
		["amount-mismatch", renewals, await requested(own, { amount: 299n })],
		["request-reused", renewals, forOthers],
		["asset-mismatch", renewals, await requested(own, { asset: { ...own.asset, code: "JPY" } })],
		["attempt-pending", `tokens-out/${unpaid.account}/renewals`, good],
	];
	for (const [code, path, messages] of asked) assert.equal((await said(path, messages)).code, code, path);
	const elsewhere = { ...(await store.read((each) => refuseRenewal(each, account, freshOf(account)))) };
	assert.deepEqual("code" in elsewhere && elsewhere.code, "asset-mismatch", "of another gateway here");
	const short = await requested(own, { lifetime: 60 });
	for (const side of sideNames) doors[side].ecosystem.clock.now += 61;
	assert.equal((await said(renewals, short)).code, "request-expired");
	assert.deepEqual(await rows(), before);
	assert.equal(await payee.take(), true);
	assert.equal((await said(renewals, good)).code, "request-reused", "it is paid");
});

/** A request of an asset that is not the account's. */
function freshOf(account: Bytes) {
	const asset = payer;
	return { account, state: "open", asset, amount: 300n, memo: "", expiresAt: 0, asks: [] } as const;
}
