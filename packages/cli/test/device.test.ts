/**
 * `tenten device` and `tenten operator parties` against an operator that serves: a wallet becomes a device, pays, is
 * suspended by its party's order, is refused by a payee that fetched the list, and pays again once it is resumed.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fromHex } from "@tenten/protocol";
import { inProcessChannel, type Payment } from "@tenten/wallet";
import { must } from "../src/ecosystem.ts";
import { freePort } from "../src/server/port.ts";
import { passphraseCost, WalletFolder } from "../src/wallet/folder.ts";
import { withReasons } from "../src/wallet/paying.ts";
import { openShell, type Ran, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const wallet = (name: string) => ["--wallet", at(name)] as const;
const data = ["--data", at("bank")] as const;
const unlock = { kind: "passphrase", passphrase: "correct horse", cost: passphraseCost } as const;

async function all(...commands: readonly (readonly string[])[]): Promise<readonly Ran["json"][]> {
	const ran = await shell.each(commands);
	for (const [index, { status, stderr }] of ran.entries())
		assert.equal(status, 0, `${commands[index]?.join(" ")}: ${stderr}`);
	return ran.map(({ json }) => json);
}

/** What became of a payment, or why the payee did not take it. */
async function pays(payer: string, payee: string, amount: bigint, operator: string): Promise<string> {
	const from = must(await WalletFolder.open(at(payer), { unlock }));
	const to = must(await WalletFolder.open(at(payee), { unlock }));
	try {
		const asset = { operator: fromHex(operator) as Uint8Array, code: "JPY" };
		const request = must(await to.wallet.request({ asset, amount, memo: "tea" }));
		const { channel, last } = withReasons(inProcessChannel(to.wallet.handle));
		const paid: Payment = must(await from.wallet.pay({ request: request.encoded }, channel));
		const said = last()?.code ?? paid.fundsState;
		if (paid.fundsState === "inFlight") await from.wallet.cancel(paid.attempt, channel);
		return said;
	} finally {
		await from.close();
		await to.close();
	}
}

test("a wallet becomes a device, is suspended by its party, refused, and pays again", async () => {
	const init = [
		"operator",
		"init",
		...data,
		"--name",
		"Bank",
		"--asset",
		"JPY:0",
		"--port",
		`${await freePort()}`,
	];
	const [{ id: operator }, { key, party }] = await all(init, ["device", "key", at("party.key")]);
	const url = await says(shell.start("operator", "serve", ...data), / listens at (http:\S+) /);
	const signing = ["--key", at("party.key"), "--operator", url, "--pin", operator] as const;
	const [, , , ann, , , granted] = await all(
		...["ann", "bob", "car"].map((name) => ["wallet", "init", ...wallet(name)]),
		["wallet", "join", url, ...wallet("ann")],
		["wallet", "join", url, ...wallet("bob")],
		["operator", "parties", "add", key, "register 1", ...data],
		["operator", "parties", "grant", party, "100", ...data],
	);
	assert.deepEqual([granted.reset, granted.amount], [1, "100"]);
	const lists = ["wallet", "lists", "fetch", ...wallet("bob")];
	const delegate = ["device", "delegate", at("evidence"), at("application"), "--key", at("party.key")];
	const limits = ["--slice", "1:0-50", "--days", "30", "--per-transfer", "40"];
	const [, , , delegated, certified, again] = await all(
		["operator", "deposit", ann.account, "60", ...data],
		["wallet", "topup", "60", ...wallet("ann")],
		["device", "evidence", url, at("evidence"), "--pin", operator, ...wallet("car")],
		[...delegate, ...limits],
		["device", "apply", at("application"), ...wallet("car")],
		["device", "apply", at("application"), ...wallet("car")],
		lists,
	);
	const { device } = delegated;
	assert.deepEqual([certified.device, again.certificate], [device, certified.certificate]);

	assert.equal(await pays("ann", "car", 60n, operator), "spent");
	assert.equal(await pays("car", "bob", 10n, operator), "spent");
	const suspend = ["device", "order", "suspend", device, ...signing];
	const [suspended, still] = await all(suspend, suspend, lists);
	assert.deepEqual([suspended.standing, suspended.number, still.number], ["suspended", 2, 2]);
	assert.equal(await pays("car", "bob", 10n, operator), "device-suspended");
	const [shown, resumed] = await all(
		["device", "show", device, ...signing],
		["device", "order", "resume", device, ...signing],
		lists,
		["wallet", "lists", "fetch", ...wallet("car")],
	);
	assert.deepEqual(
		[shown.standing, ...shown.history.map(({ kind }: { kind: string }) => kind)],
		["suspended", "certified", "suspend"],
	);
	assert.equal(resumed.standing, "active");
	assert.equal(await pays("car", "bob", 10n, operator), "spent");

	const bytes = readFileSync(at("evidence"));
	bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
	writeFileSync(at("evidence"), bytes);
	const last = await shell.each([
		["operator", "parties", "suspend", party, "unpaid", ...data],
		["operator", "parties", "list", ...data],
		["operator", "parties", "resume", party, "paid", ...data],
		["device", "order", "end", device, ...signing],
		["device", "order", "resume", device, ...signing],
		["operator", "parties", "grant", "0".repeat(64), "5", ...data],
		[...delegate, ...limits],
		[...delegate, "--slice", "1:5-5", "--days", "30"],
	]);
	assert.deepEqual(
		last.map(({ status, json }) => json.parties?.[0].standing ?? json.standing ?? json.code ?? status),
		["suspended", "suspended", "active", "ended", "device-suspended", "party-unknown", 2, 2],
	);
});
