/** `tenten settle`: from a device's record to what the bank says of it, each step by the command, over the operator's folder. */
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { type Operator, openStore, Parties } from "@tenten/operator";
import { keyId, readPartyStatement, signDeviceRecord, toHex } from "@tenten/protocol";
import { answered } from "../../operator/test/settle/support/debit-results.ts";
import { beginSealed, sealNow } from "../../operator/test/support/sealed.ts";
import { id, must, signerOf } from "../../protocol/test/crossing/support/sides.ts";
import { usualDeviceChoice, usualWebhooks, writeIssuerSettings } from "../src/server/issuer-settings.ts";
import { openShell } from "./support/tenten.ts";

const shell = openShell({}, "together");
const { well, folder } = shell;
const at = (name: string): string => join(folder, name);
const [root, car] = [signerOf(0x51), signerOf(0x31)];
const answering = signerOf(0xd1).key;
const [driver, charger, asset] = [keyId(answering), id(0xc1), id(0xa0)];
const operator = keyId(root.key);
const flags = ["--settings", at("settle.json"), "--data", at("bank")];
const november = ["--from", "2025-11-01", "--until", "2026-12-01"];
const paidAt = Date.parse("2025-11-20T12:00:00Z") / 1000;
const account = { bank: "0005", branch: "001", kind: "ordinary", number: "1", holder: "ヤマダ" };

mkdirSync(at("bank"));
const key = toHex(operator);
writeIssuerSettings(at("bank/operator.json"), {
	...{ name: "Bank", url: "http://127.0.0.1:1", port: 1, assets: [], hasDatabase: true, isPostgres: false },
	keys: { root: key, authority: key, issuing: key, ruling: key, desk: key },
	licensing: { kind: "trial", licensors: [] },
	...{ webhooks: usualWebhooks, devices: usualDeviceChoice },
});
const store = await openStore(at("bank/operator.sqlite"));
after(async () => {
	await store.close();
	shell.close();
});
const sealing: Pick<Operator, "id" | "store" | "now"> = { id: operator, store, now: () => paidAt };
await beginSealed(sealing);
writeFileSync(
	at("settle.json"),
	JSON.stringify({
		asset: toHex(asset),
		money: { currency: "JPY", scale: 0 },
		own: { rail: "zengin", account: { ...account, bank: "0001" }, clientCode: "12345", isBroken: true },
		parties: [{ id: toHex(driver), devices: [toHex(keyId(car.key))], account: { rail: "zengin", account } }],
	}),
);

test("a record is taken, stated, claimed, filed, refused by the bank, and its payer is to be suspended", async () => {
	const body = { operator, asset, amount: 350n, payer: driver, payee: charger, proof: id(0x99), paidAt };
	writeFileSync(at("record"), await signDeviceRecord(body, car));
	const { record } = await well("settle", "take", at("record"), ...flags);
	await sealNow(sealing);
	const out = ["--out", at("statement")];
	const statement = await well("settle", "statement", toHex(driver), ...november, ...out, ...flags);
	assert.deepEqual([statement.paid, statement.received, statement.lines[0].record], [350, 0, record]);
	assert.equal(must(readPartyStatement(readFileSync(at("statement")))).paid, 350n);
	const { claim } = await well("settle", "claim", toHex(driver), ...november, ...flags);
	const filing = ["--claims", claim, "--date", "2025-11-27", "--out", at("debit.txt"), ...flags];
	assert.equal((await well("settle", "file", "2025-11", ...filing)).lines, 1);
	writeFileSync(at("answer.txt"), answered(readFileSync(at("debit.txt")), ["1"]));
	const { lines } = await well("settle", "read", at("answer.txt"), ...flags);
	assert.deepEqual([lines[0].became, lines[0].claim], ["reopened", claim]);
	const parties = new Parties({ store, now: () => paidAt, entropy: (length) => new Uint8Array(length) });
	must(await parties.add({ actor: "an administrator", requestId: "test" }, answering, "register 1"));
	const { suspensions } = await well("settle", "suspensions", "--data", at("bank"));
	assert.deepEqual(suspensions, [{ party: toHex(driver), why: "1 funds insufficient" }]);
	const known = await parties.known(driver, 0);
	assert.deepEqual(
		[known?.party.standing, known?.events.at(-1)?.detail],
		["suspended", "1 funds insufficient"],
	);
	const { claims } = await well("settle", "claims", "--data", at("bank"));
	assert.deepEqual(claims[0].states, ["claimed", "filed", "reopened: 1 funds insufficient"]);
});

test("debts of a file are netted", async () => {
	const [a, b, c] = [1, 2, 3].map((fill) => toHex(id(fill)));
	const debt = (from: string | undefined, to: string | undefined, amount: string) => ({
		from,
		to,
		asset: toHex(asset),
		amount,
	});
	writeFileSync(at("debts.json"), JSON.stringify([debt(a, b, "5"), debt(b, c, "5")]));
	const { payments } = await well("settle", "net", at("debts.json"));
	assert.deepEqual(payments, [{ from: a, to: c, asset: toHex(asset), amount: 5 }]);
});
