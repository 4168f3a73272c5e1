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
import { agree, ask, bring, consider, linkShown } from "./by-link.ts";
import { type Language, type Phone, type Phones, textsIn } from "./phones.ts";

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
		await phones.phone({ language: languages[0] }),
		await phones.phone({ language: languages[1] }),
	];
	const both = [
		[ann, languages[0], bob, languages[1]],
		[bob, languages[1], ann, languages[0]],
	] as const;
	for (const [phone, language] of both) {
		await before(phones, phone, language, visit);
		await begin(phone, language, visit);
	}
	const locks: string[] = [];
	for (const [phone, language, other, otherLanguage] of both) {
		const request = await ask(other, 300n, "tea · お茶");
		await visit({ page: other.page, name: "request: made", language: otherLanguage });
		await consider(phone, request);
		await visit({ page: phone.page, name: "pay: a request", language });
		locks.push(await agree(phone, 300n));
	}
	for (const [phone, language] of both) await everyScreen(phone, language, visit);
	for (const language of languages) await walkTill(phones, language, visit);
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

/** The point of sale: before it is set up, with a sale that is asked for, and each of its screens. */
async function walkTill(phones: Phones, language: Language, visit: Visit): Promise<void> {
	const till = await phones.phone({ language, isTill: true });
	const { page } = till;
	await till.button("start.begin").waitFor();
	await visit({ page, name: "till: start", language });
	await till.button("start.begin").click();
	await page.getByTestId("typed").waitFor();
	await page.keyboard.type("1200");
	await page.keyboard.press("Enter");
	await linkShown(till);
	await visit({ page, name: "till: asked", language });
	await everyScreen(till, language, (stop) => visit({ ...stop, name: `till: ${stop.name}` }), "till/");
	await till.context.close();
}

/** Whoever comes without an operator's address, and without a wallet. */
async function before(phones: Phones, phone: Phone, language: Language, visit: Visit): Promise<void> {
	const page = await phone.context.newPage();
	await page.goto(`${phones.web.url}/?wallet=none-yet`);
	await page.getByLabel(textsIn(language)["start.operator"] ?? "").waitFor();
	await visit({ page, name: "start: whose operator", language });
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
