/** After every step of every payment, both phones show of their money what their stores hold: nothing more, nothing less. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { balanceAgrees } from "./browser/balances.ts";
import { agree, ask, bring, consider } from "./browser/by-link.ts";
import { skip } from "./browser/chromium.ts";
import { firstRun, openPhones, type Phone, type Phones } from "./browser/phones.ts";

describe("balances", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone();
		bob = await phones.phone({ language: "en" });
	});
	after(async () => {
		await phones?.close();
	});

	/** What both hold, after both were looked at. */
	async function both(): Promise<readonly string[]> {
		const held = [await balanceAgrees(ann), await balanceAgrees(bob)];
		return held.map((each) => `${each["available"]} ${each["reserved"]} ${each["locked"]}`);
	}

	test("are shown as they are after each step, also where a page is opened anew in between", async () => {
		await firstRun(ann, 2_000n);
		await firstRun(bob, 500n);
		const begun = await both();
		assert.deepEqual(begun, ["2000 0 0", "500 0 0"]);

		await consider(ann, await ask(bob, 700n, "tea"));
		assert.deepEqual(await both(), begun, "a request moves nothing, and neither does looking at it");
		await ann.go("pay");
		const lock = await agree(ann, 700n);
		const [set] = await both();
		assert.equal(set, "0 0 2000", "the token that pays is set aside, with its change");
		const answer = await bring(bob, lock, "inFlight");
		assert.deepEqual(await both(), [set, "500 700 0"]);
		await bob.page.reload();
		assert.deepEqual(await both(), [set, "500 700 0"]);
		const word = await bring(ann, answer, "spent");
		assert.deepEqual(await both(), ["1300 0 0", "500 700 0"]);
		await ann.page.reload();
		await bring(bob, word, "received");
		assert.deepEqual(await both(), ["1300 0 0", "1200 0 0"]);
	});

	test("are shown as they are when a payment is given up, and when the operator is away", async () => {
		await phones.stopOperator();
		await consider(bob, await ask(ann, 1_000n, "books"));
		await agree(bob, 1_000n);
		const [before] = await both();
		assert.equal(before, "1300 0 0");
		await bob.page.locator('a[href^="#/payment/"]').first().click();
		await bob.button("payment.cancel").click();
		await bob.page.locator("[data-testid=standing][data-funds=safe]").waitFor();
		assert.deepEqual(await both(), ["1300 0 0", "1200 0 0"]);
	});

	test("would be seen to differ: an amount that the store has not is found", async () => {
		await ann.go("home");
		await ann.page.getByTestId("available").evaluate((shown) => {
			shown.textContent = "￥9,999";
		});
		await assert.rejects(balanceAgrees(ann, 2_000), /9,999/);
	});
});
