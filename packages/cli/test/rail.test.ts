/** `tenten rail`: the four systems and both apps as processes over HTTP; one of them is killed and goes on from its store. */
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { freePort } from "../src/server/port.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());

const deadline_ms = 120_000;

/** Asks again until it is so. */
async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
	const end = Date.now() + deadline_ms;
	for (;;) {
		const found = await ask().catch(() => undefined);
		if (found !== undefined) return found;
		if (Date.now() > end) throw new Error("it never came to be so");
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

test("six processes pay with a credit reservation, also where a ledger is killed on the way", async () => {
	const names = ["P", "Q", "A", "B", "C", "D"];
	const ports: Record<string, number> = {};
	for (const name of names) ports[name] = await freePort();
	const address = (name: string): string => `http://127.0.0.1:${ports[name]}`;
	const { publicKey } = await shell.well("rail", "key", join(shell.folder, "a.key"));
	const settings = join(shell.folder, "rail.json");
	const entry = (system: string, ledger: string, app: string): object => ({ system, ledger, app });
	writeFileSync(
		settings,
		JSON.stringify({
			asset: "JPY",
			addresses: Object.fromEntries(names.map((name) => [name, address(name)])),
			payers: { ann: { ...entry("A", "C", "P"), mayPay: true, begins: "1000" } },
			payees: { shop: { ...entry("B", "D", "Q"), mayReceive: true, most: null } },
			hub: null,
			keys: { A: publicKey },
			rulingKey: null,
			times: {
				timeout_ms: 80_000,
				showing_ms: 100,
				answer_ms: 1_000,
				patience_ms: 40_000,
				permit_ms: 40_000,
			},
		}),
	);
	const start = (name: string): ChildProcess =>
		shell.start(
			"rail",
			"serve",
			name,
			...["--settings", settings, "--port", `${ports[name]}`],
			...["--store", join(shell.folder, `${name}.db`), "--key", join(shell.folder, "a.key")],
		);
	const children = new Map(names.map((name) => [name, start(name)]));
	const kept = async (name: string, payment: string): Promise<{ kind: string } | undefined> => {
		const answer = await fetch(`${address(name)}/v1/payments/${payment}`);
		return answer.ok ? ((await answer.json()) as { kind: string }) : undefined;
	};
	for (const name of names)
		await until(async () => ((await fetch(`${address(name)}/readyz`)).status === 200 ? true : undefined));
	const post = (name: string, body: object | string): Promise<Response> =>
		fetch(`${address(name)}/v1/messages`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: typeof body === "string" ? body : JSON.stringify(body),
		});
	const tap = (payment: string): object => ({
		id: `user.${payment}`,
		from: "user",
		to: "P",
		step: 0,
		payment,
		body: { kind: "pay", payer: "ann", payee: "shop", amount: "300", credit: "reserved" },
	});
	assert.equal((await post("P", tap("one"))).status, 204);
	await until(async () => ((await kept("Q", "one"))?.kind === "received" ? true : undefined));
	assert.equal((await kept("D", "one"))?.kind, "used");

	const held = await (await fetch(`${address("D")}/v1/accounts`)).json();
	const none = { debitsPending: "0", creditsPending: "0" };
	const account = (name: string, balance: string): object => ({ name, balance, ...none });
	assert.deepEqual(held, {
		accounts: [account("shop", "300"), account("transit C", "-300"), account("outside", "0")],
		sum: "0",
	});
	assert.deepEqual(await (await fetch(`${address("A")}/v1/accounts`)).json(), { accounts: [], sum: "0" });

	const ledger = children.get("D");
	assert.ok(ledger !== undefined);
	ledger.kill("SIGKILL");
	await once(ledger, "exit");
	assert.equal((await post("P", tap("two"))).status, 204);
	await until(async () => ((await kept("B", "two"))?.kind === "asking" ? true : undefined));
	children.set("D", start("D"));
	await until(async () => ((await kept("Q", "two"))?.kind === "received" ? true : undefined));
	assert.equal((await kept("D", "one"))?.kind, "used", "what it had is there");

	const codeOf = async (answer: Response): Promise<unknown> =>
		((await answer.json()) as { code: string }).code;
	assert.equal(await codeOf(await post("P", { ...tap("one"), step: 1 })), "content-differs");
	assert.equal(await codeOf(await post("C", { ...tap("x"), to: "C" })), "kind-unexpected");
	assert.equal(await codeOf(await post("P", { ...tap("x"), from: "A" })), "sender-refused");
	assert.equal(await codeOf(await post("P", "{")), "malformed");
	assert.equal(await codeOf(await post("P", " ".repeat(140_000))), "too-large");
	assert.equal(await codeOf(await fetch(`${address("D")}/v1/payments/none`)), "payment-unknown");
	for (const child of children.values()) {
		const ended = once(child, "exit");
		child.kill("SIGTERM");
		assert.deepEqual(await ended, [0, null]);
	}
	assert.ok(readFileSync(join(shell.folder, "a.key"), "utf8").length > 64);
});
