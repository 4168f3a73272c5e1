/** A phone that is used by keyboard alone: Tab, Enter, Space, arrows, and typing. */
import assert from "node:assert/strict";
import type { Locator } from "playwright-core";
import type { Phone } from "./phones.ts";

const mostStops = 60;

/** Why a person does not see where the focus is; undefined where they do. Runs in the page. */
function unseen(): string | undefined {
	const element = document.activeElement;
	if (element === null || element === document.body) return "nothing has the focus";
	const name = `${element.tagName} ${element.textContent?.trim().slice(0, 40)}`;
	// A control that is drawn by its label is seen by what is drawn.
	const label = element.closest("label");
	const drawn = [element, ...(label === null ? [] : [label])];
	const isOutlined = drawn.some((each) => {
		const { outlineStyle, outlineWidth } = getComputedStyle(each);
		return outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
	});
	if (!isOutlined) return `${name} has no outline`;
	const { left, top, width, height } = (label ?? element).getBoundingClientRect();
	const [x, y] = [left + width / 2, top + height / 2];
	if (x < 0 || y < 0 || x > innerWidth || y > innerHeight) return `${name} is out of view`;
	const over = document.elementFromPoint(x, y);
	const isCovered = over === null || !drawn.some((each) => each.contains(over) || over.contains(each));
	return isCovered ? `${name} is covered by ${over?.tagName} ${over?.className}` : undefined;
}

/** Presses Tab until the focus is there; at every stop on the way one sees where it is. */
export async function tabTo({ page }: Phone, wanted: Locator): Promise<void> {
	await wanted.first().waitFor({ state: "attached" });
	for (let stops = 0; stops < mostStops; stops++) {
		const isThere = await wanted.evaluateAll((all) => all.some((each) => each === document.activeElement));
		if (isThere) return;
		await page.keyboard.press("Tab");
		const problem = await page.evaluate(unseen);
		// After the last one the browser's own bar would come.
		if (problem === "nothing has the focus") await page.keyboard.press("Tab");
		else assert.equal(problem, undefined);
	}
	throw new Error(`Tab does not lead to ${wanted}`);
}

export async function press(phone: Phone, wanted: Locator, key: "Enter" | "Space"): Promise<void> {
	await tabTo(phone, wanted);
	await phone.page.keyboard.press(key);
}

export async function type(phone: Phone, key: string, text: string): Promise<void> {
	await tabTo(phone, phone.field(key));
	await phone.page.keyboard.insertText(text);
}

/** The focus is on something, and that is in the page: whoever hears the page is not thrown back to its beginning. */
export async function keepsFocus({ page }: Phone, what: string): Promise<void> {
	await page
		.waitForFunction(() => document.activeElement !== null && document.activeElement !== document.body)
		.catch(() => assert.fail(`${what}: nothing has the focus`));
}

/** The heading has it, as after every change of the screen. */
export async function isAtHeading({ page }: Phone, what: string): Promise<void> {
	await page
		.waitForFunction(() => document.activeElement?.tagName === "H1")
		.catch(() => assert.fail(`${what}: the heading has not the focus`));
}
