/**
 * The operators' verifying of each other on the sandbox's page, in real Chromium: all green; one off, and value waits
 * until it is back; a newcomer that cheats, red, beside evidence that convicts it.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { verify } from "../packages/module/src/index.ts";
import {
	isRefusal,
	parseVerifierKey,
	sealRules,
	verifyMisbehaviour,
} from "../packages/protocol/src/index.ts";
import { violations } from "./browser/axe.ts";
import { skip } from "./browser/chromium.ts";
import type { Texts } from "./browser/phones.ts";
import { openTownPage, type TownPage, type Words, wordsIn } from "./browser/town-page.ts";

const titles = ["Densha Card", "Mise Pay", "Minato Points"] as const;

describe("the operators verify each other on the sandbox's page", { skip }, () => {
	let opened: TownPage;
	let page: Page;
	let text: Words;
	const peers = wordsIn("en", "peers/texts");

	const panel = (): Locator => page.getByTestId("verifying");
	const button = (key: string, values?: Texts): Locator =>
		panel().getByRole("button", { name: text(key, values), exact: true });
	/** What the witness of one shows of another. */
	const peer = (of: string, by: string): Locator =>
		panel().locator(`[data-witness="${by}"] [data-peer="${of}"]`);
	const shows = (count: number, of: string, verdict: string): Promise<unknown> =>
		page.waitForFunction(
			([number, selector]) => document.querySelectorAll(String(selector)).length === number,
			[count, `[data-peer${of === "" ? "" : `="${of}"`}][data-verdict=${verdict}]`],
		);
	const summary = (verdict: string): Promise<void> => panel().locator(`[data-summary=${verdict}]`).waitFor();

	before(async () => {
		opened = await openTownPage("en");
		({ page, text } = opened);
	});
	after(() => opened?.close());

	test("each witness shows both others in order: checkpoint, lag, quorum, every rule", async () => {
		await shows(6, "", "good");
		await summary("good");
		for (const by of titles)
			for (const of of titles.filter((title) => title !== by)) {
				const shown = peer(of, by);
				assert.match(await shown.locator("[data-fact=checkpoint]").innerText(), /\d+ entries, \d+ s ago/);
				assert.match(await shown.locator("[data-fact=lag]").innerText(), /^\d+ s$/);
				assert.equal(await shown.locator("[data-fact=quorum]").innerText(), peers("quorum.fresh"));
				assert.equal(await shown.locator("[data-rule][data-kept=true]").count(), sealRules.length);
				assert.equal(await shown.locator("a").count(), 0);
			}
	});

	test("the console of one operator shows the same of both others, in either language, by its own witness", async () => {
		const tab = page.context().waitForEvent("page");
		await panel()
			.locator('[data-witness="Mise Pay"]')
			.getByRole("link", { name: text("verify.console"), exact: true })
			.click();
		const shown = await tab;
		await shown.locator("[data-summary=good]").waitFor();
		assert.match(new URL(shown.url()).pathname, /^\/console\//);
		assert.deepEqual(
			await shown
				.locator("[data-peer][data-verdict=good]")
				.evaluateAll((all) => all.map((each) => each.getAttribute("data-peer"))),
			["densha-card.example/log", "minato-points.example/log"],
		);
		for (const code of ["ja", "en"] as const) {
			await shown.locator(`header button[lang=${code}]`).click();
			await shown.locator(`html[lang=${code}]`).waitFor();
			await shown.getByText(wordsIn(code, "peers/texts")("console.what")).waitFor();
			assert.deepEqual(await violations(shown), [], code);
		}
		const other = await fetch(new URL("index.html", shown.url()));
		assert.equal(other.status, 404);
		await shown.close();
	});

	test("drills are paid, and their rate and time are shown", async () => {
		await button("verify.drill").click();
		for (const by of titles)
			await peer(titles[by === titles[0] ? 1 : 0], by)
				.locator("[data-fact=drills]")
				.getByText(/^1 of 1 paid in time \(100 %\), p99 \d+ ms$/)
				.waitFor();
	});

	test("by keyboard: one is switched off, value waits, what was read stays; it comes back, and value goes on", async () => {
		await press(button("verify.kiosk"));
		const taken = (minor: number): Promise<void> =>
			panel()
				.getByText(text("verify.kiosk.taken", { amount: opened.yen(minor) }), { exact: true })
				.waitFor();
		await taken(10);
		await press(button("verify.off", { name: "Mise Pay" }));
		await panel().locator('[data-witness="Mise Pay"]').getByText(text("verify.silent")).waitFor();
		await peer("Densha Card", "Minato Points")
			.locator("[data-fact=quorum]")
			.getByText(peers("quorum.stale"), { exact: true })
			.waitFor();
		assert.match(
			await peer("Mise Pay", "Densha Card").innerText(),
			/\d+ entries, \d+ s ago\s+Out of reach now/,
		);
		await summary("wait");
		await press(button("verify.kiosk"));
		await page.getByTestId("kiosk").getByText("The 10 yen are still Aoi’s").waitFor();
		await press(button("verify.on", { name: "Mise Pay" }));
		await shows(6, "", "good");
		await button("verify.kiosk").click();
		await taken(20);
		assert.equal(await page.getByTestId("kiosk").getByText("still Aoi’s").count(), 0);
	});

	test("a newcomer that seals more than it issued is red for that rule with each witness, beside evidence that convicts it", async () => {
		await button("verify.arrive").click();
		await shows(9, "", "good");
		await button("verify.cheat", { name: "Kumo Pay" }).click();
		await shows(3, "Kumo Pay", "bad");
		await shows(6, "", "good");
		await summary("bad");
		for (const by of titles) {
			const shown = peer("Kumo Pay", by);
			const broken = shown.locator("[data-rule][data-kept=false]");
			assert.deepEqual(await broken.evaluateAll((all) => all.map((each) => each.getAttribute("data-rule"))), [
				"totals",
			]);
			await broken.getByText(peers("rule.totals")).waitFor();
			const address = (await shown.getByRole("link").getAttribute("href")) ?? "";
			assert.match(await shown.getByRole("link").innerText(), /a seal that breaks a rule/);
			const evidence = new Uint8Array(await (await fetch(address)).arrayBuffer());
			const [, name, text = ""] =
				/^npx tenten evidence verify (\w+) --vkey (\S+)$/.exec(await shown.locator("code").innerText()) ?? [];
			assert.ok(address.endsWith(`/${name}`));
			const key = parseVerifierKey(text);
			assert.ok(!isRefusal(key));
			const convicted = verifyMisbehaviour(evidence, { origin: key.name, keys: [key] }, verify);
			assert.ok(!isRefusal(convicted) && convicted.kind === "brokenRule");
		}
		assert.deepEqual(await violations(page), []);
		await button("verify.leave", { name: "Kumo Pay" }).click();
		await shows(6, "", "good");
		await shows(0, "Kumo Pay", "bad");
	});

	test("axe finds nothing in either language, and nothing stood against the policy", async () => {
		for (const code of ["ja", "en"]) {
			await page.locator(`header button[lang=${code}]`).click();
			await page.locator(`html[lang=${code}]`).waitFor();
			assert.deepEqual(await violations(page), [], code);
		}
		assert.deepEqual(opened.problems, []);
	});

	/** Goes there by Tab from what stands before it, and presses Enter. */
	async function press(wanted: Locator): Promise<void> {
		await wanted.and(page.locator(":enabled")).waitFor();
		await wanted.evaluate((element) => {
			const all = [...document.querySelectorAll<HTMLElement>("button, a, input, textarea, summary")];
			all[all.indexOf(element as HTMLElement) - 1]?.focus();
		});
		await page.keyboard.press("Tab");
		assert.ok(await wanted.evaluate((element) => element === document.activeElement), "no way there by Tab");
		await page.keyboard.press("Enter");
	}
});
