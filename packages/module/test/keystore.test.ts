/** The software key store keeps the contract under both ways to unlock, and gives nothing away. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type Bytes, decodeItem, encodeItem, isRefusal, keyId, refuse } from "@tenten/protocol";
import { platformCryptography, platformKeySource } from "../src/cryptography.ts";
import {
	createSoftwareKeyStore,
	hasKeyStore,
	type NewUnlock,
	openSoftwareKeyStore,
	restoreSoftwareKeyStore,
	type Unlock,
} from "../src/index.ts";
import { keyStoreContract, rowsOf } from "./support/key-store-contract.ts";

const device: NewUnlock & Unlock = { kind: "device", key: new Uint8Array(32).fill(3) };
const passphrase: NewUnlock & Unlock = { kind: "passphrase", passphrase: "ひらけごま", cost: "interactive" };

for (const unlock of [device, passphrase])
	keyStoreContract(`a software key store unlocked by ${unlock.kind}`, {
		create: () => createSoftwareKeyStore(unlock),
		open: async (rows) => {
			const keyStore = await openSoftwareKeyStore(rows, unlock);
			assert.ok(!isRefusal(keyStore), isRefusal(keyStore) ? keyStore.code : "");
			return keyStore;
		},
	});

async function codeOf(rows: ReadonlyMap<string, Bytes>, unlock: Unlock): Promise<string> {
	const result = await openSoftwareKeyStore(rows, unlock);
	return isRefusal(result) ? result.code : "opened";
}

describe("a software key store opens", () => {
	test("for its passphrase alone, however the characters were typed", async () => {
		const { writes } = await createSoftwareKeyStore(passphrase);
		const rows = rowsOf(writes);
		const typed = (text: string): Unlock => ({ kind: "passphrase", passphrase: text });
		assert.equal(await codeOf(rows, typed("ひらけこ\u3099ま")), "opened");
		assert.equal(await codeOf(rows, typed("ひらけごみ")), "unlock-failed");
		assert.equal(await codeOf(rows, typed("")), "unlock-failed");
		assert.equal(await codeOf(rows, device), "unlock-failed");
		// In a browser, without a network.
		const stretch = async () => refuse("part-missing");
		const source = { ...platformKeySource, cryptography: { ...platformCryptography, stretch } };
		const result = await openSoftwareKeyStore(rows, passphrase, source);
		assert.equal(isRefusal(result) && result.code, "part-missing");
	});

	test("for its device key alone", async () => {
		const rows = rowsOf((await createSoftwareKeyStore(device)).writes);
		assert.equal(await codeOf(rows, { kind: "device", key: new Uint8Array(32) }), "unlock-failed");
		assert.equal(await codeOf(rows, { kind: "device", key: new Uint8Array(31) }), "unlock-failed");
		assert.equal(await codeOf(rows, passphrase), "unlock-failed");
		await assert.rejects(createSoftwareKeyStore({ kind: "device", key: new Uint8Array(31) }), RangeError);
	});

	test("only if there is one", async () => {
		assert.equal(hasKeyStore(new Map()), false);
		assert.equal(await codeOf(new Map(), device), "state-damaged");
		assert.ok(hasKeyStore(rowsOf((await createSoftwareKeyStore(device)).writes)));
	});

	test("never with any byte of a row changed", async () => {
		const { keyStore, writes } = await createSoftwareKeyStore(device);
		const rows = rowsOf([...writes, (await keyStore.createKey("ES256")).write]);
		for (const [row, content] of rows)
			for (let i = 0; i < content.length; i++) {
				const changed = content.with(i, (content[i] as number) ^ 1);
				assert.notEqual(await codeOf(new Map(rows).set(row, changed), device), "opened", `${row} ${i}`);
			}
	});

	test("never with a key moved to the row of another", async () => {
		const { keyStore, writes } = await createSoftwareKeyStore(device);
		const [a, b] = [await keyStore.createKey("Ed25519"), await keyStore.createKey("Ed25519")];
		const moved = { key: a.write.key, value: b.write.value };
		assert.equal(await codeOf(rowsOf([...writes, moved]), device), "state-damaged");
	});

	test("never at a cost that the envelope made up", async () => {
		const { writes } = await createSoftwareKeyStore(passphrase);
		const content = decodeItem(writes[0]?.value as Bytes) as [number, [number, Bytes, number, number], Bytes];
		const [version, [kind, salt, operations, memory], sealed] = content;
		const withCost = (newOperations: number, newMemory: number): Promise<string> =>
			codeOf(
				new Map([["keys", encodeItem([version, [kind, salt, newOperations, newMemory], sealed])]]),
				passphrase,
			);
		assert.equal(await withCost(operations, memory), "opened");
		assert.equal(await withCost(operations + 1, memory), "unlock-failed");
		assert.equal(await withCost(1, memory), "state-damaged");
		assert.equal(await withCost(operations, 8192), "state-damaged");
		assert.equal(await withCost(operations, 2 ** 40), "state-damaged");
	});
});

describe("a backup", () => {
	test("restores every key and the state key, under a new unlocking", async () => {
		const { keyStore } = await createSoftwareKeyStore(device);
		const { key } = await keyStore.createKey("ES256");
		const { publicKey } = await keyStore.createDocumentKey();
		const backup = await keyStore.exportBackup("paper", "interactive");

		const other: NewUnlock & Unlock = { kind: "device", key: new Uint8Array(32).fill(8) };
		const restored = await restoreSoftwareKeyStore(backup, "paper", other);
		assert.ok(!isRefusal(restored));
		const rows = rowsOf(restored.writes);
		assert.equal(await codeOf(rows, device), "unlock-failed");
		const reopened = await openSoftwareKeyStore(rows, other);
		assert.ok(!isRefusal(reopened));
		for (const store of [restored.keyStore, reopened]) {
			assert.deepEqual(store.stateKey, keyStore.stateKey);
			assert.deepEqual(store.keys(), [key]);
			assert.ok(!isRefusal(store.signer(keyId(key))));
			assert.equal(store.forget(publicKey).key.startsWith("keys/document/"), true);
		}
	});

	test("opens for its passphrase alone, and is no key store", async () => {
		const { keyStore } = await createSoftwareKeyStore(device);
		const backup = await keyStore.exportBackup("paper", "interactive");
		const wrong = await restoreSoftwareKeyStore(backup, "stone", device);
		assert.ok(isRefusal(wrong) && wrong.code === "unlock-failed");
		const cut = await restoreSoftwareKeyStore(backup.subarray(1), "paper", device);
		assert.ok(isRefusal(cut) && cut.code === "state-damaged");
		const asKeyStore = await codeOf(new Map([["keys", backup]]), { kind: "passphrase", passphrase: "paper" });
		assert.equal(asKeyStore, "unlock-failed");
	});
});
