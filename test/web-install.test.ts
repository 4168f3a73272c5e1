/**
 * The wallet and the point of sale can be installed: Chromium finds nothing against it, and the icons that are
 * committed are those that the SVG draws.
 */
import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import { buildWeb, webApp } from "@tenten/web";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { launchOptions, skip } from "./browser/chromium.ts";

describe("an installable page", { skip }, () => {
	let server: LoopbackServer;
	let context: BrowserContext;
	let page: Page;
	const profile = mkdtempSync(join(tmpdir(), "tenten-install-"));
	/** Whatever the server shall say instead of a file. */
	const instead = new Map<string, string>();

	before(async () => {
		const pages = webApp(await buildWeb());
		server = await listenOnLoopback({
			fetch: (request: Request) => {
				const other = instead.get(new URL(request.url).pathname);
				return other === undefined ? pages.fetch(request) : new Response(other);
			},
		});
		// A window that is not private: Chromium installs nothing from the others.
		context = await chromium.launchPersistentContext(profile, {
			...launchOptions(),
			serviceWorkers: "block",
		});
		page = await context.newPage();
	});
	after(async () => {
		await context?.close();
		await server?.stop();
		rmSync(profile, { recursive: true, force: true });
	});

	async function errorsOf(address: string): Promise<readonly string[]> {
		await page.goto(`${server.url}/${address}`);
		await page.locator("h1").first().waitFor();
		const session = await context.newCDPSession(page);
		const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
		const { errors } = await session.send("Page.getAppManifest");
		await session.detach();
		return [...installabilityErrors.map(({ errorId }) => errorId), ...errors.map(({ message }) => message)];
	}

	for (const [address, manifest] of [
		["", "tenten.webmanifest"],
		["till.html", "till.webmanifest"],
	] as const) {
		test(`${manifest}: nothing stands against installing it, and without its pictures something does`, async () => {
			const written = readFileSync(`packages/web/public/${manifest}`, "utf8");
			assert.deepEqual(await errorsOf(address), []);
			instead.set(`/${manifest}`, JSON.stringify({ ...JSON.parse(written), icons: [] }));
			assert.ok((await errorsOf(address)).includes("no-acceptable-icon"));
			instead.clear();
		});

		test(`${manifest}: its pictures are as large as it says, and what the SVG draws`, async () => {
			const { icons } = JSON.parse(readFileSync(`packages/web/public/${manifest}`, "utf8")) as {
				readonly icons: readonly { readonly src: string; readonly sizes: string; readonly purpose: string }[];
			};
			const wanted = ["any", "192x192", "512x512"].map((sizes) => `any ${sizes}`);
			assert.deepEqual(
				icons.map(({ sizes, purpose }) => `${purpose} ${sizes}`),
				[...wanted, "maskable 512x512"],
			);
			await page.goto(`${server.url}/${address}`);
			const pictures = [...icons, { src: "apple-touch-icon.png", sizes: "180x180" }];
			for (const { src, sizes } of pictures.filter((icon) => icon.src.endsWith(".png"))) {
				const { size, difference } = await page.evaluate(compared, [`./${src}`, "./icon.svg"] as const);
				assert.equal(`${size}x${size}`, sizes, src);
				assert.ok(difference < 2, `${src} differs by ${difference} of 255`);
			}
			const touched = await page.locator("link[rel=apple-touch-icon]").getAttribute("href");
			assert.equal(touched, "./apple-touch-icon.png");
		});
	}
});

/** In the page: how large the first picture is, and how far on average it is from the second drawn as large. */
async function compared([first, second]: readonly [string, string]) {
	const load = async (address: string): Promise<HTMLImageElement> => {
		const image = new Image();
		image.src = address;
		await image.decode();
		return image;
	};
	const [one, other] = [await load(first), await load(second)];
	const size = one.naturalWidth;
	const drawn = (image: HTMLImageElement): Uint8ClampedArray => {
		const canvas = new OffscreenCanvas(size, size);
		const context = canvas.getContext("2d");
		if (context === null) throw new Error("no canvas");
		context.drawImage(image, 0, 0, size, size);
		return context.getImageData(0, 0, size, size).data;
	};
	const [a, b] = [drawn(one), drawn(other)];
	const difference = a.reduce((sum, each, i) => sum + Math.abs(each - (b[i] ?? 0)), 0) / a.length;
	return { size: one.naturalHeight === size ? size : 0, difference };
}
