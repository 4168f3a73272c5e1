/**
 * Pages of other origins, in real Chromium, against the wallet and the sandbox: none frames a page of ours, none is
 * heard, none moves anything, and a link that one of them opens pays nothing until somebody agrees.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { type LoopbackServer, listenOnLoopback } from "@tenten/wallet";
import { buildWeb, webApp } from "@tenten/web";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { screenPorts } from "../packages/cli/src/sandbox/pages.ts";
import { openScreens, type Screens } from "../packages/cli/src/sandbox/screens.ts";
import { openTown, type Town } from "../packages/cli/src/sandbox/town.ts";
import { balanceAgrees } from "./browser/balances.ts";
import { ask } from "./browser/by-link.ts";
import { launch, skip } from "./browser/chromium.ts";
import { firstRun, openPhones, type Phones, yen } from "./browser/phones.ts";

/** In every page of ours, and in nothing that a browser shows instead. */
const ours = 'script[src*="/assets/"]';

/** A page without any policy; by another name than ours, so that it is another site too. */
async function openForeign(): Promise<LoopbackServer> {
	const headers = { "content-type": "text/html; charset=utf-8" };
	const server = await listenOnLoopback({
		fetch: () => new Response("<!doctype html><title>elsewhere</title><body>", { headers }),
	});
	return { ...server, url: server.url.replace("127.0.0.1", "localhost") };
}

describe("a foreign page and the sandbox", { skip }, () => {
	const folder = mkdtempSync(join(tmpdir(), "tenten-foreign-"));
	let town: Town;
	let screens: Screens;
	let foreign: LoopbackServer;
	let browser: Browser;
	let context: BrowserContext;
	let page: Page;
	let townPage: string;
	let board: string;

	before(async () => {
		const ports = await screenPorts(folder);
		town = await openTown(folder, { forget: true, origins: [`http://127.0.0.1:${ports.port}`] });
		const built = await buildWeb();
		screens = await openScreens({
			town,
			ports,
			built: (connect) => webApp(built, { connect, isFramedBySelf: true }),
		});
		foreign = await openForeign();
		browser = await launch();
		context = await browser.newContext({ locale: "en-GB" });
		page = await context.newPage();
		const own = await context.newPage();
		await own.goto(screens.url);
		await own.locator("iframe").first().waitFor();
		townPage = own.url();
		board = `http://127.0.0.1:${new URL(townPage).searchParams.get("switches")}`;
		await own.close();
		await page.goto(foreign.url);
	});
	after(async () => {
		await browser?.close();
		await foreign?.stop();
		await screens?.close();
		await town?.close();
		rmSync(folder, { recursive: true, force: true });
	});

	type State = {
		readonly operators: readonly { readonly isOn: boolean; readonly totals: object }[];
		readonly relay: { readonly isOn: boolean };
	};
	const state = async (): Promise<State> => (await (await fetch(`${board}/town`)).json()) as State;

	/** Whether pages came up in frames of `framing`, as ours. */
	async function framed(framing: Page, addresses: readonly string[]): Promise<readonly boolean[]> {
		await framing.evaluate(async (all) => {
			for (const src of all) {
				const frame = document.createElement("iframe");
				const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
				frame.src = src;
				document.body.append(frame);
				await loaded;
			}
		}, addresses);
		const frames = framing.frames().slice(-addresses.length);
		return Promise.all(frames.map(async (frame) => (await frame.locator(ours).count()) > 0));
	}

	test("cannot hold any page in a frame; our own can, which is how this would be seen", async () => {
		const addresses = ["wallet/", "wallet/town.html"].map((path) => `${screens.url}${path}?wallet=framed`);
		assert.deepEqual(await framed(page, addresses), [false, false]);
		const own = await context.newPage();
		await own.goto(`${screens.url}wallet/icon.svg`);
		await own.goto(townPage);
		assert.deepEqual(await framed(own, addresses), [true, true]);
		await own.close();
	});

	test("is not heard: a window it opens is out of its reach, and what is forged is no phone's word", async () => {
		const opening = context.waitForEvent("page");
		await page.evaluate((address) => Object.assign(globalThis, { opened: window.open(address) }), townPage);
		const opened = await opening;
		await opened.locator("iframe").first().waitFor();
		await opened.evaluate(() => {
			Object.assign(globalThis, { heard: 0 });
			addEventListener("message", ({ data }) => {
				if ((data as { readonly isForged?: boolean }).isForged)
					(globalThis as unknown as { heard: number }).heard++;
			});
		});
		const phone = { isReady: true, available: 10n, received: 1, isPaying: false };
		const isGone = await page.evaluate((said) => {
			const { opened: window } = globalThis as unknown as { readonly opened: Window };
			window.postMessage({ kind: "tenten-phone", phone: said, isForged: true }, "*");
			return window.closed;
		}, phone);
		assert.equal(isGone, true);
		assert.equal(await opened.evaluate(() => window.opener), null);
		// Even if it arrived: as it would, and as from our own origin but from no phone.
		await opened.evaluate((said) => {
			for (const origin of ["http://elsewhere.example", location.origin])
				dispatchEvent(new MessageEvent("message", { origin, data: { kind: "tenten-phone", phone: said } }));
		}, phone);
		assert.equal(await opened.evaluate(() => (globalThis as unknown as { heard: number }).heard), 0);
		assert.equal(await opened.locator("li[data-step][data-done=true]").count(), 0);
		await opened.close();
	});

	test("throws no switch, has nobody pay and reads nothing, by whatever it can send", async () => {
		const before = await state();
		const came: string[] = [];
		const answers = await page.evaluate(async (address) => {
			const paths = ["operators/off", "dark", "shop/ask", "people/Aoi/pay"];
			const found: string[] = [];
			for (const path of paths)
				for (const mode of ["no-cors", "cors"] as const)
					for (const type of ["text/plain", "application/json"]) {
						const body = JSON.stringify({ amount: "1", link: "tenten:AAAAAAAA" });
						const options = { method: "POST", mode, body, headers: { "content-type": type } };
						const answer = await fetch(`${address}/town/${path}`, options).catch(() => undefined);
						found.push(answer === undefined ? "none" : `${answer.type} ${answer.status}`);
					}
			const read = await fetch(`${address}/town`).catch(() => undefined);
			return { found, read: read === undefined ? "none" : await read.text() };
		}, board);
		assert.ok(
			answers.found.every((each) => each === "none" || each === "opaque 0"),
			answers.found.join(),
		);
		assert.equal(answers.read, "none");
		for (const path of ["operators/off", "dark"]) {
			const tab = await context.newPage();
			await tab.goto(foreign.url);
			const answered = tab.waitForResponse((response) => response.url().startsWith(board));
			await tab.evaluate((action) => {
				const form = document.createElement("form");
				Object.assign(form, { method: "post", enctype: "text/plain", action });
				document.body.append(form);
				form.submit();
			}, `${board}/town/${path}`);
			came.push(`${(await answered).status()}`);
			await tab.close();
		}
		assert.deepEqual(came, ["403", "403"]);
		assert.deepEqual(await state(), before);
		assert.ok(before.relay.isOn && before.operators.every(({ isOn }) => isOn));
	});

	test("gets into no room of the relay, which our own page does", async () => {
		const room = `${screens.url.replace("http", "ws")}v1/rooms/${"a".repeat(64)}/guest`;
		const enter = (from: Page): Promise<string> =>
			from.evaluate(
				(address) =>
					new Promise<string>((resolve) => {
						const socket = new WebSocket(address);
						socket.addEventListener("open", () => resolve("open"));
						socket.addEventListener("error", () => resolve("refused"));
					}),
				room,
			);
		assert.equal(await enter(page), "refused");
		const own = await context.newPage();
		await own.goto(townPage);
		assert.equal(await enter(own), "open");
		await own.close();
	});
});

describe("a foreign page and a wallet", { skip }, () => {
	let phones: Phones;
	let foreign: LoopbackServer;

	before(async () => {
		phones = await openPhones();
		foreign = await openForeign();
	});
	after(async () => {
		await foreign?.stop();
		await phones?.close();
	});

	test("cannot frame it, and a link that it opens pays nothing until somebody agrees", async () => {
		const [ann, bob] = [await phones.phone({ language: "en" }), await phones.phone()];
		await firstRun(ann, 2_000n);
		await firstRun(bob, 100n);
		const request = (await ask(bob, 1_500n, "a gift")).replace(/^tenten:/, "");
		const address = ann.page.url().split("#")[0] ?? "";
		await ann.page.goto(foreign.url);
		await ann.page.evaluate(async (src) => {
			const frame = document.createElement("iframe");
			const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
			frame.src = src;
			document.body.append(frame);
			await loaded;
		}, address);
		assert.equal(await ann.page.frames().at(-1)?.locator(ours).count(), 0);

		await ann.page.evaluate((href) => {
			location.href = href;
		}, `${address}#${request}`);
		const agreeing = ann.button("sheet.payAmount", { amount: yen(ann, 1_500n) });
		await agreeing.waitFor();
		// Nor does an Enter that was meant for something else.
		await ann.page.keyboard.press("Enter");
		await ann.page.keyboard.press("Space");
		await agreeing.waitFor();
		await ann.button("sheet.leave").click();
		assert.equal((await balanceAgrees(ann))["available"], 2_000n);
		assert.equal(await ann.page.locator('a[href^="#/payment/"]').count(), 0);
		assert.equal((await balanceAgrees(bob))["available"], 100n);
	});
});
