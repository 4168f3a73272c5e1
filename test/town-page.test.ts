/**
 * The sandbox's page in real Chromium, with the real sandbox behind it: what its steps say is done, from the first
 * wallet to the disaster, and each step is ticked off by what happened.
 */
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { FrameLocator, Page } from "playwright-core";
import { steps } from "../packages/web/src/town/story.ts";
import { violations } from "./browser/axe.ts";
import { skip } from "./browser/chromium.ts";
import type { Language } from "./browser/phones.ts";
import { openTownPage, type TownPage, type Words, wordsIn } from "./browser/town-page.ts";

describe("the sandbox's page", { skip }, () => {
	const language: Language = "ja";
	const walletText = wordsIn(language, "locales");
	let opened: TownPage;
	let page: Page;
	let text: Words;

	const phone = (name: "you" | "friend"): FrameLocator =>
		page.frameLocator(`iframe[title="${text(`phone.${name}`)}"]`);
	const button = (within: Page | FrameLocator, name: string) =>
		within.getByRole("button", { name, exact: true });
	const ticked = async (step: string): Promise<void> => {
		await page.locator(`li[data-step=${step}][data-done=true]`).waitFor();
		assert.doesNotMatch(await page.locator("main").innerText(), /[{}]/);
	};

	before(async () => {
		opened = await openTownPage(language);
		({ page, text } = opened);
	});
	after(() => opened?.close());

	test("two phones make wallets, and one is filled: both steps are ticked off", async () => {
		await button(phone("you"), walletText("start.begin")).click();
		const amount = phone("you").getByLabel(walletText("topUp.amount"));
		await amount.waitFor();
		await button(phone("friend"), walletText("start.begin")).click();
		await amount.focus();
		await phone("friend").getByLabel(walletText("topUp.amount")).waitFor();
		// Nor may a phone whose screen comes late take the focus from the one that is typed into.
		assert.ok(await amount.evaluate((field) => field === document.activeElement && document.hasFocus()));
		await ticked("wallets");
		await amount.fill("3000");
		await button(phone("you"), walletText("topUp.do")).click();
		await ticked("topUp");
	});

	test("the first payment, and one onward while nobody answers at the operators' addresses", async () => {
		await pay("friend", "you", 700);
		await ticked("pay");
		await button(page, text("switch.off")).click();
		await ticked("off");
		for (const { url } of (await town()).operators) assert.equal(await answers(url), false);
		await pay("you", "friend", 300);
		await ticked("payOn");
		await button(page, text("switch.on")).click();
		await ticked("on");
	});

	test("everything dark in the middle of a payment, and it ends on the screens; light finds the books in order", async () => {
		const { operators } = await town();
		await askFor("friend", 1_000);
		await scan("you");
		const consent = button(phone("you"), walletText("sheet.payAmount", { amount: opened.yen(1_000) }));
		await consent.waitFor();
		await button(page, text("switch.dark")).click();
		await ticked("dark");
		for (const url of [...operators.map((each) => each.url), opened.address])
			assert.equal(await answers(url), false);
		await consent.click();
		await standing("you", "inFlight");
		await phone("you").getByText(walletText("ways.screen"), { exact: true }).click();
		await button(phone("friend"), walletText("screen.look")).click();
		await bothSay("you", "friend");
		await ticked("finish");
		await button(page, text("switch.light")).click();
		await ticked("light");
		const { operators: after } = await town();
		assert.deepEqual(
			after.map(({ isOn, agree: booksAgree }) => [isOn, booksAgree]),
			[
				[true, true],
				[true, true],
				[true, true],
			],
		);
		assert.equal(Number(after[0]?.totals["outstanding"]), Number(operators[0]?.totals["outstanding"]));
		assert.equal(await page.locator("li[data-step][data-done=true]").count(), steps.length);
		await page.getByText(text("guide.end")).waitFor();
	});

	test("with one phone: Aoi pays what it asks for, and Hanaya asks it for money", async () => {
		await askFor("you", 200);
		await page.getByLabel(text("aoi.label")).fill(await linkOf("you"));
		await button(page, text("aoi.pay")).click();
		await page.getByText(text("aoi.done")).waitFor();
		await standing("you", "received");
		await button(page, text("shop.ask")).click();
		await agree("you", 480);
		await standing("you", "spent");
	});

	test("the shop's till opens in a tab of its own, as a shop of this town", async () => {
		const tillText = wordsIn(language, "till/texts");
		const tab = page.context().waitForEvent("page");
		await page.getByRole("link", { name: text("till.open"), exact: true }).click();
		const till = await tab;
		await button(till, tillText("start.begin")).click();
		await till.getByRole("heading", { name: tillText("sell.title"), exact: true }).waitFor();
		await till.close();
	});

	test("a page that is opened anew in the dark comes from the service worker, goes on where it was, and brings light", async () => {
		await page.evaluate(async () => {
			await navigator.serviceWorker.ready;
		});
		await button(page, text("switch.dark")).click();
		await page.getByText(text("switch.darkNow")).waitFor();
		assert.equal(await answers(opened.address), false);
		await page.reload();
		await page.getByText(text("switch.darkNow")).waitFor();
		await page.getByText(text("guide.end")).waitFor();
		for (const name of ["you", "friend"] as const)
			await phone(name)
				.getByRole("link", { name: walletText("nav.pay"), exact: true })
				.first()
				.waitFor();
		await button(page, text("switch.light")).click();
		await button(page, text("switch.dark")).waitFor();
		assert.equal(await answers(opened.address), true);
	});

	test("by keyboard alone the operators go off and on", async () => {
		for (const what of ["switch.off", "switch.on"]) {
			const wanted = button(page, text(what));
			await wanted.and(page.locator(":enabled")).waitFor();
			await page.locator("body").focus();
			for (let i = 0; i < 100 && !(await isFocused(text(what))); i++) await page.keyboard.press("Tab");
			assert.ok(await isFocused(text(what)), `no way to ${what} by Tab`);
			await page.keyboard.press("Enter");
			await button(page, text(what === "switch.off" ? "switch.on" : "switch.off")).waitFor();
		}
	});

	test("axe finds nothing in either language, and the phones speak what the page is told to", async () => {
		for (const code of ["en", "ja"] as const) {
			await page.locator(`header button[lang=${code}]`).click();
			const title = wordsIn(code, "town/texts")("phone.you");
			const wallet = wordsIn(code, "locales")("nav.pay");
			await page
				.frameLocator(`iframe[title="${title}"]`)
				.getByRole("link", { name: wallet, exact: true })
				.first()
				.waitFor();
			assert.deepEqual(await violations(page), [], code);
		}
	});

	test("no page of elsewhere throws a switch, or holds this one in a frame", async () => {
		const { port } = new URL(page.url());
		const board = `http://127.0.0.1:${new URL(page.url()).searchParams.get("switches")}`;
		const foreign =
			await servePage(`<form method="post" enctype="text/plain" target="_blank" action="${board}/town/dark">
			<input name='{"a":"' value='"}'></form><iframe src="http://127.0.0.1:${port}/wallet/"></iframe>`);
		const other = await page.context().newPage();
		await other.goto(foreign.url);
		const thrown = await other.evaluate(async (url) => {
			const headers = { "content-type": "application/json" };
			const asked = await fetch(url, { method: "POST", headers, body: "{}" }).catch(
				(error: Error) => error.name,
			);
			await fetch(url, { method: "POST", mode: "no-cors", body: "{}" }).catch(() => undefined);
			return asked;
		}, `${board}/town/dark`);
		assert.equal(thrown, "TypeError");
		const [tab] = await Promise.all([
			other.waitForEvent("popup"),
			other.evaluate(() => setTimeout(() => document.forms[0]?.submit())),
		]);
		await tab.waitForURL(`${board}/**`);
		assert.match((await tab.textContent("body")) ?? "", /origin-unknown/);
		const framed = other.frames().find((frame) => frame !== other.mainFrame());
		assert.match(framed?.url() ?? "", /^chrome-error:/);
		await other.close();
		await tab.close();
		await foreign.close();
		assert.ok((await town()).operators.every(({ isOn }) => isOn));
	});

	test("nothing went wrong in any page, and nothing stood against its policy", () => {
		assert.deepEqual(opened.problems, []);
	});

	type Town = {
		readonly operators: readonly {
			readonly url: string;
			readonly isOn: boolean;
			readonly agree: boolean;
			readonly totals: Readonly<Record<string, string>>;
		}[];
	};

	async function town(): Promise<Town> {
		const port = new URL(page.url()).searchParams.get("switches");
		return (await (await fetch(`http://127.0.0.1:${port}/town`)).json()) as Town;
	}

	const answers = (url: string): Promise<boolean> =>
		fetch(url).then(
			() => true,
			() => false,
		);

	async function go(name: "you" | "friend", screen: string): Promise<void> {
		await phone(name)
			.getByRole("link", { name: walletText(`nav.${screen}`), exact: true })
			.first()
			.click();
		await phone(name).locator(`main[data-screen^="${screen}/"]`).waitFor();
	}

	/** The payer's camera reads the payee's screen; what follows goes through the relay. */
	async function pay(payee: "you" | "friend", payer: "you" | "friend", amount: number): Promise<void> {
		await askFor(payee, amount);
		await scan(payer);
		await agree(payer, amount);
		await bothSay(payer, payee);
	}

	async function scan(payer: "you" | "friend"): Promise<void> {
		await go(payer, "pay");
		await button(phone(payer), walletText("pay.scan")).click();
	}

	async function linkOf(name: "you" | "friend"): Promise<string> {
		const shown = phone(name).getByTestId("link");
		for (;;) {
			const link = await shown.inputValue();
			if (link !== "") return link;
		}
	}

	async function bothSay(payer: "you" | "friend", payee: "you" | "friend"): Promise<void> {
		await standing(payer, "spent");
		await standing(payee, "received");
		const marks = [payer, payee].map((name) => phone(name).getByTestId("mark").textContent());
		const [mine, theirs] = await Promise.all(marks);
		assert.equal(mine, theirs);
	}

	async function askFor(payee: "you" | "friend", amount: number): Promise<void> {
		await go(payee, "request");
		await phone(payee).getByLabel(walletText("request.amount")).fill(String(amount));
		await button(phone(payee), walletText("request.make")).click();
	}

	async function agree(payer: "you" | "friend", amount: number): Promise<void> {
		await button(phone(payer), walletText("sheet.payAmount", { amount: opened.yen(amount) })).click();
	}

	function isFocused(name: string): Promise<boolean> {
		return page.evaluate((wanted) => document.activeElement?.textContent?.trim() === wanted, name);
	}

	async function standing(name: "you" | "friend", funds: string): Promise<void> {
		await phone(name).locator(`[data-testid=standing][data-funds=${funds}]`).waitFor();
	}
});

/** A page of another origin, under no policy. */
async function servePage(
	html: string,
): Promise<{ readonly url: string; readonly close: () => Promise<void> }> {
	const server = createServer((_, response) => {
		response.writeHead(200, { "content-type": "text/html" }).end(`<!doctype html><body>${html}`);
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const close = async (): Promise<void> => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	};
	return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, close };
}
