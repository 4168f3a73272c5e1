/** What every key store promises, wherever its keys are. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
	type Bytes,
	equalBytes,
	isRefusal,
	keyId,
	type SuiteName,
	suites,
	verifySign1,
} from "@tenten/protocol";
import {
	type KeyStore,
	type NewKeyStore,
	openState,
	platformCryptography,
	type StoreWrite,
	verify,
} from "../../src/index.ts";

export type KeyStoreUnderTest = {
	readonly create: () => Promise<NewKeyStore>;
	/** opens what `create` made, from the rows that were committed */
	readonly open: (rows: ReadonlyMap<string, Bytes>) => Promise<KeyStore>;
};

const payload = new TextEncoder().encode("payload");
const everySuite = Object.keys(suites) as readonly SuiteName[];

export function keyStoreContract(name: string, { create, open }: KeyStoreUnderTest): void {
	describe(name, () => {
		for (const suite of everySuite)
			test(`signs with a new ${suite} key at once, and after a restart`, async () => {
				const { keyStore, writes } = await create();
				const { key, write } = await keyStore.createKey(suite);
				assert.equal(key.suite, suite);
				await mustSign(keyStore, key);
				const reopened = await open(rowsOf([...writes, write]));
				assert.deepEqual(reopened.keys(), [key]);
				await mustSign(reopened, key);
			});

		test("makes another key each time", async () => {
			const { keyStore } = await create();
			for (const suite of everySuite) {
				const [a, b] = [await keyStore.createKey(suite), await keyStore.createKey(suite)];
				assert.equal(equalBytes(a.key.bytes, b.key.bytes), false);
				assert.notEqual(a.write.key, b.write.key);
			}
			assert.equal(keyStore.keys().length, 2 * everySuite.length);
		});

		test("loses no key when rows are committed in another order than made", async () => {
			const { keyStore, writes } = await create();
			const first = await keyStore.createKey("Ed25519");
			const second = await keyStore.createKey("Ed25519");
			const reopened = await open(rowsOf([...writes, second.write, first.write]));
			await mustSign(reopened, first.key);
			await mustSign(reopened, second.key);
		});

		test("takes a key whose row was kept elsewhere, and none that it did not make", async () => {
			const { keyStore, writes } = await create();
			const { key, write } = await keyStore.createKey("Ed25519");
			const reopened = await open(rowsOf(writes));
			assert.equal(reopened.adopt(write), undefined);
			await mustSign(reopened, key);
			const stranger = (await create()).keyStore;
			for (const row of [
				(await stranger.createKey("Ed25519")).write,
				{ ...write, key: "keys/signing/other" },
				{ ...write, value: null },
			])
				assert.equal(reopened.adopt(row)?.code, "state-damaged");
		});

		test("a key whose row was never committed is gone after a restart", async () => {
			const { keyStore, writes } = await create();
			const { key } = await keyStore.createKey("Ed25519");
			const signer = (await open(rowsOf(writes))).signer(keyId(key));
			assert.ok(isRefusal(signer) && signer.code === "key-unknown");
		});

		test("opens documents sealed to its document key, at once and after a restart", async () => {
			const { keyStore, writes } = await create();
			const { publicKey, write } = await keyStore.createDocumentKey();
			const place = Uint8Array.of(1, 2);
			const sealed = await platformCryptography.sealDocument(publicKey, place, payload);
			assert.ok(!isRefusal(sealed));
			for (const store of [keyStore, await open(rowsOf([...writes, write]))]) {
				assert.deepEqual(await store.openDocument(publicKey, place, sealed), payload);
				const moved = await store.openDocument(publicKey, Uint8Array.of(9), sealed);
				assert.ok(isRefusal(moved) && moved.code === "document-mismatch");
			}
			const other = await keyStore.openDocument(new Uint8Array(32), place, sealed);
			assert.ok(isRefusal(other) && other.code === "key-unknown");
		});

		test("document keys sign nothing", async () => {
			const { keyStore } = await create();
			const { publicKey } = await keyStore.createDocumentKey();
			assert.deepEqual(keyStore.keys(), []);
			assert.ok(isRefusal(keyStore.signer(publicKey)));
		});

		test("keeps one state key, which opens the state again", async () => {
			const { keyStore, writes } = await create();
			const rows = rowsOf(writes);
			const store = {
				load: async () => rows,
				commit: async (all: readonly StoreWrite[]) => apply(rows, all),
				close: async () => undefined,
			};
			const state = await openState(store, keyStore.stateKey);
			assert.ok(!isRefusal(state));
			const { key, write } = await keyStore.createKey("Ed25519");
			await state.commit([{ key: "token/a", value: payload }], [write]);
			const reopened = await open(rows);
			await mustSign(reopened, key);
			const again = await openState(store, reopened.stateKey);
			assert.ok(!isRefusal(again));
			assert.deepEqual(again.rows.get("token/a"), payload);
		});

		test("forgets a key at once and for good", async () => {
			const { keyStore, writes } = await create();
			const kept = await keyStore.createKey("Ed25519");
			const { key, write } = await keyStore.createKey("Ed25519");
			const forgotten = keyStore.forget(keyId(key));
			assert.deepEqual(forgotten, { key: write.key, value: null });
			const document = await keyStore.createDocumentKey();
			assert.equal(keyStore.forget(document.publicKey).key, document.write.key);
			for (const store of [keyStore, await open(rowsOf([...writes, kept.write, write, forgotten]))]) {
				assert.ok(isRefusal(store.signer(keyId(key))));
				await mustSign(store, kept.key);
			}
		});

		test("closed, it signs nothing and makes nothing", async () => {
			const { keyStore } = await create();
			const { key } = await keyStore.createKey("Ed25519");
			keyStore.close();
			assert.ok(isRefusal(keyStore.signer(keyId(key))));
			assert.deepEqual(keyStore.keys(), []);
			await assert.rejects(keyStore.createKey("Ed25519"), /closed/);
			await assert.rejects(keyStore.exportBackup("p", "interactive"), /closed/);
			assert.deepEqual(keyStore.stateKey, new Uint8Array(32));
		});
	});
}

export function rowsOf(writes: readonly StoreWrite[]): Map<string, Bytes> {
	const rows = new Map<string, Bytes>();
	apply(rows, writes);
	return rows;
}

function apply(rows: Map<string, Bytes>, writes: readonly StoreWrite[]): void {
	for (const { key, value } of writes)
		if (value === null) rows.delete(key);
		else rows.set(key, value);
}

async function mustSign(keyStore: KeyStore, key: Parameters<typeof keyId>[0]): Promise<void> {
	const signer = keyStore.signer(keyId(key));
	assert.ok(!isRefusal(signer));
	assert.deepEqual(signer.key, key);
	const signature = await signer.sign("link", payload);
	assert.ok(verifySign1(verify, key, "link", payload, signature));
	assert.equal(verifySign1(verify, key, "cancel", payload, signature), false);
}
