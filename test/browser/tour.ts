/**
 * A walk over every screen and every page there is, for promises that hold for all of them.
 *
 *   built *.html ──▶ pages          table of routes ──▶ screens ──▶ links that they show ──▶ further screens
 *                                                          └──▶ whatever they unfold
 *
 * Nothing is listed here: a screen that gets its row in the table, or a page that gets its file, is walked from then
 * on. A wallet is looked at before it is made, when it holds something, and while payments are under way.
 */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { agree, ask, bring, consider, linkShown, read, standing } from "./by-link.ts";
import { choose, type Language, type Phone, type Phones, textsIn } from "./phones.ts";

export type Stop = {
	readonly page: Page;
	/** what is looked at, e.g. `home` or `payment: inFlight` */
	readonly name: string;
	readonly language: Language;
};

export type Visit = (stop: Stop) => Promise<void>;

const languages = ["ja", "en"] as const;
const unfolding = "main summary, main [aria-expanded=false], main [role=tab][aria-selected=false]";

/** The names in the table of routes: the wallet's, or that of a page which has one of its own. */
export function screenNames(folder = ""): readonly string[] {
	const table = readFileSync(`packages/web/src/${folder}routes.ts`, "utf8");
	return [...table.matchAll(/^\t(?:"([\w-]+)"|(\w+)): \{ screen:/gm)].map(
		([, quoted = "", plain = ""]) => quoted + plain,
	);
}

/** Pages that are built beside the wallet's, by their file's name. */
export function otherPages(): readonly string[] {
	const config = readFileSync("packages/web/vite.config.ts", "utf8");
	return [...config.matchAll(/\$\{root\}([\w-]+\.html)/g)]
		.map(([, name = ""]) => name)
		.filter((name) => name !== "index.html");
}

/** Visits all of it in both languages; `phones` are new. */
export async function walk(phones: Phones, visit: Visit): Promise<void> {
	const [ann, bob] = [
		await phones.phone({ language: languages[0], hasRelay: true }),
		await phones.phone({ language: languages[1], hasRelay: true }),
	];
	// Every way is offered, and nothing moves by itself meanwhile.
	await phones.cutRelay();
	const both = [
		[ann, languages[0], bob, languages[1]],
		[bob, languages[1], ann, languages[0]],
	] as const;
	for (const [phone, language] of both) {
		await before(phones, phone, language, visit);
		await begin(phone, language, visit);
	}
	// Much of it is waiting until a page is quiet: both languages wait together.
	await Promise.all(both.map(([phone, language]) => walkTill(phones, language, phone, visit)));
	const locks: string[] = [];
	for (const [phone, language, other, otherLanguage] of both) {
		const request = await ask(other, 300n, "tea · お茶");
		await visit({ page: other.page, name: "request: made", language: otherLanguage });
		await consider(phone, request);
		await visit({ page: phone.page, name: "pay: a request", language });
		locks.push(await agree(phone, 300n));
	}
	await Promise.all(
		both.map(async ([phone, language]) => {
			await everyScreen(phone, language, visit);
			await withoutRelay(phone, language, visit);
		}),
	);
	await phones.stopOperator();
	for (const [index, [phone, language, other, otherLanguage]] of both.entries()) {
		const answer = await bring(other, locks[index] ?? "", "inFlight");
		await visit({ page: other.page, name: "payment: coming in", language: otherLanguage });
		const word = await bring(phone, answer, "spent");
		await visit({ page: phone.page, name: "payment: paid", language });
		await bring(other, word, "received");
		await visit({ page: other.page, name: "payment: received", language: otherLanguage });
	}
	for (const [phone, language] of both) await refusals(phone, language, visit);
	for (const name of otherPages())
		for (const [phone, language] of both) {
			const page = await phone.context.newPage();
			await page.goto(`${phones.web.url}/${name}?wallet=none-yet`);
			await quiet(page);
			await visit({ page, name, language });
			await page.close();
		}
}

/** The point of sale: before it is set up, each of its screens, and a sale and a refund in every state. */
async function walkTill(phones: Phones, language: Language, customer: Phone, visit: Visit): Promise<void> {
	const till = await phones.phone({ language, isTill: true });
	const { page } = till;
	const stop = (name: string): Promise<void> => visit({ page, name: `till: ${name}`, language });
	await till.button("start.begin").waitFor();
	await stop("start");
	await till.button("start.begin").click();
	await sell(till);
	await stop("asked");
	await everyScreen(till, language, ({ name }) => stop(name), "till/");
	await till.go("sell");
	// What was unfolded, or folded, is as at first.
	await page.reload();
	await setAside(till, customer);
	await stop("under way");
	await settle(till, customer);
	await till.go("sell");
	await till.button("result.next").waitFor();
	await stop("paid");
	await till.button("result.next").click();

	await sell(till);
	await setAside(till, customer);
	await till.button("asked.leave").click();
	await settle(till, customer);
	await till.go("sell");
	await page.getByTestId("typed").waitFor();
	await stop("paid late");
	await customer.page.getByRole("link", { name: customer.text("askBack.title"), exact: true }).click();
	await customer.button("request.make").click();
	const refund = await linkShown(customer);
	await till.go("refund");
	await read(till, "refund.link", refund);
	await till.button("sheet.leave").waitFor();
	await stop("refund: asked");
	await till.context.close();
}

/** Asks for 120 at the counter. */
async function sell(till: Phone): Promise<void> {
	await till.page.getByTestId("typed").waitFor();
	await till.page.keyboard.type("120");
	await till.page.keyboard.press("Enter");
	await linkShown(till);
}

/** A customer sets aside what is asked for at the counter. */
async function setAside(till: Phone, customer: Phone): Promise<void> {
	await consider(customer, await linkShown(till));
	await read(till, "request.answer", await agree(customer, 120n));
	await till.page.getByText(till.text("asked.underWay")).waitFor();
}

/** Ends it, from the list of the day. */
async function settle(till: Phone, customer: Phone): Promise<void> {
	await till.go("day");
	await till.page.getByText(till.text("open.payee")).click();
	await choose(till, "hand");
	await read(customer, "payment.answer", await linkShown(till));
	await standing(customer, "spent");
	await choose(customer, "hand");
	await read(till, "payment.answer", await linkShown(customer));
	await standing(till, "received");
}

/** The settings of a wallet for which nobody chose a relay. */
async function withoutRelay({ page }: Phone, language: Language, visit: Visit): Promise<void> {
	const address = new URL(page.url());
	const usual = address.href;
	address.searchParams.delete("relay");
	address.hash = "#/settings";
	await page.goto(address.href);
	await quiet(page);
	await visit({ page, name: "settings: without a relay", language });
	await page.goto(usual);
	await page.locator("main[data-screen]").waitFor();
}

/** Whoever comes without an operator's address, and without a wallet. */
async function before(phones: Phones, phone: Phone, language: Language, visit: Visit): Promise<void> {
	const page = await phone.context.newPage();
	await page.goto(`${phones.web.url}/?wallet=none-yet`);
	await page.getByLabel(textsIn(language)["start.operator"] ?? "").waitFor();
	await visit({ page, name: "start: whose operator", language });
	await page.goto(`${phones.web.url}/?wallet=none-yet&relay=wss://relay.example`);
	await page.getByLabel(textsIn(language)["start.operator"] ?? "").waitFor();
	await visit({ page, name: "start: by a stranger's link", language });
	await page.close();
}

async function begin(phone: Phone, language: Language, visit: Visit): Promise<void> {
	await phone.button("start.begin").waitFor();
	await visit({ page: phone.page, name: "start", language });
	await phone.button("start.begin").click();
	await phone.field("topUp.amount").fill("0");
	await visit({ page: phone.page, name: "top-up: no amount", language });
	await phone.field("topUp.amount").fill("3000");
	await phone.button("topUp.do").click();
	await phone.page.locator("main [role=status]").first().waitFor();
	await visit({ page: phone.page, name: "top-up: done", language });
}

/** Every screen of the table, every one that these link to, and what they unfold. */
export async function everyScreen(
	{ page }: Phone,
	language: Language,
	visit: Visit,
	folder = "",
): Promise<void> {
	const waiting = [...screenNames(folder)];
	const seen = new Set<string>();
	for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
		if (seen.has(next)) continue;
		seen.add(next);
		// Not every page has each screen that is linked to: where it is missing, the first one is shown.
		await page.evaluate((hash) => {
			location.hash = hash;
		}, `#/${next}`);
		await quiet(page);
		await visit({ page, name: next, language });
		const shown = await page
			.locator('a[href^="#/"]')
			.evaluateAll((links) => links.map((link) => (link.getAttribute("href") ?? "").slice(2)));
		waiting.push(...shown);
		await unfold(page, (name) => visit({ page, name: `${next}: ${name}`, language }));
	}
}

async function unfold(page: Page, unfolded: (name: string) => Promise<void>): Promise<void> {
	const names = await page.locator(unfolding).allInnerTexts();
	for (const name of names) {
		const handle = page.locator(unfolding).filter({ hasText: name }).first();
		if (!(await handle.isVisible())) continue;
		await handle.click();
		await quiet(page);
		await unfolded(name);
	}
	// Ways to choose among; another language is another stop of the walk.
	const choices = page.locator("main input[type=radio]:not([name=language])");
	const values = await choices.evaluateAll((all) => all.map((each) => (each as HTMLInputElement).value));
	for (const value of values) {
		const choice = page.locator(`main input[type=radio][value="${value}"]`);
		// It may have gone on by itself meanwhile.
		if ((await choice.count()) === 0 || (await choice.isChecked())) continue;
		await choice.check({ force: true });
		await quiet(page);
		await unfolded(value);
	}
}

/** What is refused is said on the same screens: text that is no link, and an operator that is away. */
async function refusals(phone: Phone, language: Language, visit: Visit): Promise<void> {
	await phone.go("pay");
	await phone.field("pay.link").fill("no link");
	await phone.button("link.take").click();
	await phone.page.getByRole("alert").first().waitFor();
	await visit({ page: phone.page, name: "pay: no link", language });
	await phone.go("top-up");
	await phone.page.getByRole("alert").first().waitFor();
	await visit({ page: phone.page, name: "top-up: the operator is away", language });
}

/** Until there is a heading and the page has stopped changing, or goes on for ever. */
export async function quiet(page: Page): Promise<void> {
	await page.locator("h1").first().waitFor({ state: "attached" });
	await page.evaluate(
		() =>
			new Promise<void>((resolve) => {
				let calm = setTimeout(resolve, 300);
				setTimeout(resolve, 5_000);
				new MutationObserver(() => {
					clearTimeout(calm);
					calm = setTimeout(resolve, 300);
				}).observe(document, { subtree: true, childList: true, characterData: true });
			}),
	);
}
