/** Two wallets in terminals pay each other by meter, over HTTP and through a relay. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listenAsRelay } from "@tenten/wallet";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
const { well, tenten, start, folder } = shell;
/** the same wallets, where two commands are to run at once */
const terminals = openShell({ TENTEN_WALLET: join(folder, "wallet") });
const other = ["--wallet", join(folder, "other")] as const;
let relay: Awaited<ReturnType<typeof listenAsRelay>>;

before(async () => {
	relay = await listenAsRelay();
	const bank = join(folder, "bank");
	await well("issuer", "init", "--data", bank, "--name", "Bank", "--asset", "EUR:2", "--port", "0");
	const operator = await says(start("issuer", "serve", "--data", bank), /listens at (\S+)/);
	await well("wallet", "init");
	await well("wallet", "init", ...other);
	const { account } = await well("wallet", "join", operator);
	await well("wallet", "join", operator, ...other);
	await well("issuer", "deposit", account, "5000", "--data", bank);
	await well("wallet", "topup", "50");
});
after(async () => {
	terminals.close();
	shell.close();
	await relay.stop();
});

const available = async (...where: readonly string[]): Promise<number> =>
	(await well("wallet", "balance", ...where)).balances[0].available;

const serve = (...more: readonly string[]) =>
	start("wallet", "meter", "serve", "--price", "0.05", "--per", "2", "--ticks", "40", ...more, ...other);

const quickly = ["--every", "0", "--yes"] as const;

test("at an address: opened, ticked and closed, and both have their part", async () => {
	const payee = serve("--purpose", "charging");
	const address = await says(payee, /Listening at (\S+)\./);
	const request = await says(payee, /(tenten:[\w-]+)/);
	const unagreed = await tenten("wallet", "meter", "pay", request, "--to", address);
	assert.equal(unagreed.status, 2);
	assert.match(unagreed.stderr, /0\.05 EUR \(Bank\) for 2 tick\(s\), at most 1\.00 EUR \(Bank\)/);
	const paid = await well("wallet", "meter", "pay", request, "--to", address, "--ticks", "7", ...quickly);
	assert.deepEqual([paid.state, paid.ticks, paid.due, paid.fundsState], ["closed", 7, 17, "spent"]);
	assert.equal(await ended(payee), null);
	assert.deepEqual([await available(), await available(...other)], [4_983, 17]);
	const { entries } = await well("wallet", "history");
	assert.equal(entries.filter(({ kind }: { kind: string }) => kind === "paid").length, 1);
});

test("in a room at a relay that the request names", async () => {
	const payee = serve("--relay", relay.url);
	const request = await says(payee, /(tenten:[\w-]+)/);
	const paid = await well("wallet", "meter", "pay", request, "--ticks", "4", ...quickly);
	assert.deepEqual([paid.state, paid.ticks, paid.due], ["closed", 4, 10]);
	assert.equal(await ended(payee), null);
	const { meters } = await well("wallet", "meter", "list", ...other);
	assert.deepEqual(
		meters.map(({ side, state }: { side: string; state: string }) => `${side} ${state}`),
		["payee closed", "payee closed"],
	);
	assert.deepEqual([await available(), await available(...other)], [4_973, 27]);
});

test("closed from both terminals at once, after both had ended; until then the balance says where it is", async () => {
	const payee = serve("--relay", relay.url);
	const request = await says(payee, /(tenten:[\w-]+)/);
	const payer = start("wallet", "meter", "pay", request, "--every", "60000", "--yes");
	await says(payee, /(of 40 ticks, open)/);
	const gone = [payer, payee].map(ended);
	for (const each of [payer, payee]) each.kill("SIGKILL");
	await Promise.all(gone);
	const { balances } = await well("wallet", "balance");
	assert.deepEqual([balances[0].available, balances[0].metered], [4_873, 100]);
	const { meters } = await well("wallet", "meter", "list");
	const { meter } = meters.find(({ state }: { state: string }) => state === "open");
	const close = (...where: readonly string[]) => terminals.well("wallet", "meter", "close", meter, ...where);
	const both = await Promise.all([close(), close(...other)]);
	assert.deepEqual(
		both.map(({ side, state }) => `${side} ${state}`),
		["payer closed", "payee closed"],
	);
	// Its first tick was on its way or not, when both were ended: they agree on that, too.
	const [{ due }] = both;
	assert.ok(due === 0 || due === 2, `${due}`);
	assert.equal(both[1].due, due);
	assert.deepEqual([await available(), await available(...other)], [4_973 - due, 27 + due]);
});
