/**
 * `tenten rail key` and `tenten rail rule`: a key is sealed, and what a payer's system left reserved when it went for
 * good ends once, at both ledgers, by the ruling key alone.
 */
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { verify } from "@tenten/module";
import { readRailSettings, startRail } from "@tenten/operator";
import { freePort } from "../src/server/port.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);

async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
	for (let tries = 0; tries < 1_200; tries++) {
		const found = await ask();
		if (found !== undefined) return found;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	throw new Error("it never came to be so");
}

/** Both ledgers, and nobody else: A is gone, and B is out. */
async function openLedgers(rulingKey: string) {
	const addresses = {
		C: `http://127.0.0.1:${await freePort()}`,
		D: `http://127.0.0.1:${await freePort()}`,
	};
	const text = JSON.stringify({
		asset: "JPY",
		addresses,
		payers: { ann: { system: "A", ledger: "C", app: "P", mayPay: true, begins: "1000" } },
		payees: { shop: { system: "B", ledger: "D", app: "Q", mayReceive: true, most: null } },
		hub: null,
		keys: {},
		rulingKey,
		times: { timeout_ms: 9e6, showing_ms: 9e6, answer_ms: 9e6, patience_ms: 9e6, permit_ms: 9e6 },
	});
	writeFileSync(at("rail.json"), text);
	const settings = readRailSettings(text);
	assert.ok(typeof settings !== "string", `${settings}`);
	const log = (): void => undefined;
	const own = { settings, database: ":memory:", signer: null, verify, hostname: "127.0.0.1", log };
	const servers = await Promise.all(
		Object.entries(addresses).map(([name, url]) =>
			startRail({ ...own, name, port: Number(new URL(url).port) }),
		),
	);
	return { addresses, close: () => Promise.all(servers.map((server) => server?.close())) };
}

type Addresses = { readonly C: string; readonly D: string };

async function kept(url: string, payment: string): Promise<{ kind: string; permit: string } | undefined> {
	const answer = await fetch(`${url}/v1/payments/${payment}`);
	return answer.ok ? ((await answer.json()) as { kind: string; permit: string }) : undefined;
}

async function say(url: string, message: object): Promise<void> {
	const headers = { "content-type": "application/json" };
	const answer = await fetch(`${url}/v1/messages`, {
		method: "POST",
		headers,
		body: JSON.stringify(message),
	});
	assert.equal(answer.status, 204, await answer.text());
}

/** As far as C has debited and D holds what is credited: then A is heard of no more. */
async function reserve({ C, D }: Addresses, payment: string): Promise<void> {
	const terms = { amount: "300", credit: "reserved" };
	const ask = { kind: "askPermit", payee: "shop", ...terms, ledger: "C", system: "A" };
	await say(D, { id: `B.${payment}`, from: "B", to: "D", step: 5, payment, body: ask });
	const permit = (await kept(D, payment))?.permit;
	const debit = { kind: "debit", payer: "ann", ...terms, permit, ledger: "D" };
	await say(C, { id: `A.${payment}`, from: "A", to: "C", step: 8, payment, body: debit });
	await until(async () => ((await kept(D, payment))?.kind === "reserved" ? true : undefined));
	await until(async () => ((await kept(C, payment))?.kind === "inTransit" ? true : undefined));
}

function rule(payment: string, word: string, key = "ruling.key", ...more: readonly string[]) {
	const where = ["--settings", at("rail.json"), "--ledger", "D", "--key", at(key)];
	return shell.tenten("rail", "rule", payment, word, ...where, ...more);
}

test("a key is sealed: its file has no key in it, opens by its passphrase, and is never made over another", async () => {
	const { publicKey } = await shell.well("rail", "key", at("ruling.key"));
	assert.match(publicKey, /^[0-9a-f]{64}$/);
	assert.equal(statSync(at("ruling.key")).mode & 0o777, 0o600);
	assert.doesNotMatch(readFileSync(at("ruling.key"), "latin1"), /[0-9a-f]{64}\s*$/);
	const again = await shell.tenten("rail", "key", at("ruling.key"));
	assert.match(again.stderr, /is there already/);
	const ledgers = await openLedgers(publicKey);
	try {
		await reserve(ledgers.addresses, "sealed");
		writeFileSync(at("wrong"), "another passphrase\n");
		const wrong = await rule("sealed", "abandoned", "ruling.key", "--yes", "--passphrase-file", at("wrong"));
		assert.equal(wrong.status, 2);
		assert.match(wrong.stderr, /ruling\.key/);
		writeFileSync(at("none.key"), "no key");
		assert.match((await rule("sealed", "abandoned", "none.key", "--yes")).stderr, /holds no key/);
		writeFileSync(at("plain.key"), `${"07".repeat(32)}\n`);
		const plain = await rule("sealed", "abandoned", "plain.key", "--yes");
		assert.match(plain.stderr, /is not sealed/, "one of before opens, and its owner is told");
		assert.match(plain.stderr, /not the ruling key/);
		assert.equal((await kept(ledgers.addresses.D, "sealed"))?.kind, "reserved", "nothing was ruled");
	} finally {
		await ledgers.close();
	}
});

test("a ruling ends what A left, at both ledgers, once, and only what is there to end", async () => {
	const { publicKey } = await shell.well("rail", "key", at("second.key"));
	const { addresses, close } = await openLedgers(publicKey);
	const own = (payment: string, word: string, ...more: readonly string[]) =>
		rule(payment, word, "second.key", ...more);
	try {
		await reserve(addresses, "back");
		await reserve(addresses, "stands");
		const unasked = await own("back", "abandoned");
		assert.match(unasked.stderr, /300 for shop, from C, reserved; the word is A's/);
		assert.match(unasked.stderr, /nobody agreed/);
		assert.equal((await kept(addresses.D, "back"))?.kind, "reserved");
		assert.deepEqual((await own("back", "abandoned", "--yes")).json, {
			ok: true,
			payment: "back",
			word: "abandoned",
			ended: "voided",
		});
		await until(async () => ((await kept(addresses.C, "back"))?.kind === "recredited" ? true : undefined));
		assert.equal((await own("stands", "notified", "--yes")).json.ended, "used");
		await until(async () => ((await kept(addresses.C, "stands"))?.kind === "debited" ? true : undefined));
		assert.match((await own("stands", "abandoned", "--yes")).stderr, /nothing to rule on: D says used/);
		assert.match((await own("none", "abandoned", "--yes")).stderr, /knows no payment none/);
		assert.match((await own("back", "perhaps", "--yes")).stderr, /notified or abandoned/);
	} finally {
		await close();
	}
});
