/** Two wallets in terminals pay each other through a relay: at once, and while one of them is away. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { listenAsRelay } from "@tenten/wallet";
import { ended } from "./support/processes.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
const { well, tenten, start, folder } = shell;
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
	shell.close();
	await relay.stop();
});

const available = async (...where: readonly string[]): Promise<number> =>
	(await well("wallet", "balance", ...where)).balances[0].available;

const receive = (...more: readonly string[]) =>
	start("wallet", "receive", "--relay", relay.url, ...more, ...other);

test("the link says where its payee is met, and both are done at once", async () => {
	const payee = receive("--amount", "12.34", "--memo", "flowers");
	const link = await says(payee, /(tenten:[\w-]+)/);
	const unagreed = await tenten("wallet", "pay", link);
	assert.equal(unagreed.status, 2);
	assert.match(unagreed.stderr, /12\.34 EUR \(Bank\) to "flowers", a person certified by Bank/);
	const paid = await well("wallet", "pay", link, "--yes");
	assert.deepEqual([paid.amount, paid.fundsState], [1_234, "spent"]);
	assert.equal(await ended(payee), null);
	assert.deepEqual([await available(), await available(...other)], [3_766, 1_234]);
	assert.deepEqual((await well("wallet", "recover")).open, [], "the payee's last word came, too");
});

test("a payee that was killed finds what waits for it, and the payer's answer waits in turn", async () => {
	const payee = receive("--amount", "1");
	const link = await says(payee, /(tenten:[\w-]+)/);
	payee.kill("SIGKILL");
	await ended(payee);
	const waiting = await tenten("wallet", "pay", link, "--yes");
	assert.deepEqual([waiting.status, waiting.json.fundsState], [1, "inFlight"]);

	// The room of the request before is answered in, too.
	const again = receive("--amount", "2");
	await says(again, /(tenten:[\w-]+)/);
	const recovered = await well("wallet", "recover");
	assert.deepEqual(recovered.open, []);
	assert.equal(await ended(again), null);
	assert.deepEqual([await available(), await available(...other)], [3_666, 1_334]);
});

test("what is no relay is bad input, and so is a port beside it; nothing is asked for", async () => {
	for (const address of ["relay.example", "https://relay.example", "ws://relay.example", "wss://10.0.0.1"])
		assert.equal((await tenten("wallet", "receive", "--relay", address, ...other)).status, 2, address);
	assert.equal((await tenten("wallet", "receive", "--relay", relay.url, "--port", "9000")).status, 2);
});
