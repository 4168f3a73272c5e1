/**
 * What runs inside the browser: the contract of key stores, over WebCrypto with the shelf in IndexedDB. Every
 * store is opened anew before its keys are, so that they come from the database and not from memory.
 */

import { platformKeySource } from "../../packages/module/src/cryptography.ts";
import {
	createWebCryptoKeyStore,
	newRecoveryCode,
	openWebCryptoKeyStore,
	restoreWebCryptoKeyStore,
} from "../../packages/module/src/keystore/index.ts";
import { keyStoreContract } from "../../packages/module/test/support/key-store-contract.ts";
import {
	type Bytes,
	fromHex,
	isRefusal,
	type Refusal,
	sha256,
	toHex,
} from "../../packages/protocol/src/index.ts";
import { type IndexedDbStore, indexedDbStore } from "../../packages/wallet/src/browser.ts";
import { runTest, testNames } from "./node-test.ts";

const recoveryCode = newRecoveryCode(platformKeySource.random);
// Argon2id takes seconds here, and is tried where backups travel.
const quick = { ...platformKeySource.cryptography, stretch: async (_: Bytes, salt: Bytes) => sha256(salt) };
const source = { ...platformKeySource, cryptography: quick };
let made = 0;
let last: { name: string; store: IndexedDbStore } | undefined;

function done<T>(result: T | Refusal): T {
	if (isRefusal(result)) throw new Error(`${result.code} ${result.detail}`);
	return result;
}

async function unlockOf(name: string) {
	await last?.store.close();
	last = { name, store: done(await indexedDbStore(name)) };
	return { kind: "webcrypto", shelf: last.store.shelf, recoveryCode } as const;
}

keyStoreContract("WebCrypto", {
	create: async () => done(await createWebCryptoKeyStore(await unlockOf(`keys-${++made}`), source)),
	open: async (rows) => done(await openWebCryptoKeyStore(rows, await unlockOf(last?.name ?? ""), source)),
});

/** Formats in which a key of the last wallet comes out of the browser, tried one by one; how many keys there are. */
async function exported(): Promise<{ readonly keys: number; readonly out: readonly string[] }> {
	const keys = [...((await last?.store.shelf.all()) ?? [])];
	const out: string[] = [];
	for (const [name, key] of keys)
		for (const format of ["raw", "pkcs8", "jwk"] as const) {
			const content = await crypto.subtle.exportKey(format as "raw", key).catch(() => undefined);
			if (content !== undefined) out.push(`${name} as ${format}`);
		}
	return { keys: keys.length, out };
}

/** A backup of two new keys, its recovery code and the keys, in hexadecimal. */
async function backUp() {
	const { keyStore } = done(
		await createWebCryptoKeyStore(await unlockOf(`keys-${++made}`), platformKeySource),
	);
	const keys = [await keyStore.createKey("ES256"), await keyStore.createKey("Ed25519")];
	return {
		backup: toHex(await keyStore.exportBackup()),
		recoveryCode,
		keys: keys.map(({ key }) => toHex(key.bytes)),
	};
}

/** The keys of a backup that was made elsewhere, restored into this browser. */
async function restore(backup: string, secret: string): Promise<readonly string[]> {
	const unlock = await unlockOf(`keys-${++made}`);
	const bytes = fromHex(backup) ?? new Uint8Array();
	const { keyStore } = done(await restoreWebCryptoKeyStore(bytes, secret, unlock, platformKeySource));
	return keyStore.keys().map((key) => toHex(key.bytes));
}

Object.assign(globalThis, { testNames, runTest, exported, backUp, restore, isReady: true });
