/**
 * The sandbox's page for tests: the real sandbox behind it, and real Chromium before it. What it shows is looked up by
 * its texts, as a person would.
 */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { openShell, says } from "../../packages/cli/test/support/tenten.ts";
import { launch } from "./chromium.ts";
import { type Language, type Texts, textsIn } from "./phones.ts";

const patience_ms = 60_000;

export type TownPage = {
	readonly page: Page;
	/** The sandbox's address. */
	readonly address: string;
	/** What went wrong in the page: uncaught errors and refusals of its policy. */
	readonly problems: readonly string[];
	readonly text: Words;
	readonly yen: (minor: number) => string;
	readonly close: () => Promise<void>;
};

export type Words = (key: string, values?: Texts) => string;

/** The texts of a folder in one language. */
export function wordsIn(language: Language, folder: string): Words {
	const texts = textsIn(language, folder);
	return (key, values = {}) =>
		(texts[key] ?? assert.fail(`no text ${key}`)).replaceAll(
			/\{\{(\w+)\}\}/g,
			(_, name: string) => values[name] ?? "",
		);
}

export async function openTownPage(language: Language): Promise<TownPage> {
	const shell = openShell();
	const sandbox = shell.start("sandbox", "--lang", language);
	const address = await says(sandbox, /(http:\/\/127\.0\.0\.1:\d+\/)/);
	await says(sandbox, /Ctrl-C/);
	const browser = await launch();
	const locale = language === "ja" ? "ja-JP" : "en-GB";
	const context = await browser.newContext({ locale, viewport: { width: 1360, height: 1000 } });
	context.setDefaultTimeout(patience_ms);
	await context.addInitScript(comeLate);
	const page = await context.newPage();
	const problems: string[] = [];
	page.on("pageerror", (error) => problems.push(String(error)));
	page.on("console", (message) => {
		if (message.type() === "error" && /Content.Security|Trusted/i.test(message.text()))
			problems.push(message.text());
	});
	await page.goto(address);
	const money = new Intl.NumberFormat(language, { style: "currency", currency: "JPY" });
	return {
		page,
		address,
		problems,
		text: wordsIn(language, "town/texts"),
		yen: (minor) => money.format(minor),
		close: async () => {
			await browser.close();
			sandbox.kill("SIGINT");
			shell.close();
		},
	};
}

/** Runs in every frame before anything else: a screen comes late, so that a test that does not wait for it meets the one before. */
function comeLate(): void {
	addEventListener("hashchange", (event) => {
		if (!event.isTrusted) return;
		event.stopImmediatePropagation();
		setTimeout(() => dispatchEvent(new HashChangeEvent("hashchange")), 300);
	});
}
