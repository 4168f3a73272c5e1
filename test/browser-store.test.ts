/** The wallet's store in a browser keeps the contract of all stores, in real Chromium, and its wallet has one tab. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import type { IndexedDbStore } from "../packages/wallet/src/browser.ts";
import type { HistoryPage, SettingStore, WalletStore } from "../packages/wallet/src/index.ts";
import { settingContract } from "../packages/wallet/test/support/setting-contract.ts";
import { storeContract } from "../packages/wallet/test/support/store-contract.ts";
import { bundle, openPage, skip } from "./browser/chromium.ts";

declare const openStore: (name: string) => Promise<number | string>;
declare const makeFirstVersion: (name: string) => Promise<void>;
declare const storeOf: (handle: number) => IndexedDbStore;

describe("in a browser", { skip }, () => {
	let opened: Awaited<ReturnType<typeof openPage>>;
	let wallets = 0;
	before(async () => {
		const entry = fileURLToPath(new URL("browser/store-page.ts", import.meta.url));
		opened = await openPage(await bundle(entry));
	});
	after(() => opened.close());

	storeContract("indexedDbStore", async () => {
		const name = `wallet-${++wallets}`;
		const { store } = await remote(opened.page, name);
		return {
			store,
			reopen: async () => {
				await store.close();
				return (await remote(opened.page, name)).store;
			},
		};
	});

	settingContract("indexedDbStore", async () => {
		const name = `wallet-${++wallets}`;
		const { store, settings } = await remote(opened.page, name);
		return {
			settings,
			reopen: async () => {
				await store.close();
				return (await remote(opened.page, name)).settings;
			},
		};
	});

	test("a wallet that was made before there were settings keeps what it holds, and takes settings", async () => {
		await opened.page.evaluate(() => makeFirstVersion("old"));
		const { store, settings } = await remote(opened.page, "old");
		assert.deepEqual(await store.load(), new Map([["token/00", Uint8Array.of(1, 2)]]));
		assert.deepEqual(
			(await store.history.list({ limit: 9 })).entries.map(({ id }) => id),
			["paid/1"],
		);
		await settings.set("language", "ja");
		await store.close();
		const again = await remote(opened.page, "old");
		assert.equal(await again.settings.get("language"), "ja");
		assert.equal((await again.store.load()).size, 1);
		await again.store.close();
	});

	test("a wallet that is open in one tab is refused in another, and let in once the first is gone", async () => {
		const tab = await opened.page.context().newPage();
		const opening = () => opened.page.evaluate(() => openStore("shared"));
		await tab.goto(opened.page.url());
		await tab.waitForFunction("globalThis.isReady === true");
		assert.equal(typeof (await tab.evaluate(() => openStore("shared"))), "number");
		assert.equal(await opening(), "wallet-in-use");
		await tab.close();
		// The browser frees the lock of a closed tab when it gets to it.
		const deadline = Date.now() + 20_000;
		while (typeof (await opening()) !== "number") assert.ok(Date.now() < deadline, "the lock is still held");
	});
});

/** A store in the page, as if it were here: bytes cross as arrays, amounts as text. */
async function remote(
	page: Page,
	name: string,
): Promise<{ readonly store: WalletStore; readonly settings: SettingStore }> {
	const handle = await page.evaluate((name) => openStore(name), name);
	assert.ok(typeof handle === "number", String(handle));
	return { store: remoteStore(page, handle), settings: remoteSettings(page, handle) };
}

function remoteSettings(page: Page, handle: number): SettingStore {
	return {
		get: (name) => page.evaluate(({ handle, name }) => storeOf(handle).settings.get(name), { handle, name }),
		set: (name, value) =>
			page.evaluate(({ handle, name, value }) => storeOf(handle).settings.set(name, value), {
				handle,
				name,
				value,
			}),
	};
}

function remoteStore(page: Page, handle: number): WalletStore {
	return {
		load: async () => {
			const rows = await page.evaluate(
				async (handle) =>
					[...(await storeOf(handle).load())].map(([key, value]) => [key, [...value]] as const),
				handle,
			);
			return new Map(rows.map(([key, value]) => [key, Uint8Array.from(value)]));
		},
		commit: async (writes) => {
			const plain = writes.map(({ key, value }) => ({ key, value: value && [...value] }));
			const commit = ({ handle, plain: given }: { handle: number; plain: typeof plain }) =>
				storeOf(handle).commit(
					given.map(({ key, value }) => ({ key, value: value && Uint8Array.from(value) })),
				);
			await page.evaluate(commit, { handle, plain });
		},
		close: () => page.evaluate((handle) => storeOf(handle).close(), handle),
		history: {
			append: (entry) =>
				page.evaluate(({ handle, entry }) => storeOf(handle).history.append(entry), { handle, entry }),
			list: async (query): Promise<HistoryPage> => {
				const list = ({ handle, query: asked }: { handle: number; query: typeof query }) =>
					storeOf(handle).history.list(asked);
				return page.evaluate(list, { handle, query }).catch(rethrown);
			},
		},
	};
}

/** Errors of the page by the class that they had there. */
function rethrown(error: Error): never {
	if (error.message.includes("RangeError")) throw new RangeError(error.message);
	throw error;
}
