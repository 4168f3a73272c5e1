/** Whether a page is readable on the narrowest phone: nothing beside the screen, no amount broken in two. */
import type { Page } from "playwright-core";

/** What does not fit at 320 pixels, the width that WCAG 1.4.10 asks for. */
export async function misfits(page: Page): Promise<readonly string[]> {
	const before = page.viewportSize();
	await page.setViewportSize({ width: 320, height: 640 });
	const found = await page.evaluate(() => {
		const name = (element: Element): string =>
			`${element.tagName.toLowerCase()} ${element.textContent?.trim().slice(0, 40)}`;
		const shown = [...document.querySelectorAll("main *, header *, nav *")];
		const outside = shown.filter((element) => {
			const { right, width } = element.getBoundingClientRect();
			return width > 1 && right > innerWidth + 1;
		});
		const broken = shown.filter((element) => {
			const range = document.createRange();
			range.selectNodeContents(element);
			const lines = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
			return element.matches(".number:not(input)") && lines.size > 1;
		});
		return [
			...outside.map((element) => `outside: ${name(element)}`),
			...broken.map((element) => `broken: ${name(element)}`),
		];
	});
	if (before !== null) await page.setViewportSize(before);
	return found;
}
