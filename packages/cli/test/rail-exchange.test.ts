/**
 * `tenten rail serve` with parties of exchanges: a phone and a gateway, each with a wallet, and the four systems, all as
 * processes. One withdraws and deposits; either side is killed in the middle, and both legs happen all the same, once.
 */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../src/server/port.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const { well, tenten, start } = shell;
const file = (name: string): string => join(shell.folder, name);

const deadline_ms = 120_000;
const systems = ["A", "B", "C", "D"] as const;
const exchanging = ["phone", "gateway"] as const;
type Name = (typeof systems)[number] | (typeof exchanging)[number];

/** Asks again until it is so. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
	const end = Date.now() + deadline_ms;
	while (!(await isSo().catch(() => false))) {
		if (Date.now() > end) throw new Error("it never came to be so");
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

async function openTown() {
	await well("issuer", "init", "--data", file("bank"), "--name", "Bank", "--asset", "JPY:0", "--port", "0");
	const operator = await says(start("issuer", "serve", "--data", file("bank")), /listens at (\S+)/);
	for (const name of exchanging) {
		await well("wallet", "init", "--wallet", file(name));
		const { account } = await well("wallet", "join", operator, "--wallet", file(name));
		if (name === "gateway") await well("issuer", "deposit", account, "2000", "--data", file("bank"));
	}
	await well("wallet", "topup", "2000", "--wallet", file("gateway"));
	const { publicKey } = await well("rail", "key", file("a.key"));
	const ports: Record<string, number> = {};
	for (const name of [...systems, ...exchanging]) ports[name] = await freePort();
	const address = (name: Name): string => `http://127.0.0.1:${ports[name]}`;
	const giving = (app: Name) => ({ system: "A", ledger: "C", app, mayPay: true, begins: "1000" });
	const getting = (app: Name) => ({ system: "B", ledger: "D", app, mayReceive: true, most: null });
	const settings = {
		asset: "JPY",
		addresses: Object.fromEntries([...systems, ...exchanging].map((name) => [name, address(name)])),
		payers: { ann: giving("phone"), gateway: giving("gateway") },
		payees: { ann_in: getting("phone"), gateway_in: getting("gateway") },
		exchanges: {
			phone: { isGateway: false, patience_ms: 80_000 },
			gateway: { isGateway: true, patience_ms: 80_000 },
		},
		hub: null,
		keys: { A: publicKey },
		rulingKey: null,
		times: { timeout_ms: 85_000, showing_ms: 100, answer_ms: 1_000, patience_ms: 80_000, permit_ms: 80_000 },
	};
	writeFileSync(file("rail.json"), JSON.stringify(settings));
	const run = (name: Name): ChildProcess => {
		const own = (exchanging as readonly string[]).includes(name) ? ["--wallet", file(name)] : [];
		const where = [
			"--settings",
			file("rail.json"),
			"--store",
			file(`${name}.db`),
			"--port",
			`${ports[name]}`,
		];
		return start("rail", "serve", name, ...where, "--key", file("a.key"), ...own);
	};
	return { address, run };
}

test("phone and gateway withdraw and deposit; each is killed on the way, and tokens and money move once", async () => {
	const { address, run } = await openTown();
	const serving = ["rail", "serve", "gateway", "--settings", file("rail.json"), "--store", file("none.db")];
	assert.match((await tenten(...serving)).stderr, /exchanges and has no --wallet/);
	assert.match((await tenten(...serving, "--wallet", file("nobody's"))).stderr, /no wallet here/);
	const children = new Map<Name, ChildProcess>();
	const up = async (...names: readonly Name[]): Promise<void> => {
		for (const name of names) children.set(name, run(name));
		for (const name of names) await until(async () => (await fetch(`${address(name)}/readyz`)).ok);
	};
	const kill = async (name: Name): Promise<void> => {
		const child = children.get(name);
		assert.ok(child !== undefined);
		const ended = once(child, "exit");
		child.kill("SIGKILL");
		await ended;
	};
	const kept = async (name: Name, payment: string): Promise<Readonly<Record<string, unknown>>> =>
		(await fetch(`${address(name)}/v1/payments/${payment}`)).json() as Promise<Record<string, unknown>>;
	const exchange = async (payment: string, payer: string, payee: string, amount: string): Promise<void> => {
		const body = { kind: "exchange", payer, payee, amount };
		const answer = await fetch(`${address("phone")}/v1/messages`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: JSON.stringify({ id: `user.${payment}`, from: "user", to: "phone", step: 0, payment, body }),
		});
		assert.equal(answer.status, 204);
	};
	const hasTokens = (name: Name, payment: string) => async (): Promise<boolean> =>
		(await kept(name, payment))["tokens"] === "owned";
	const isPaid = (name: Name, payment: string) => async (): Promise<boolean> =>
		(await kept(name, payment))["isPaid"] === true;

	await up(...systems, ...exchanging);
	await exchange("one", "ann", "gateway_in", "300");
	await until(hasTokens("phone", "one"));
	await until(isPaid("gateway", "one"));

	// The gateway has locked its tokens, and is killed before D holds the money.
	await kill("D");
	await exchange("two", "ann", "gateway_in", "200");
	await until(async () => (await kept("B", "two"))["kind"] === "asking");
	await kill("gateway");
	await up("D");
	await until(async () => (await kept("D", "two"))["kind"] === "reserved");
	await up("gateway");
	await until(hasTokens("phone", "two"));
	await until(isPaid("gateway", "two"));

	// Back: here the phone gives tokens, and both are killed.
	await kill("D");
	await exchange("three", "gateway", "ann_in", "100");
	await until(async () => (await kept("B", "three"))["kind"] === "asking");
	await kill("phone");
	await kill("gateway");
	await up("D", "phone", "gateway");
	await until(hasTokens("gateway", "three"));
	await until(isPaid("phone", "three"));

	const held = async (ledger: Name): Promise<Readonly<Record<string, string>>> => {
		const { accounts, sum } = (await (await fetch(`${address(ledger)}/v1/accounts`)).json()) as {
			readonly accounts: readonly { readonly name: string; readonly balance: string }[];
			readonly sum: string;
		};
		assert.equal(sum, "0");
		return Object.fromEntries(accounts.map(({ name, balance }) => [name, balance]));
	};
	const [c, d] = [await held("C"), await held("D")];
	assert.deepEqual([c["ann"], c["gateway"], d["ann_in"], d["gateway_in"]], ["500", "900", "100", "500"]);
	for (const child of children.values()) {
		const ended = once(child, "exit");
		child.kill("SIGTERM");
		assert.deepEqual(await ended, [0, null]);
	}
	for (const [name, tokens] of [
		["phone", 400],
		["gateway", 1_600],
	] as const) {
		const [balance] = (await well("wallet", "balance", "--wallet", file(name))).balances;
		assert.deepEqual([name, balance.available, balance.locked, balance.reserved], [name, tokens, 0, 0]);
	}
});
