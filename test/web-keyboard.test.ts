/** A wallet from its first minute to a payment by keyboard alone; one always sees where one is, and is never lost. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { balanceAgrees } from "./browser/balances.ts";
import { skip } from "./browser/chromium.ts";
import { isAtHeading, keepsFocus, press, tabTo, type } from "./browser/keyboard.ts";
import { openPhones, type Phone, type Phones, yen } from "./browser/phones.ts";

describe("by keyboard alone", { skip }, () => {
	let phones: Phones;
	let ann: Phone;
	let bob: Phone;
	/** how often a mouse or a finger was used */
	const pointed = async ({ page }: Phone): Promise<number> =>
		page.evaluate(() => (globalThis as unknown as { pointed?: number }).pointed ?? 0);

	before(async () => {
		phones = await openPhones();
		ann = await phones.phone();
		bob = await phones.phone({ language: "en" });
		for (const { context, page } of [ann, bob]) {
			await context.grantPermissions(["clipboard-read", "clipboard-write"]);
			await context.addInitScript(() => {
				addEventListener("pointerdown", () => {
					const counts = globalThis as unknown as { pointed?: number };
					counts.pointed = (counts.pointed ?? 0) + 1;
				});
			});
			await page.reload();
		}
	});
	after(async () => {
		await phones?.close();
	});

	const link = ({ page, text }: Phone, key: string) =>
		page.getByRole("link", { name: text(key), exact: true });

	test("a wallet is made and filled", async () => {
		for (const [phone, amount] of [
			[ann, "2000"],
			[bob, "100"],
		] as const) {
			await press(phone, phone.button("start.begin"), "Enter");
			await isAtHeading(phone, "after the wallet was made");
			await type(phone, "topUp.amount", amount);
			await phone.page.keyboard.press("Enter");
			await phone.page.getByText(phone.text("topUp.done", { amount: yen(phone, BigInt(amount)) })).waitFor();
			await keepsFocus(phone, "after the top-up");
		}
	});

	test("a payment is asked for, looked at, agreed to and finished", async () => {
		await press(bob, link(bob, "nav.request"), "Enter");
		await isAtHeading(bob, "where one asks");
		await type(bob, "request.amount", "1200");
		await type(bob, "request.memo", "tea");
		const direct = bob.page.getByRole("checkbox");
		await press(bob, direct, "Space");
		assert.equal(await direct.isChecked(), true);
		await bob.page.keyboard.press("Space");
		await press(bob, bob.button("request.make"), "Enter");
		const request = await copied(bob);

		await press(ann, link(ann, "nav.pay"), "Enter");
		await isAtHeading(ann, "where one pays");
		await readLink(ann, "pay.link", request);
		const agreeing = ann.button("sheet.payAmount", { amount: yen(ann, 1_200n) });
		await agreeing.waitFor();
		await keepsFocus(ann, "with the request in front of one");
		assert.equal(await agreeing.evaluate((button) => button === document.activeElement), false);
		await press(ann, agreeing, "Enter");
		await standing(ann, "inFlight");
		await isAtHeading(ann, "with the payment under way");

		await readLink(bob, "request.answer", await copied(ann));
		await standing(bob, "inFlight");
		await keepsFocus(bob, "with the money reserved");
		await readLink(ann, "payment.answer", await copied(bob));
		await standing(ann, "spent");
		await keepsFocus(ann, "when it was paid");
		await readLink(bob, "payment.answer", await copied(ann));
		await standing(bob, "received");
		await keepsFocus(bob, "when it came in");
	});

	test("nobody pointed at anything, and the money is where it was sent", async () => {
		assert.deepEqual([await pointed(ann), await pointed(bob)], [0, 0]);
		assert.equal((await balanceAgrees(ann))["available"], 800n);
		assert.equal((await balanceAgrees(bob))["available"], 1_300n);
		await ann.page.mouse.click(5, 5);
		assert.equal(await pointed(ann), 1);
	});

	test("a control whose focus cannot be seen is found", async () => {
		await ann.go("home");
		const style = "a.primary:focus-visible { outline: none; }";
		await ann.page.evaluate(async (css) => {
			const sheet = new CSSStyleSheet();
			await sheet.replace(css);
			document.adoptedStyleSheets = [sheet];
		}, style);
		await assert.rejects(tabTo(ann, link(ann, "nav.topUp")), /has no outline/);
	});

	/** What a phone shows for the other side, copied by its button; by hand, where there are several ways. */
	async function copied(phone: Phone): Promise<string> {
		const ways = phone.page.locator("main input[type=radio]");
		if ((await ways.count()) > 0) {
			const byHand = phone.page.locator("main input[type=radio][value=hand]");
			await tabTo(phone, ways);
			while (!(await byHand.isChecked())) await phone.page.keyboard.press("ArrowRight");
		}
		await press(phone, phone.button("link.copy"), "Space");
		await phone.page.getByText(phone.text("link.copied")).waitFor();
		return phone.page.evaluate(() => navigator.clipboard.readText());
	}

	/** Put in as if it were pasted. */
	async function readLink(phone: Phone, field: string, text: string): Promise<void> {
		await type(phone, field, text);
		await press(phone, phone.button("link.take"), "Enter");
	}

	async function standing({ page }: Phone, funds: string): Promise<void> {
		await page.locator(`[data-testid=standing][data-funds=${funds}]`).waitFor();
	}
});
