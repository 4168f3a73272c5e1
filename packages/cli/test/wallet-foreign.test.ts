/**
 * Value of another ecosystem as people take it: real operators, a witness, wallets over HTTP. It is taken while the
 * witness watches the log of whoever issued it, and refused by its code once it does not.
 */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Bytes, fromHex } from "@tenten/protocol";
import { inProcessChannel } from "@tenten/wallet";
import { must } from "../src/ecosystem.ts";
import { freePort } from "../src/server/port.ts";
import { now } from "../src/surroundings.ts";
import { passphraseCost, WalletFolder } from "../src/wallet/folder.ts";
import { addForeign, gateOf } from "../src/wallet/foreign.ts";
import { withReasons } from "../src/wallet/paying.ts";
import { ended } from "./support/processes.ts";
import { openShell, type Ran, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const [payer, payee] = [at("payer"), at("payee")];

async function initOperator(name: string): Promise<{ readonly id: string; readonly port: number }> {
	const port = await freePort();
	const flags = ["--name", name, "--asset", "JPY:0", "--port", `${port}`];
	const { id } = await shell.well("operator", "init", "--data", at(name), ...flags);
	return { id, port };
}

type Served = { readonly id: string; readonly url: string };
const person = { role: "holder", class: "person", merchantCategory: null, region: null } as const;

async function served(name: string, ...more: readonly string[]) {
	const child = shell.start("operator", "serve", "--data", at(name), ...more);
	return { child, url: await says(child, / listens at (http:\S+) /) };
}

test("value of another ecosystem is taken while its log is watched, refused once it is not, and proved once it is old", async () => {
	const [home, abroad] = [await initOperator("home"), await initOperator("abroad")];
	const { vkey } = await shell.well("log", "init", at("log"), "--origin", `127.0.0.1:${abroad.port}/log`);
	const { key } = await shell.well("witness", "init", at("witness"), "--name", "w.example");
	writeFileSync(at("logs.policy"), `log ${vkey}\nquorum none\n`);
	const witness = shell.start("witness", "serve", at("witness"), "--logs", at("logs.policy"));
	const watching = await says(witness, / at (http:\S+)\n/);
	const log = `log ${vkey} http://127.0.0.1:${abroad.port}/log\n`;
	writeFileSync(at("policy"), `${log}witness w ${key} ${watching}\nquorum w\n`);
	const alone = await served("home");
	const logFlags = [
		"--log",
		at("log"),
		"--epoch",
		"0.2",
		"--witnesses",
		at("policy"),
		"--witness-every",
		"0.5",
	];
	const there = await served("abroad", "--peer", alone.url, ...logFlags);
	alone.child.kill("SIGTERM");
	await ended(alone.child);
	const here = await served("home", "--peer", there.url);

	for (const wallet of [payer, payee]) await shell.well("wallet", "init", "--wallet", wallet);
	const { account } = await shell.well("wallet", "join", there.url, "--wallet", payer);
	await shell.well("operator", "deposit", account, "100", "--data", at("abroad"));
	await shell.well("wallet", "topup", "60", "--wallet", payer);
	await shell.well("wallet", "join", here.url, "--wallet", payee);
	const foreign = ["wallet", "foreign", there.url, "--wallet", payee, "--policy", at("policy")];
	assert.equal((await shell.tenten(...foreign, "--pin", home.id)).status, 2);
	const named = await shell.well(...foreign, "--old", "600", "--pin", abroad.id);
	assert.deepEqual([named.operator, named.oldMost_s], [abroad.id, 600]);

	const paid = async (): Promise<Ran> => {
		const receiving = shell.start("wallet", "receive", "--asset", "JPY@abroad", "--keep", "--wallet", payee);
		const door = await says(receiving, /Listening at (http:\S+)\n/);
		const ran = await shell.tenten("wallet", "pay", door, "--amount", "10", "--wallet", payer);
		const over = ended(receiving);
		receiving.kill("SIGTERM");
		await over;
		return ran;
	};
	const taken = await paid();
	assert.equal(taken.status, 0, taken.stderr);

	await assertProved({ ...abroad, ...there }, { ...home, ...here });

	const killed = ended(witness);
	witness.kill("SIGKILL");
	await killed;
	await shell.well(...foreign, "--old", "1");
	await new Promise((resolve) => setTimeout(resolve, 2_000));
	const refused = await paid();
	assert.notEqual(refused.status, 0);
	assert.match(refused.stderr, /quorum-stale/);
	assert.equal(refused.json.fundsState, "inFlight");
});

/** Two hours later: what is paid then is old, and its operator's own proof is asked for; elsewhere there is none. */
async function assertProved(there: Served, here: Served): Promise<void> {
	const { id: operator, url } = there;
	const policy = readFileSync(at("policy"), "utf8");
	const unlock = { kind: "passphrase", passphrase: "correct horse", cost: passphraseCost } as const;
	const from = must(await WalletFolder.open(payer, { unlock }));
	const code = async (name: string, doorUrl: string): Promise<string | null> => {
		const path = at(name);
		mkdirSync(path);
		addForeign(path, { id: operator, name: "abroad", url: doorUrl, policy, oldMost_s: 86_400 });
		const foreign = gateOf(path, { joined: [here.id], now: () => now() + 7_200 });
		assert.ok(foreign);
		const shop = must(await WalletFolder.open(path, { unlock, foreign }));
		must(await shop.join(here.url, person));
		const asset = { operator: fromHex(operator) as Bytes, code: "JPY" };
		const request = must(await shop.wallet.request({ asset, amount: 5n, memo: "tea" }));
		const { channel, last } = withReasons(inProcessChannel(shop.wallet.handle));
		const paid = must(await from.wallet.pay({ request: request.encoded }, channel));
		const said = last()?.code ?? paid.fundsState;
		if (paid.fundsState === "inFlight") await from.wallet.cancel(paid.attempt, channel);
		await shop.close();
		return paid.fundsState === "spent" ? null : said;
	};
	assert.equal(await code("shop", url), null);
	assert.equal(await code("doorless", here.url), "issue-unlogged");
	await from.close();
}
