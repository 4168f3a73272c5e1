/**
 * The page of the fault matrix in real Chromium, from a file: it loads nothing, a cell replays by mouse and by
 * keyboard, and what it shows of the money is what the parties held.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Browser, Page } from "playwright-core";
import { pageOf } from "../packages/cli/src/faults/page.ts";
import { texts } from "../packages/cli/src/faults/page-texts.ts";
import { type MatrixRun, runMatrix } from "../packages/cli/src/faults/run.ts";
import { flows } from "../packages/sim/src/matrix/flows.ts";
import { violations } from "./browser/axe.ts";
import { launch, skip } from "./browser/chromium.ts";

const en = (key: string): string => texts.en[key] ?? assert.fail(`no text ${key}`);
const ja = (key: string): string => texts.ja[key] ?? assert.fail(`no text ${key}`);

test("both languages have the same words", () => {
	assert.deepEqual(Object.keys(texts.ja), Object.keys(texts.en));
});

describe("the page of the fault matrix", { skip }, () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-faults-page-"));
	const asked: string[] = [];
	const problems: string[] = [];
	let run: MatrixRun;
	let browser: Browser;
	let page: Page;

	before(async () => {
		run = await runMatrix({
			flows: flows.filter(({ name }) => name === "18" || name === "25"),
			seed: 1,
			isWanted: ({ step }) => step >= 13 && step <= 16,
			lanes: 1,
			progress: () => undefined,
			isStopped: () => false,
		});
		const file = join(folder, "faults.html");
		writeFileSync(file, await pageOf(run, "virtual"));
		browser = await launch();
		page = await (await browser.newContext({ locale: "en-GB" })).newPage();
		page.on("request", (request) => asked.push(request.url()));
		page.on("pageerror", (error) => problems.push(String(error)));
		page.on("console", (message) => {
			if (message.type() === "error") problems.push(message.text());
		});
		await page.goto(pathToFileURL(file).href);
		await page.locator("#live").waitFor();
	});
	after(async () => {
		await browser?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	const cell = (party: string, fault: string, step = 14) =>
		page.getByRole("button", { name: new RegExp(`^\\w+ ${step}, ${party}, ${en(`fault.${fault}`)}: `) });

	test("each cell of the flow is a button that says what came of it", async () => {
		const count = run.cells.filter(({ flow }) => flow === "18").length;
		assert.equal(await page.locator("#grid button").count(), count);
		const label = await cell("C", "paid-again").getAttribute("aria-label");
		assert.ok(label?.endsWith(en("sign.twice")), label ?? "no label");
		assert.match(await page.locator("ul[data-lang=en]").innerText(), /Flow 18: of \d+ outages/);
	});

	test("a click replays a cell: event by event, to where the money is at the end", async () => {
		await cell("C", "paid-again").click();
		const ran = run.cells.find(
			(each) =>
				each.flow === "18" &&
				each.cell?.step === 14 &&
				each.cell.party === "C" &&
				each.cell.fault === "paid-again",
		);
		const events = ran?.trace.events.length ?? assert.fail("no such cell");
		assert.equal(await page.locator("#log li").count(), events);
		assert.equal(await page.locator("#now").innerText(), `0 / ${events} ${en("begins")}`);
		assert.match(await money("C"), /payer 1000/);
		await page.getByRole("button", { name: en("next"), exact: true }).click();
		assert.match(await page.locator("#now").innerText(), /^1 \/ /);
		await page.locator("#log button").last().click();
		assert.match(await page.locator("#now").innerText(), new RegExp(`^${events} / ${events} `));
		assert.match(await money("C"), /payer 700/);
		assert.match(await money("D"), /payee 300/);
		assert.match(await page.locator("#verdict").innerText(), new RegExp(`${en("paidTwice")}\\s+300`));
	});

	test("by keyboard alone: arrows move through the cells, Enter replays, the slider moves through the events", async () => {
		await cell("A", "crash-before").focus();
		await page.keyboard.press("ArrowRight");
		assert.match(await focused(), new RegExp(`14, A, ${en("fault.crash-after")}`));
		await page.keyboard.press("ArrowDown");
		assert.match(await focused(), new RegExp(`15, A, ${en("fault.crash-after")}`));
		await page.keyboard.press("Enter");
		assert.match(await page.locator("#name").innerText(), new RegExp(`15, A, ${en("fault.crash-after")}`));
		await page.locator("#where").focus();
		await page.keyboard.press("ArrowRight");
		await page.keyboard.press("ArrowRight");
		assert.match(await page.locator("#now").innerText(), /^2 \/ /);
	});

	test("another flow, and the other language", async () => {
		await page.locator("#flow").selectOption("25");
		await page.getByRole("button", { name: en("unharmed"), exact: true }).click();
		await page.getByRole("button", { name: "日本語" }).click();
		assert.equal(await page.locator("h1").innerText(), ja("title"));
		assert.equal(await page.locator("#name").innerText(), `25: ${ja("unharmed")}`);
		assert.equal(await page.locator("ul[data-lang=en]").isVisible(), false);
		assert.doesNotMatch(await page.locator("main").innerText(), /undefined|\[object/);
	});

	test("axe finds nothing in either language, by day and by night", async () => {
		for (const language of ["日本語", "English"]) {
			await page.getByRole("button", { name: language }).click();
			assert.deepEqual(await violations(page), [], language);
		}
	});

	test("it asked nobody for anything, and nothing went wrong", () => {
		assert.equal(asked.length, 1);
		assert.deepEqual(problems, []);
	});

	const money = (party: string): Promise<string> =>
		page
			.locator("#money tr")
			.filter({ has: page.getByRole("rowheader", { name: party, exact: true }) })
			.innerText();

	const focused = async (): Promise<string> =>
		(await page.locator(":focus").getAttribute("aria-label")) ?? "nothing";
});
