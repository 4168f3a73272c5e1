/**
 * `tenten device` and `tenten operator parties` against an operator that serves: a wallet becomes a device, pays, is
 * suspended by its party's order, is refused by a payee that fetched the list, and pays again once it is resumed.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { fromHex } from "@tenten/protocol";
import { pays } from "./support/paying.ts";
import { openShell, says } from "./support/tenten.ts";

const shell = openShell({}, "together");
after(() => shell.close());
const at = (name: string): string => join(shell.folder, name);
const wallet = (name: string) => ["--wallet", at(name)] as const;
const data = ["--data", at("bank")] as const;

test("a wallet becomes a device, is suspended by its party, refused, and pays again", async () => {
	const init = ["operator", "init", ...data, "--name", "Bank", "--asset", "JPY:0", "--port", "0"];
	const [{ id: operator }, { key, party }] = await shell.eachWell(init, ["device", "key", at("party.key")]);
	const url = await says(shell.start("operator", "serve", ...data), / listens at (http:\S+) /);
	const asset = { operator: fromHex(operator) as Uint8Array, code: "JPY" };
	const pay = (payer: string, payee: string, amount: bigint) => pays(at(payer), at(payee), asset, amount);
	const signing = ["--key", at("party.key"), "--operator", url, "--pin", operator] as const;
	const [, , , ann, , , granted] = await shell.eachWell(
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
	const [, , , delegated, certified, again] = await shell.eachWell(
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

	assert.equal(await pay("ann", "car", 60n), "spent");
	assert.equal(await pay("car", "bob", 10n), "spent");
	const suspend = ["device", "order", "suspend", device, ...signing];
	const [suspended, still] = await shell.eachWell(suspend, suspend, lists);
	assert.deepEqual([suspended.standing, suspended.number, still.number], ["suspended", 2, 2]);
	assert.equal(await pay("car", "bob", 10n), "device-suspended");
	const [shown, resumed] = await shell.eachWell(
		["device", "show", device, ...signing],
		["device", "order", "resume", device, ...signing],
		lists,
		["wallet", "lists", "fetch", ...wallet("car")],
	);
	assert.deepEqual(
		[shown.standing, ...shown.history.map(({ kind }: { kind: string }) => kind)],
		["suspended", "certified", "suspend"],
	);
	assert.deepEqual([certified.standing, resumed.standing], [null, "active"]);
	assert.equal(await pay("car", "bob", 10n), "spent");

	const bytes = readFileSync(at("evidence"));
	bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
	writeFileSync(at("evidence"), bytes);
	const last = await shell.each([
		["operator", "parties", "suspend", party, "unpaid", ...data],
		["operator", "parties", "list", ...data],
		["operator", "parties", "resume", party, "paid", ...data],
		["device", "order", "end", device, ...signing],
		["device", "apply", at("application"), ...wallet("car")],
		["device", "order", "resume", device, ...signing],
		["operator", "parties", "grant", "0".repeat(64), "5", ...data],
		[...delegate, ...limits],
		[...delegate, "--slice", "1:5-5", "--days", "30"],
	]);
	assert.equal(last[4]?.status, 1, "what was certified once is not");
	assert.deepEqual(
		last.map(({ status, json }) => json.parties?.[0].standing ?? json.standing ?? json.code ?? status),
		[
			"suspended",
			"suspended",
			"active",
			"ended",
			"device-suspended",
			"device-suspended",
			"party-unknown",
			2,
			2,
		],
	);
});
