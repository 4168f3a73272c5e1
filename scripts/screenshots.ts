/**
 * `npm run screenshots`: a picture of every screen and every page in both languages, by day and by night, on a phone
 * and wide, into reports/screenshots, and a list of them. `-- --only NAME` takes those of one stop, `-- --to FOLDER`
 * puts them elsewhere. What is walked is what test/browser/tour.ts finds: nothing is listed here.
 */
import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openPhones } from "../test/browser/phones.ts";
import { walk } from "../test/browser/tour.ts";

const sizes = {
	phone: { width: 390, height: 844 },
	wide: { width: 1_280, height: 900 },
} as const;
const schemes = ["light", "dark"] as const;

const { values } = parseArgs({
	options: { only: { type: "string" }, to: { type: "string", default: "reports/screenshots" } },
});
mkdirSync(values.to, { recursive: true });
const phones = await openPhones();
const taken: string[] = [];
try {
	await walk(phones, async ({ page, name, language }) => {
		// Identifiers differ from run to run, and the same picture keeps its name.
		const stop = name.replace(/\/[^:]*/, "").replaceAll(/[^\p{L}\d]+/gu, "-");
		if (values.only !== undefined && values.only !== stop) return;
		for (const [size, viewport] of Object.entries(sizes)) {
			await page.setViewportSize(viewport);
			for (const colorScheme of schemes) {
				await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
				const file = join(values.to, `${language}-${stop}-${colorScheme}-${size}.png`);
				await page.screenshot({ path: file, fullPage: true });
				if (!taken.includes(file)) taken.push(file);
			}
		}
		await page.setViewportSize(sizes.phone);
	});
} finally {
	await phones.close();
}
for (const file of taken) console.log(`${file} ${Math.ceil(statSync(file).size / 1_000)} kB`);
console.log(`${taken.length} pictures`);
