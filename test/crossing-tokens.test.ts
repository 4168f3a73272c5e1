/** Payments across operators of which a side is tokens, over HTTP: each kind is paid, given back, and refused. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { refuseTokensOut } from "../packages/operator/src/crossing/token-guard.ts";
import { ask, funds, standings } from "../packages/operator/test/support/crossing-doors.ts";
import {
	bothSeal,
	holds,
	kinds,
	money,
	openTokenDoors,
	sealQuietly,
	sealUntil,
	sideNames,
	type TokenDoors,
	TokenPayment,
} from "./support/token-doors.ts";
import { ok } from "./support/town.ts";

const opened: TokenDoors[] = [];
after(() => Promise.all(opened.map((world) => world.close())));

async function open(options: Parameters<typeof openTokenDoors>[0] = {}): Promise<TokenDoors> {
	const world = await openTokenDoors(options);
	opened.push(world);
	await bothSeal(world.doors);
	return world;
}

/** What the payer's side and the payee's have once it is paid, or was given back. */
const paidFrom = {
	token: {
		tokens: [holds - 477n, 0n, 0n],
		account: [funds, 0n],
		gatewayTokens: [holds + 477n, 0n, 0n],
		gateway: [-477n, 0n],
	},
	account: {
		tokens: [holds, 0n, 0n],
		account: [funds - 477n, 0n],
		gatewayTokens: [holds, 0n, 0n],
		gateway: [0n, 0n],
	},
};
const paidTo = {
	token: {
		tokens: [holds + 300n, 0n, 0n],
		account: [0n, 0n],
		gatewayTokens: [holds - 300n, 0n, 0n],
		gateway: [300n, 0n],
	},
	account: {
		tokens: [holds, 0n, 0n],
		account: [300n, 0n],
		gatewayTokens: [holds, 0n, 0n],
		gateway: [0n, 0n],
	},
};
const untouched = (account: bigint) => ({
	tokens: [holds, 0n, 0n],
	account: [account, 0n],
	gatewayTokens: [holds, 0n, 0n],
	gateway: [0n, 0n],
	broken: [],
});

for (const kind of kinds)
	test(`${kind.from} to ${kind.to}: quoted, held, locked, reserved, released, decided, and both have what they agreed to`, async () => {
		const world = await open();
		const { doors } = world;
		const payment = new TokenPayment(world, kind);
		assert.equal(await payment.quote(), null);
		assert.equal(await payment.hold(), null);
		assert.equal(await payment.lock(), "locked");
		await bothSeal(doors);
		assert.equal(await payment.release(), "committed");
		assert.equal(
			(await payment.payee?.take()) ?? false,
			false,
			"nothing is handed out before the seal decides",
		);
		await sealUntil(doors, payment.decides);
		assert.deepEqual(await standings(doors, payment.transfer), ["committed", "credited"]);
		if (payment.payee !== undefined) assert.equal(await payment.payee.take(), true);
		assert.deepEqual(await money(world, "source"), { ...paidFrom[kind.from], broken: [] });
		assert.deepEqual(await money(world, "destination"), { ...paidTo[kind.to], broken: [] });
		if (payment.payee !== undefined)
			assert.equal(await payment.payee.take(), true, "asked again, it says the same");
		assert.deepEqual(await money(world, "destination"), { ...paidTo[kind.to], broken: [] });
	});

/** What nobody gains or loses by: each side as it was. */
async function assertUntouched(world: TokenDoors): Promise<void> {
	assert.deepEqual(await money(world, "source"), untouched(funds));
	assert.deepEqual(await money(world, "destination"), untouched(0n));
}

const ofTokens = { from: "token", to: "token" } as const;

/** Held, locked, and shown to be reserved. */
async function reserved(world: TokenDoors, kind: (typeof kinds)[number], n = 1): Promise<TokenPayment> {
	const payment = new TokenPayment(world, kind, n);
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.hold(), null);
	assert.equal(await payment.lock(), "locked");
	await bothSeal(world.doors);
	return payment;
}

/** Rows of tokens that no request can give back: looked at before any other, each of them fails. */
async function damage({ ecosystem }: TokenDoors["doors"]["source"], count: number): Promise<void> {
	const rows = Array.from({ length: count }, (_, n) => {
		const transfer_id = new Uint8Array(32);
		new DataView(transfer_id.buffer).setUint32(28, n);
		const [request, back] = [transfer_id, transfer_id];
		return { transfer_id, state: "owned", request, asks: "[]", receipt: "[]", back };
	});
	await ecosystem.operator.store.run((each) => each.insertInto("crossing_tokens_in").values(rows).execute());
}

test("rows that fail stop no other row, whatever they are, and no settlement", async () => {
	const world = await open();
	const { source, destination } = world.doors;
	const payment = await reserved(world, ofTokens);
	assert.equal(await payment.release(), "committed");
	const { store, crossings } = source.ecosystem.operator;
	const states = () =>
		store.read(async (each) => {
			const rows = await each.selectFrom("crossing_tokens_in").select("state").distinct().execute();
			return rows.map(({ state }) => state).sort();
		});
	await damage(source, 300);
	await assert.rejects(crossings.tell(), /^AggregateError: 256 failed, the first: the database is damaged/);
	assert.deepEqual(await states(), ["owned"]);
	await assert.rejects(crossings.tell(), /44 failed/);
	assert.deepEqual(await states(), ["kept", "owned"]);
	await store.run((each) => each.deleteFrom("crossing_tokens_in").where("state", "=", "owned").execute());
	await sealUntil(world.doors, payment.decides);
	await damage(destination, 1);
	for (const name of sideNames) world.doors[name].ecosystem.clock.now += 86_400;
	await assert.rejects(
		destination.ecosystem.operator.crossings.tell(),
		/the database is damaged: a way back/,
	);
	const settled = await store.read((each) =>
		each.selectFrom("crossing_settlements").select("number").execute(),
	);
	assert.equal(settled.length, 1);
});

test("a payer that releases nothing has its tokens back by its own word, and everybody has what it had", async () => {
	const world = await open();
	const payment = await reserved(world, ofTokens);
	assert.deepEqual((await money(world, "source")).tokens[2], 0n);
	assert.deepEqual((await money(world, "source")).gatewayTokens, [holds, 0n, 477n]);
	await sealQuietly(world.doors, payment.decides);
	assert.deepEqual(await standings(world.doors, payment.transfer), ["locked", "reserved"]);
	assert.equal(await payment.payer?.release(), false, "no receipt is given once the seal is made");
	await sealUntil(world.doors, payment.decides + 1);
	assert.deepEqual(await standings(world.doors, payment.transfer), ["returned", "voided"]);
	assert.equal(await payment.payer?.release(), false, "nor after the end");
	assert.equal(await payment.payer?.giveUp(), true);
	assert.equal(await payment.payee?.take(), false);
	await assertUntouched(world);
});

test("a release that comes too late is given back, once, to the payer's own request", async () => {
	const world = await open();
	const payment = await reserved(world, ofTokens);
	let isLate = false;
	payment.meanwhile = async (path, body) => {
		const isRelease = path.startsWith("tokens-in/") && "messages" in body && `${body.messages}` !== "";
		if (!isRelease || isLate) return;
		isLate = true;
		await sealUntil(world.doors, payment.decides);
	};
	assert.equal(await payment.release(), "seal-decided");
	assert.equal(isLate, true);
	assert.deepEqual((await money(world, "source")).gateway, [-477n, 0n]);
	assert.equal(await payment.payer?.takeBack(), true);
	assert.equal(await payment.payer?.takeBack(), true, "asked again, it says the same");
	await world.doors.source.ecosystem.operator.crossings.tell();
	await assertUntouched(world);
});

test("tokens that are released before the payment is locked go back once it can be locked no more", async () => {
	const world = await open();
	const { doors, gateways, holders } = world;
	const payment = new TokenPayment(world, ofTokens);
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.hold(), null);
	// A payer that releases for a receipt that the gateway's module made, and its operator has not given yet.
	const { crossings, store } = doors.source.ecosystem.operator;
	const row = await store.read((each) =>
		each.selectFrom("crossing_tokens_in").selectAll().executeTakeFirstOrThrow(),
	);
	const request = Buffer.from(row.request).toString("hex");
	const command = { kind: "release", request, messages: JSON.parse(row.receipt) as string[] } as const;
	assert.equal((await holders.source.purse.act(payment.transfer, command)).kind, "released");
	assert.equal(await payment.payer?.release(), true);
	assert.deepEqual((await money(world, "source")).gateway, [0n, 0n], "it may still be locked");
	doors.source.ecosystem.clock.now += 301;
	await crossings.tokens.goOn();
	assert.equal(await payment.payer?.takeBack(), true);
	assert.equal(await payment.lock(), "quote-expired");
	assert.equal(gateways.source.balance()[0], holds);
	await assertUntouched(world);
});

test("nothing is locked for tokens that are not held, and nothing is committed before they are released", async () => {
	const world = await open();
	const payment = new TokenPayment(world, ofTokens);
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.lock(), "attempt-pending");
	assert.equal(await payment.hold(), null);
	assert.equal(
		await payment.payer?.release(),
		false,
		"no receipt is given before the other side has reserved",
	);
	assert.equal(await payment.lock(), "locked");
	await bothSeal(world.doors);
	const { payer } = payment;
	payment.payer = undefined;
	assert.equal(await payment.release(), "attempt-pending");
	payment.payer = payer;
	assert.equal(await payment.release(), "committed");
});

test("a stale quorum: nothing is quoted or reserved, and everybody has what it had", async () => {
	const world = await open();
	const { doors } = world;
	const { source, destination } = doors;
	const payment = new TokenPayment(world, ofTokens);
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.hold(), null);
	assert.equal(await payment.lock(), "locked");
	destination.server?.close();
	await sealUntil(doors, 2);
	for (const side of [source, destination]) side.ecosystem.clock.now += 120;
	await destination.serve();
	await source.ecosystem.operator.crossings.tell();
	assert.deepEqual(await standings(doors, payment.transfer), ["locked", "crossing-unknown"]);
	assert.equal(await new TokenPayment(world, ofTokens, 2).quote(), "quorum-stale");
	assert.equal(await payment.release(), "attempt-pending");
	await sealUntil(doors, payment.decides);
	assert.equal(await payment.payer?.giveUp(), true);
	await assertUntouched(world);
});

test("an exposure that is exceeded: refused at the quote and at the reservation, and everybody has what it had", async () => {
	const world = await open({ exposure: 500n });
	const payments = [1, 2].map((n) => new TokenPayment(world, ofTokens, n));
	for (const each of payments) assert.equal(await each.quote(), null);
	for (const each of payments) assert.equal(await each.hold(), null);
	for (const each of payments) assert.equal(await each.lock(), "locked");
	await bothSeal(world.doors);
	const states = await Promise.all(payments.map(({ transfer }) => standings(world.doors, transfer)));
	assert.deepEqual(states.map(([, state]) => state).sort(), ["crossing-unknown", "reserved"]);
	assert.equal(await new TokenPayment(world, ofTokens, 3).quote(), "exposure-exceeded");
	await sealUntil(world.doors, Math.max(...payments.map(({ decides }) => decides)));
	for (const each of payments) assert.equal(await each.payer?.giveUp(), true);
	await assertUntouched(world);
});

test("a request is paid once, its own amount, while it is open", async () => {
	const world = await open();
	const first = new TokenPayment(world, { from: "account", to: "token" });
	assert.equal(await first.quote(299n), "amount-mismatch");
	const second = new TokenPayment(world, { from: "account", to: "token" }, 2);
	second.payee = first.payee;
	assert.equal(await second.quote(), null);
	const third = new TokenPayment(world, { from: "account", to: "token" }, 3);
	third.payee = first.payee;
	assert.equal(await third.quote(), null);
	for (const each of [second, third]) assert.equal(await each.lock(), "locked");
	await bothSeal(world.doors);
	const states = await Promise.all([second, third].map(({ transfer }) => standings(world.doors, transfer)));
	const isSecond = states[0]?.[1] === "reserved";
	const [reserves, waits] = isSecond ? [second, third] : [third, second];
	assert.equal((await refusedOf(world, waits)).crossing.refused, "ceiling-exceeded");
	assert.equal(await reserves.release(), "committed");
	await sealUntil(world.doors, third.decides);
	assert.equal(await first.payee?.take(), true);
	const fourth = new TokenPayment(world, { from: "account", to: "token" }, 4);
	fourth.payee = first.payee;
	assert.equal(await fourth.quote(), "request-reused");
	const fifth = new TokenPayment(world, { from: "account", to: "token" }, 5);
	assert.equal(await fifth.quote(), null);
	world.doors.destination.ecosystem.clock.now += 3_601;
	world.doors.source.ecosystem.clock.now += 3_601;
	await bothSeal(world.doors);
	const sixth = new TokenPayment(world, { from: "account", to: "token" }, 6);
	sixth.payee = fifth.payee;
	assert.equal(await sixth.quote(), "request-expired");
	assert.deepEqual(await money(world, "destination"), { ...paidTo.token, broken: [] });
	assert.deepEqual(await money(world, "source"), { ...paidFrom.account, broken: [] });
});

async function refusedOf(world: TokenDoors, { transfer }: TokenPayment) {
	return (await ask(world.doors.source, transfer)) as {
		readonly crossing: { readonly refused: string | null; readonly state: string };
	};
}

/** Rows of tokens and accounts at a side: what no refusal changes. */
async function rowsAt(world: TokenDoors, side: "source" | "destination"): Promise<readonly number[]> {
	const { store } = world.doors[side].ecosystem.operator;
	return store.read(async (each) => [
		(await each.selectFrom("crossing_tokens_in").select("transfer_id").execute()).length,
		(await each.selectFrom("crossing_tokens_out").select("account_id").execute()).length,
		(await each.selectFrom("ledger_sums").select("account_id").execute()).length,
	]);
}

test("what a gateway is not asked as it should be it refuses by its code, and nothing changes", async () => {
	const world = await open();
	const { doors, holders } = world;
	const { wallet, asset } = holders.source;
	const made = async (options: object): Promise<readonly string[]> =>
		ok(await wallet.request({ asset, amount: 477n, ...options })).messages.map((message) =>
			Buffer.from(message).toString("base64"),
		);
	const said = async (path: string, body: object): Promise<string | null> =>
		((await ask(doors.source, path, body)) as { readonly code: string | null }).code;
	const byTokens = new TokenPayment(world, ofTokens);
	assert.equal(await byTokens.quote(), null);
	const byAccount = new TokenPayment(world, { from: "account", to: "account" }, 2);
	assert.equal(await byAccount.quote(), null);
	const good = await made({});
	const open477 = await made({ memo: "for others" });
	assert.equal(await said("tokens-out", { messages: open477 }), null);
	const before = await rowsAt(world, "source");
	const [{ transfer }, nowhere] = [byTokens, "00".repeat(32)];
	const asked: readonly (readonly [string, string, object])[] = [
		["attempt-unknown", "tokens-in", { transfer: nowhere, back: good }],
		["request-mismatch", "tokens-in", { transfer: byAccount.transfer, back: good }],
		["type-unknown", "tokens-in", { transfer, back: [...good, ...good] }],
		["amount-mismatch", "tokens-in", { transfer, back: await made({ amount: 476n }) }],
		["request-reused", "tokens-in", { transfer, back: open477 }],
		["attempt-unknown", `tokens-in/${transfer}/messages`, { messages: [] }],
		["attempt-unknown", `tokens-out/${nowhere}/messages`, { messages: [] }],
		["type-unknown", "tokens-out", { messages: ["AAAA"] }],
		["request-mismatch", "tokens-out", { messages: await made({ mode: "direct" }) }],
		["amount-invalid", "tokens-out", { messages: await made({ amount: 0n }) }],
	];
	for (const [code, path, body] of asked) assert.equal(await said(path, body), code, path);
	const late = await made({ lifetime: 60 });
	for (const side of sideNames) doors[side].ecosystem.clock.now += 61;
	assert.equal(await said("tokens-out", { messages: late }), "request-expired");
	const others = await holders.destination.wallet.request({ asset: holders.destination.asset, amount: 477n });
	const foreign = ok(others).messages.map((message) => Buffer.from(message).toString("base64"));
	const elsewhere = await ask(doors.destination, "tokens-in", { transfer, back: foreign });
	assert.equal((elsewhere as { readonly code: string }).code, "attempt-unknown", "it is the source of none");
	assert.deepEqual(await rowsAt(world, "source"), before);
});

test("a request of an asset that no gateway has is refused; its holder's list knows the asset", async () => {
	const world = await open();
	const { wallet } = world.holders.destination;
	const asset = { ...world.holders.destination.asset, code: "JPY" };
	const messages = ok(await wallet.request({ asset, amount: 300n })).messages.map((message) =>
		Buffer.from(message).toString("base64"),
	);
	const before = await rowsAt(world, "destination");
	const answer = (await ask(world.doors.destination, "tokens-out", { messages })) as {
		readonly code: string;
	};
	assert.equal(answer.code, "asset-mismatch");
	assert.deepEqual(await rowsAt(world, "destination"), before);
});

test("a payer's own request is paid by giving back alone", async () => {
	const world = await open();
	const { doors } = world;
	const payment = new TokenPayment(world, { from: "token", to: "account" });
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.hold(), null);
	const back = (await ask(doors.source, `tokens-in/${payment.transfer}/messages`, { messages: [] })) as {
		readonly back: string;
	};
	const { store } = doors.source.ecosystem.operator;
	const wish = { payee: Uint8Array.from(Buffer.from(back.back, "hex")), credits: 477n };
	const refused = await store.read((transaction) => refuseTokensOut(transaction, wish, 0));
	assert.equal(refused?.code, "request-reused");
});
