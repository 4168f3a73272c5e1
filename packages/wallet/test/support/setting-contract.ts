/** What every store of settings promises, whatever it is made of. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SettingStore } from "../../src/index.ts";

export type SettingsUnderTest = {
	readonly settings: SettingStore;
	/** as after a restart */
	readonly reopen: () => Promise<SettingStore>;
};

export function settingContract(name: string, open: () => Promise<SettingsUnderTest>): void {
	describe(`${name} keeps settings`, () => {
		test("what was set is there, now and after a restart, as it was set last", async () => {
			const { settings, reopen } = await open();
			await settings.set("language", "ja");
			await settings.set("", "珈琲 \u{1f375}");
			await settings.set("language", "en");
			await settings.set("empty", "");
			const found = async (store: SettingStore) =>
				Promise.all(["language", "", "empty", "other"].map((each) => store.get(each)));
			const expected = ["en", "珈琲 \u{1f375}", "", undefined];
			assert.deepEqual(await found(settings), expected);
			assert.deepEqual(await found(await reopen()), expected);
		});

		test("null forgets, and what was never set too", async () => {
			const { settings, reopen } = await open();
			await settings.set("a", "1");
			await settings.set("b", "2");
			await settings.set("a", null);
			await settings.set("never", null);
			const reopened = await reopen();
			assert.deepEqual([await reopened.get("a"), await reopened.get("b")], [undefined, "2"]);
		});
	});
}
