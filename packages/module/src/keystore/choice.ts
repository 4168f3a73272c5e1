/** Which key store keeps a module's keys: whoever opens the module says it by how it is unlocked. */
import { type Bytes, isRefusal, type Refusal } from "@tenten/protocol";
import type { KeySource } from "../cryptography.ts";
import type { NewUnlock } from "./envelope.ts";
import type { KeyStore, NewKeyStore } from "./port.ts";
import { createSoftwareKeyStore, openSoftwareKeyStore, restoreSoftwareKeyStore } from "./software.ts";
import {
	createWebCryptoKeyStore,
	openWebCryptoKeyStore,
	restoreWebCryptoKeyStore,
	sweepShelf,
	type WebCryptoUnlock,
} from "./webcrypto.ts";

/** What opens a module's keys, and makes them where there are none: in its own rows, or on a shelf of WebCrypto. */
export type ModuleUnlock = NewUnlock | WebCryptoUnlock;

/** Whether these rows hold a key store, of whichever kind. */
export function hasKeyStore(rows: ReadonlyMap<string, Bytes>): boolean {
	return rows.has("keys");
}

export async function createKeyStore(
	unlock: ModuleUnlock,
	source: KeySource,
): Promise<NewKeyStore | Refusal> {
	return unlock.kind === "webcrypto"
		? createWebCryptoKeyStore(unlock, source)
		: createSoftwareKeyStore(unlock, source);
}

export async function openKeyStore(
	rows: ReadonlyMap<string, Bytes>,
	unlock: ModuleUnlock,
	source: KeySource,
): Promise<KeyStore | Refusal> {
	if (unlock.kind !== "webcrypto") return openSoftwareKeyStore(rows, unlock, source);
	const keyStore = await openWebCryptoKeyStore(rows, unlock, source);
	if (!isRefusal(keyStore)) await sweepShelf(unlock.shelf, rows);
	return keyStore;
}

/** `secret`: the passphrase of the backup, or its recovery code. */
export async function restoreKeyStore(
	backup: Bytes,
	secret: string,
	unlock: ModuleUnlock,
	source: KeySource,
): Promise<NewKeyStore | Refusal> {
	return unlock.kind === "webcrypto"
		? restoreWebCryptoKeyStore(backup, secret, unlock, source)
		: restoreSoftwareKeyStore(backup, secret, unlock, source);
}
