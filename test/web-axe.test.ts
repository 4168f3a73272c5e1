/**
 * axe finds nothing on any screen and page: both languages, by day and by night, with and without money and payments.
 * And each fits the narrowest phone.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { violations } from "./browser/axe.ts";
import { skip } from "./browser/chromium.ts";
import { misfits } from "./browser/fits.ts";
import { openPhones, type Phones } from "./browser/phones.ts";
import { otherPages, screenNames, walk } from "./browser/tour.ts";

const tillStates = ["start", "asked", "under way", "paid", "paid late", "refund: asked"];

describe("axe", { skip }, () => {
	let phones: Phones;

	before(async () => {
		phones = await openPhones();
	});
	after(async () => {
		await phones?.close();
	});

	test("finds what was planted: a picture without words, and grey on grey", async () => {
		const { page, context } = await phones.phone();
		await page.locator("h1").waitFor();
		assert.deepEqual(await violations(page), []);
		await page.evaluate(() => {
			const text = document.createElement("p");
			text.textContent = "grey";
			text.style.setProperty("color", "#888");
			text.style.setProperty("background", "#999");
			document.querySelector("main")?.append(document.createElement("img"), text);
		});
		const found = (await violations(page)).map((each) => each.split(":")[0]);
		assert.deepEqual(found, ["light color-contrast", "light image-alt", "dark color-contrast"]);
		await context.close();
	});

	test("is not needed to see that something does not fit, or that an amount is broken in two", async () => {
		const { page, context } = await phones.phone();
		await page.locator("h1").waitFor();
		assert.deepEqual(await misfits(page), []);
		await page.evaluate(() => {
			const wide = document.createElement("p");
			wide.style.setProperty("width", "400px");
			const amount = document.createElement("p");
			amount.className = "number";
			amount.textContent = "￥3,000";
			amount.style.setProperty("width", "2em");
			document.querySelector("main")?.append(wide, amount);
		});
		assert.deepEqual(await misfits(page), ["outside: p ", "broken: p ￥3,000"]);
		await context.close();
	});

	test("finds nothing on any screen and page", async (t) => {
		const visited: string[] = [];
		const found: string[] = [];
		await walk(phones, async ({ page, name, language }) => {
			visited.push(`${language} ${name}`);
			const all = [...(await violations(page)), ...(await misfits(page))];
			found.push(...all.map((each) => `${language} ${name}: ${each}`));
		});
		t.diagnostic(`${visited.length} stops, each by day and by night: ${visited.join(", ")}`);
		for (const language of ["ja", "en"]) {
			for (const name of [
				...screenNames(),
				...[...screenNames("till/"), ...tillStates].map((each) => `till: ${each}`),
				...otherPages(),
			])
				assert.ok(visited.includes(`${language} ${name}`), `${language} ${name}`);
			for (const way of ["relay", "screen", "nearby", "hand"]) {
				const isSeen = visited.some(
					(each) => each.startsWith(`${language} payment/`) && each.endsWith(`: ${way}`),
				);
				assert.ok(isSeen, `${language}: a payment by ${way}`);
			}
		}
		assert.ok(screenNames().length >= 5);
		assert.deepEqual(found, []);
	});
});
