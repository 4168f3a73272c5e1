/** The wallet's keys in a browser keep the contract of all key stores, in real Chromium, and do not come out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { createSoftwareKeyStore, restoreSoftwareKeyStore } from "@tenten/module";
import { type Bytes, fromHex, isRefusal, type PublicKey, toHex } from "@tenten/protocol";
import { bundle, skip, withPage } from "./browser/chromium.ts";

declare const testNames: () => readonly string[];
declare const runTest: (name: string) => Promise<string | undefined>;
declare const backUp: () => Promise<{
	readonly backup: string;
	readonly recoveryCode: string;
	readonly keys: readonly string[];
}>;
declare const restore: (backup: string, secret: string) => Promise<readonly string[]>;
declare const exported: () => Promise<{ readonly keys: number; readonly out: readonly string[] }>;

const device = { kind: "device", key: new Uint8Array(32).fill(9) } as const;
const hexOf = (keys: readonly PublicKey[]): readonly string[] => keys.map(({ bytes }) => toHex(bytes));
const file = (name: string): string => fileURLToPath(new URL(`browser/${name}`, import.meta.url));
const shim = file("node-test.ts");

test("keys in a browser", { skip }, async (t) => {
	const code = await bundle(file("key-store-page.ts"), {
		"node:test": shim,
		"node:assert/strict": shim,
	});
	await withPage(code, async (page) => {
		const names = await page.evaluate(() => testNames());
		assert.ok(names.length > 10, "the contract has tests");
		for (const name of names)
			await t.test(name, async () => {
				assert.equal(await page.evaluate((name) => runTest(name), name), undefined);
			});
		await t.test("come out in no format", async () => {
			await page.evaluate((name) => runTest(name), names.find((name) => name.includes("document key")) ?? "");
			const { keys, out } = await page.evaluate(() => exported());
			assert.ok(keys >= 2);
			assert.deepEqual(out, []);
		});
		await t.test("are backed up here and restored in Node", async () => {
			const { backup, recoveryCode, keys } = await page.evaluate(() => backUp());
			const restored = await restoreSoftwareKeyStore(fromHex(backup) as Bytes, recoveryCode, device);
			assert.ok(!isRefusal(restored));
			assert.deepEqual(hexOf(restored.keyStore.keys()), keys);
		});
		await t.test("are backed up in Node and restored here", async () => {
			const { keyStore } = await createSoftwareKeyStore(device);
			for (const suite of ["ES256", "Ed25519"] as const) await keyStore.createKey(suite);
			const backup = toHex(await keyStore.exportBackup("ひらけごま", "interactive"));
			const restoring = ([content, secret]: readonly [string, string]) => restore(content, secret);
			const keys = await page.evaluate(restoring, [backup, "ひらけごま"] as const);
			assert.deepEqual(keys, hexOf(keyStore.keys()));
		});
	});
});
