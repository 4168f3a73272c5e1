/** A phone in real Chromium and a wallet in a terminal pay each other through the relay, the operator away. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ended } from "../packages/cli/test/support/processes.ts";
import { openShell, says } from "../packages/cli/test/support/tenten.ts";
import { ask, read, standing } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { firstRun, openPhones, type Phone, type Phones, yen } from "./browser/phones.ts";

describe("a phone and a terminal", { skip }, () => {
	const shell = openShell();
	let phones: Phones;
	let ann: Phone;

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone({ hasRelay: true });
		await firstRun(ann, 1_000n);
		const operator = new URL(ann.page.url()).searchParams.get("operator") ?? "";
		await shell.well("wallet", "init");
		await shell.well("wallet", "join", operator);
		await shell.well("wallet", "topup", "1000");
		await phones.stopOperator();
	});
	after(async () => {
		shell.close();
		await phones?.close();
	});

	const available = async (): Promise<readonly [string | undefined, number]> => [
		(await ann.balance())["available"],
		(await shell.well("wallet", "balance")).balances[0].available,
	];

	test("the terminal pays what the phone asks for, found by its link alone", async () => {
		const link = await ask(ann, 300n, "tea");
		const paid = await shell.well("wallet", "pay", link, "--yes");
		assert.deepEqual([paid.amount, paid.fundsState], [300, "spent"]);
		await standing(ann, "received");
		assert.deepEqual(await available(), ["1300", 700]);
	});

	test("the phone pays what the terminal asks for", async () => {
		const till = shell.start("wallet", "receive", "--relay", phones.relay.url, "--amount", "450");
		const link = await says(till, /(tenten:[\w-]+)/);
		await ann.go("pay");
		await read(ann, "pay.link", link);
		await ann.button("sheet.payAmount", { amount: yen(ann, 450n) }).click();
		await standing(ann, "spent");
		assert.equal(await ended(till), null);
		assert.deepEqual(await available(), ["850", 1_150]);
		assert.deepEqual(ann.problems, []);
	});
});
