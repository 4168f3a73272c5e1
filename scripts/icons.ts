/**
 * `npm run icons`: draws the pages' icon (packages/web/public/icon.svg) as PNG files beside it, for devices that take
 * no SVG on their home screens. What is drawn is committed; test/web-install.test.ts holds it against the SVG.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { launch } from "../test/browser/chromium.ts";

const folder = "packages/web/public";
const icons = { "icon-192.png": 192, "icon-512.png": 512, "apple-touch-icon.png": 180 } as const;

const browser = await launch();
try {
	const page = await browser.newPage();
	const source = `data:image/svg+xml;base64,${readFileSync(`${folder}/icon.svg`).toString("base64")}`;
	for (const [name, size] of Object.entries(icons)) {
		await page.setViewportSize({ width: size, height: size });
		await page.setContent(`<body style="margin:0"><img src="${source}" width="${size}" height="${size}">`);
		await page.locator("img").evaluate((image: HTMLImageElement) => image.decode());
		const picture = await page.screenshot();
		writeFileSync(`${folder}/${name}`, picture);
		console.log(`${name} ${picture.length} bytes`);
	}
} finally {
	await browser.close();
}
