/**
 * What axe finds in a page by day; and by night, where the same stands in other colours, what is a matter of colours.
 *
 * It is put in by the browser's debugging door, which no policy of a page governs: the policy stays as it is served.
 */
import axe, { type AxeResults } from "axe-core";
import type { Page } from "playwright-core";

/** Which of axe's rules are asked; none named: all that it asks by itself. */
const schemes = [
	{ colorScheme: "light", rules: [] },
	{ colorScheme: "dark", rules: ["color-contrast", "link-in-text-block"] },
] as const;

/** `scheme rule: where`, for each thing found. */
export async function violations(page: Page): Promise<readonly string[]> {
	const found: string[] = [];
	for (const { colorScheme, rules } of schemes) {
		// What fades from one colour to another would be judged in between.
		await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
		for (const frame of page.frames()) {
			// It is large, and stays as long as the document does.
			if (!(await frame.evaluate(() => "axe" in globalThis))) await frame.evaluate(axe.source);
			const results = await frame.evaluate(
				(values) =>
					(globalThis as unknown as { readonly axe: { run(options: object): Promise<AxeResults> } }).axe.run({
						resultTypes: ["violations"],
						iframes: false,
						...(values.length === 0 ? {} : { runOnly: { type: "rule", values } }),
					}),
				[...rules],
			);
			for (const { id, nodes } of results.violations)
				for (const { target, failureSummary } of nodes)
					found.push(`${colorScheme} ${id}: ${target.join(" ")}: ${failureSummary?.replaceAll(/\s+/g, " ")}`);
		}
	}
	return found;
}
