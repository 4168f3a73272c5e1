/** What is credited to a request for tokens is owed: no lock that ended keeps it, and nothing but the hand-over moves it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Bytes, fromHex, serializeMessage } from "@tenten/protocol";
import { memoryStore } from "@tenten/wallet";
import {
	ask,
	payee as other,
	payer,
	quoted,
	step,
	wish,
} from "../packages/operator/test/support/crossing-doors.ts";
import {
	bothSeal,
	Device,
	holds,
	money,
	openTokenDoors,
	sealUntil,
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

/** 300 are credited to the payee's request, and nothing is handed over. */
async function credited() {
	const world = await open();
	const payment = new TokenPayment(world, { from: "account", to: "token" });
	assert.equal(await payment.quote(), null);
	assert.equal(await payment.lock(), "locked");
	await bothSeal(world.doors);
	assert.equal(await payment.release(), "committed");
	await sealUntil(world.doors, payment.decides);
	const account = fromHex(payment.payee?.account ?? "") as Bytes;
	const { crossings, ledger } = world.doors.destination.ecosystem.operator;
	return { world, payment, account, ledger, tokens: crossings.tokens };
}

const handedOver = {
	tokens: [holds + 300n, 0n, 0n],
	account: [0n, 0n],
	gatewayTokens: [holds - 300n, 0n, 0n],
	gateway: [300n, 0n],
	broken: [],
};

/** The gateway's module gives up what waited too long. */
async function givesUp({ doors, gateways }: TokenDoors): Promise<void> {
	doors.destination.ecosystem.clock.now += 700;
	assert.equal((await gateways.destination.wallet.tick()).length, 1);
}

test("what is credited is handed over, once, though the gateway's module had cancelled its lock", async () => {
	const { world, payment, account, tokens } = await credited();
	const body = { request: account, links: [account], lock: null, amount: 300n, reply: null };
	const signature = new Uint8Array(64);
	const forged = serializeMessage({ kind: "reserved", attempt: account, body, reply: null, signature });
	await tokens.hand(account, [Buffer.from(forged).toString("base64")]);
	assert.equal(world.gateways.destination.balance()[1] > 0n, true, "a receipt that is none cancels nothing");
	await givesUp(world);
	assert.equal(await payment.payee?.take(), true);
	assert.deepEqual(await money(world, "destination"), handedOver);
	assert.equal(await payment.payee?.take(), true, "asked again, it says the same");
	await tokens.goOn();
	assert.deepEqual(await money(world, "destination"), handedOver);
});

test("a payee that holds a lock which was cancelled takes the next one", async () => {
	const { world, payment, account, tokens } = await credited();
	const { messages } = await tokens.hand(account, []).then(ok);
	const request = payment.payee?.account ?? "";
	const held = await world.holders.destination.purse.act("order 1", { kind: "reserve", request, messages });
	assert.equal(held.kind, "holding");
	await givesUp(world);
	assert.equal(await payment.payee?.take(), false, "it learns that the first is cancelled");
	assert.equal(await payment.payee?.take(), true);
	assert.deepEqual(await money(world, "destination"), handedOver);
});

test("value that left a request's account is not handed over as well", async () => {
	const { world, payment, account, ledger } = await credited();
	const move = { kind: "move", reference: null, debit: account, credit: other, amount: 300n } as const;
	const [done] = await ledger.post([[{ ...move, id: new Uint8Array(32).fill(77) }]]);
	assert.equal(done?.kind, "done");
	assert.equal(await payment.payee?.take(), false);
	const untouched = {
		tokens: [holds, 0n, 0n],
		gatewayTokens: [holds, 0n, 0n],
		gateway: [0n, 0n],
		broken: [],
	};
	assert.deepEqual(await money(world, "destination"), { ...untouched, account: [300n, 0n] });
});

test("a request's account pays no payment across", async () => {
	const { doors, holders, key } = await open();
	const { wallet, asset } = holders.source;
	const asks = ok(await wallet.request({ asset, amount: 1_000n, mode: "twoPhase" })).messages;
	const { crossings, ledger } = doors.source.ecosystem.operator;
	const { account } = await crossings.tokens
		.open(asks.map((each) => Buffer.from(each).toString("base64")))
		.then(ok);
	const move = { kind: "move", reference: null, debit: payer, credit: account, amount: 1_000n } as const;
	const [done] = await ledger.post([[{ ...move, id: new Uint8Array(32).fill(78) }]]);
	assert.equal(done?.kind, "done");
	const { transfer } = await quoted(doors, wish(doors, 1, { payer: account }), key);
	assert.equal(await step(doors, "locks", transfer ?? "", undefined, key), "request-mismatch");
});

test("a payer locks nothing where another has named its own request as the way back", async () => {
	const world = await open();
	const { doors, holders, key } = world;
	const payment = new TokenPayment(world, { from: "token", to: "token" });
	assert.equal(await payment.quote(), null);
	const { wallet, asset } = holders.source;
	const made = ok(await wallet.request({ asset, amount: payment.pays, mode: "twoPhase" }));
	const back = made.messages.map((each) => Buffer.from(each).toString("base64"));
	await ask(doors.source, "tokens-in", { transfer: payment.transfer, back }, key);
	assert.equal(await payment.hold(), "request-mismatch");
	assert.deepEqual(holders.source.balance(), [holds, 0n, 0n]);
});

test("what was handed over is not handed over again by a gateway whose module has forgotten it", async () => {
	const { world, payment, tokens, account } = await credited();
	assert.equal(await payment.payee?.take(), true);
	const { doors, gateways } = world;
	const { asset } = gateways.destination;
	const other = new Device(() => doors.destination, asset, memoryStore());
	await other.open();
	await other.fill(holds);
	gateways.destination.wallet = other.wallet;
	assert.equal((await tokens.hand(account, []).then(ok)).state, "paid");
	assert.deepEqual(other.balance(), [holds, 0n, 0n]);
});

test("no tokens of the gateway are locked for a payee that has not come", async () => {
	const { world, payment } = await credited();
	await world.doors.destination.ecosystem.operator.crossings.tell();
	assert.deepEqual(world.gateways.destination.balance(), [holds, 0n, 0n]);
	assert.equal(await payment.payee?.take(), true);
	assert.deepEqual(await money(world, "destination"), handedOver);
});
