/**
 * Mise Pay's accounts on the sandbox's page, in real Chromium: the till's code is read and paid, both sides say so with
 * the same receipt, and with systems switched off in the middle nothing is lost and nothing paid twice.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { steps } from "../packages/cli/src/sandbox/accounts/standing.ts";
import { steps as shownSteps } from "../packages/web/src/town/accounts/steps.ts";
import { violations } from "./browser/axe.ts";
import { skip } from "./browser/chromium.ts";
import type { Texts } from "./browser/phones.ts";
import { openTownPage, type TownPage, type Words } from "./browser/town-page.ts";

const price = 480;

describe("the accounts on the sandbox's page", { skip }, () => {
	let opened: TownPage;
	let page: Page;
	let text: Words;

	const button = (key: string, values?: Texts): Locator =>
		page.getByRole("button", { name: text(key, values), exact: true });
	const side = (name: "payer" | "payee", standing: string): Promise<void> =>
		page.locator(`[data-testid=${name}][data-standing=${standing}]`).waitFor();
	const reached = (step: (typeof steps)[number]): Promise<unknown> =>
		page.waitForFunction(
			(least) =>
				Number(document.querySelector("[data-testid=steps]")?.getAttribute("data-reached") ?? 0) > least,
			steps.indexOf(step),
		);
	const turn = async (name: string, how: "on" | "off"): Promise<void> => {
		await button(`systems.${how}`, { name }).click();
		await button(`systems.${how === "on" ? "off" : "on"}`, { name }).waitFor();
	};
	const shows = (place: string, minor: number): Promise<void> =>
		page.getByTestId(place).getByText(opened.yen(minor), { exact: true }).waitFor();

	/** All of it is with one or the other, for good, and adds up. */
	async function settled(mine: number, theirs: number): Promise<void> {
		for (const [place, minor] of [
			["available", mine],
			["set-aside", 0],
			["usable", theirs],
			["reserved", 0],
			["ledgers.putIn", 5_000],
			["ledgers.between", 0],
		] as const)
			await shows(place, minor);
		await page.getByTestId("stands").getByText(text("ledgers.stands")).waitFor();
	}

	/** The till asks, and its code is read and looked at. */
	async function ask(): Promise<void> {
		await button("account.ask").click();
		await page.getByTestId("till").locator("canvas").waitFor();
		await button("account.read").click();
		await page
			.getByTestId("sheet")
			.getByText(text("account.asks", { amount: opened.yen(price) }))
			.waitFor();
	}

	const pay = (): Promise<void> => button("account.pay", { amount: opened.yen(price) }).click();

	before(async () => {
		opened = await openTownPage("en");
		({ page, text } = opened);
	});
	after(() => opened?.close());

	test("by keyboard alone: the till asks, its code is read and paid slowly, D comes back on the way, and both have the receipt", async () => {
		assert.deepEqual(shownSteps, steps);
		await settled(5_000, 0);
		await press(button("systems.off", { name: "D" }));
		await button("systems.on", { name: "D" }).waitFor();
		await page.getByTestId("stands").getByText(text("ledgers.silent")).waitFor();
		await press(button("account.ask"));
		await page.getByTestId("till").locator("canvas").waitFor();
		await press(button("account.read"));
		await press(button("account.pay", { amount: opened.yen(price) }));
		await side("payer", "paying");
		await reached("announced");
		await shows("available", 5_000);
		await press(button("systems.on", { name: "D" }));
		await side("payee", "received");
		await side("payer", "paid");
		assert.equal(await page.getByTestId("steps").getAttribute("data-reached"), String(steps.length));
		const receipts = await page.getByTestId("receipt").allInnerTexts();
		assert.equal(receipts.length, 2);
		assert.equal(receipts[0], receipts[1]);
		assert.equal(await page.locator("[data-testid=receipt] [data-valid=true]").count(), 2);
		await settled(5_000 - price, price);
	});

	test("A off after finality and before notice: who pays cash has it back, and the shop cannot use it meanwhile", async () => {
		await page.getByLabel(text("account.slow")).uncheck();
		await ask();
		await turn("C", "off");
		await pay();
		// Until then the steps are those of the payment before.
		await side("payer", "paying");
		await reached("instructed");
		await turn("D", "off");
		await turn("C", "on");
		await reached("reserved");
		await shows("set-aside", price);
		await turn("A", "off");
		await turn("D", "on");
		await reached("debited");
		await shows("reserved", price);
		await shows("ledgers.between", price);
		await button("account.otherwise").click();
		await side("payer", "gaveUp");
		await turn("A", "on");
		await side("payer", "abandoned");
		await side("payee", "abandoned");
		await settled(5_000 - price, price);
	});

	test("who pays anew on the spot pays once: the first is given up; the page opened anew shows the same", async () => {
		await ask();
		await turn("B", "off");
		await pay();
		await side("payer", "paying");
		await ask();
		await page.getByText(text("account.underWay")).waitFor();
		await button("account.payInstead", { amount: opened.yen(price) }).click();
		await turn("B", "on");
		await side("payee", "received");
		await settled(5_000 - 2 * price, 2 * price);
		await page.reload();
		await side("payee", "received");
		await settled(5_000 - 2 * price, 2 * price);
	});

	test("what the till did not ask for is not paid, and no amount is no request", async () => {
		const typed = page.getByLabel(text("account.typed"), { exact: true });
		await typed.fill("misepay:hanaya/1/s-0000000000000000");
		await typed.press("Enter");
		await page.getByText(text("account.unread")).waitFor();
		await page.getByLabel(text("account.amount"), { exact: true }).fill("0");
		await button("account.ask").click();
		await page.getByText(text("account.amountWrong")).waitFor();
		await settled(5_000 - 2 * price, 2 * price);
	});

	test("axe finds nothing in either language, and nothing stood against the policy", async () => {
		for (const code of ["ja", "en"]) {
			await page.locator(`header button[lang=${code}]`).click();
			await page.locator(`html[lang=${code}]`).waitFor();
			assert.deepEqual(await violations(page), [], code);
		}
		assert.deepEqual(opened.problems, []);
	});

	/** Goes there by Tab, and presses Enter. */
	async function press(wanted: Locator): Promise<void> {
		await wanted.and(page.locator(":enabled")).waitFor();
		await wanted.evaluate((element) => {
			const all = [...document.querySelectorAll<HTMLElement>("button, a, input, textarea")];
			all[all.indexOf(element as HTMLElement) - 1]?.focus();
		});
		for (let i = 0; i < 20; i++) {
			if (await wanted.evaluate((element) => element === document.activeElement)) break;
			await page.keyboard.press("Tab");
		}
		assert.ok(await wanted.evaluate((element) => element === document.activeElement), "no way there by Tab");
		await page.keyboard.press("Enter");
	}
});
