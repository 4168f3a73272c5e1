/**
 * What a first visit costs, counted where it is sent: bytes as they go over the wire, requests, and what the screens'
 * own thread has to read. None of it depends on the clock; how long it takes is measured by `npm run web-speed`.
 *
 * Counted is what one waits for: all that is sent until one can begin. What the service worker fetches after that, so
 * that the next visit needs no network, is not; and what only few wallets load is fetched by neither.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import { buildWeb, webApp } from "@tenten/web";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launch, skip } from "./browser/chromium.ts";
import { textsIn } from "./browser/phones.ts";

const most = {
	/** bytes of JavaScript, gzipped, of page, worker and whatever else is loaded until one can act */
	script: 200_000,
	wasm: 300_000,
	/** files */
	requests: 20,
	/** bytes of JavaScript, as they are parsed, on the thread of the screens */
	pageScript: 300_000,
};

type Sent = {
	readonly path: string;
	readonly type: string;
	/** as they went over the wire, and as they are read */
	readonly bytes: number;
	readonly plainBytes: number;
	/** for a worker, which the screens' thread does not read */
	readonly isForWorker: boolean;
};

describe("a first visit", { skip }, () => {
	const sent: Sent[] = [];
	let server: LoopbackServer;
	let browser: Browser;

	before(async () => {
		const app = webApp(await buildWeb(), { connect: ["http://127.0.0.1:*"] });
		const fetch = async (request: Request): Promise<Response> => {
			const response = await app.fetch(request);
			const body = new Uint8Array(await response.clone().arrayBuffer());
			const isGzipped = response.headers.get("content-encoding") === "gzip";
			sent.push({
				path: new URL(request.url).pathname,
				type: (response.headers.get("content-type") ?? "").split(";")[0] ?? "",
				bytes: body.length,
				plainBytes: isGzipped ? gunzipSync(body).length : body.length,
				isForWorker: request.headers.get("sec-fetch-dest") === "worker",
			});
			return response;
		};
		server = await listenOnLoopback({ fetch });
		browser = await launch();
	});
	after(async () => {
		await browser?.close();
		await server?.stop();
	});

	/** Opens the wallet in a browser that was never here, until one can begin; what was sent until then. */
	async function visit(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
		const context = await browser.newContext({ locale: "ja-JP", ...options });
		const page = await context.newPage();
		sent.length = 0;
		await page.goto(server.url);
		const begin = page.getByRole("button", { name: textsIn("ja")["start.begin"] ?? "" });
		await begin.waitFor();
		assert.ok(await begin.isEnabled());
		await use(page);
		await context.close();
	}

	const sum = (chosen: readonly Sent[], of: "bytes" | "plainBytes"): number =>
		chosen.reduce((total, each) => total + each[of], 0);

	test("sends at most 200 kB of JavaScript and 300 kB of WebAssembly, gzipped, in at most 20 files", async (t) => {
		await visit({ serviceWorkers: "block" }, async (page) => {
			const scripts = sent.filter(({ type }) => type === "text/javascript");
			const wasm = sent.filter(({ type }) => type === "application/wasm");
			const own = scripts.filter(({ isForWorker }) => !isForWorker);
			const counts = {
				script: sum(scripts, "bytes"),
				wasm: sum(wasm, "bytes"),
				requests: sent.length,
				pageScript: sum(own, "plainBytes"),
			};
			const all = `${sum(sent, "bytes")} bytes in ${sent.length} files`;
			t.diagnostic(`${all}: ${counts.script} of JavaScript, ${counts.wasm} of WebAssembly, gzipped`);
			t.diagnostic(`${counts.pageScript} bytes of JavaScript on the screens' own thread, as parsed`);
			for (const [what, bound] of Object.entries(most)) {
				const count = counts[what as keyof typeof most];
				assert.ok(count > 0 && count <= bound, `${what}: ${count} of ${bound}; ${JSON.stringify(sent)}`);
			}
			assert.equal(wasm.length, 1);
			// What the browser says it loaded is what was counted here: nothing came from anywhere else.
			const loaded = await page.evaluate(() =>
				performance.getEntriesByType("resource").map(({ name }) => name),
			);
			for (const name of loaded) assert.ok(name.startsWith(server.url), name);
		});
	});

	test("sends everything gzipped that becomes smaller by it, and nothing of the sandbox's page", async () => {
		await visit({ serviceWorkers: "block" }, async () => {
			for (const { path, bytes, plainBytes } of sent) {
				// A file of a few words is as long gzipped.
				if (/\.(js|css|wasm|html)$|^\/$/.test(path) && plainBytes > 500) assert.ok(bytes < plainBytes, path);
				assert.doesNotMatch(path, /town|later-/);
			}
		});
	});

	test("keeps all of it for the next one, which asks for nothing but what may have changed", async (t) => {
		await visit({}, async (page) => {
			await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
			await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
			const paths = sent.map(({ path }) => path);
			assert.ok(
				paths.some((path) => path.startsWith("/assets/town-")),
				"the service worker fetches the rest",
			);
			assert.ok(
				paths.every((path) => !path.startsWith("/assets/later-")),
				"what runs meters was fetched unasked",
			);
			sent.length = 0;
			await page.reload();
			await page.locator("h1").waitFor();
			t.diagnostic(`the second visit asked for ${JSON.stringify(sent.map(({ path }) => path))}`);
			assert.deepEqual(
				sent.filter(({ path }) => path !== "/service-worker.js"),
				[],
			);
		});
	});
});
