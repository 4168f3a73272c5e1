/**
 * The software key store: keys sealed in rows of the module's own store.
 *
 *   keys                    envelope: passphrase or device key ──► root key, state key
 *   keys/signing/<key id>   one key each, sealed under the root key at its own row
 *   keys/document/<key>
 *
 * A row a key, so that a new key costs one row, and rows committed in any order lose no key. While it is open
 * the keys are in this process's memory, which is what assurance `software` says. `close` zeroes the bytes
 * held here; what signers, WebCrypto and the CBOR encoder copied is left to the runtime.
 */

import {
	type Bytes,
	bytes32,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
} from "@tenten/protocol";
import { platform } from "#platform";
import { type Cryptography, type KeySource, platformKeySource } from "../cryptography.ts";
import { secretBytes } from "../sizes.ts";
import type { StoreWrite } from "../store.ts";
import { utf8 } from "../text.ts";
import { openBackup, sealBackup } from "./backup.ts";
import { type NewUnlock, openEnvelope, sealEnvelope, type Unlock } from "./envelope.ts";
import { HeldKeys, type PrivateKey, privateKey, rowOf, rowPrefix } from "./held-keys.ts";
import type { KeyStore, NewKeyStore } from "./port.ts";

const { zero } = platform;
const rootRow = "keys";
const root = record({ rootKey: bytes32, stateKey: bytes32 });
type Root = { readonly rootKey: Bytes; readonly stateKey: Bytes };

export async function createSoftwareKeyStore(
	unlock: NewUnlock,
	source: KeySource = platformKeySource,
): Promise<NewKeyStore> {
	const { random, cryptography } = source;
	const secrets = { rootKey: random(secretBytes), stateKey: random(secretBytes) };
	const keyStore = keyStoreOf(secrets, new HeldKeys(cryptography), source);
	return { keyStore, writes: [await rootWrite(secrets, unlock, source)] };
}

/** Opens the key store in these rows (`ModuleStore.load`), or `unlock-failed`, `state-damaged`. */
export async function openSoftwareKeyStore(
	rows: ReadonlyMap<string, Bytes>,
	unlock: Unlock,
	source: KeySource = platformKeySource,
): Promise<KeyStore | Refusal> {
	const { cryptography } = source;
	const content = rows.get(rootRow);
	if (content === undefined) return refuse("state-damaged", "no key store here");
	const opened = await openEnvelope(rootRow, unlock, content, cryptography);
	if (isRefusal(opened)) return opened;
	// What is parsed is a copy (cborg slices), so the encoded secrets can go.
	const secrets = parse(root, opened);
	zero(opened);
	if (isRefusal(secrets)) return refuse("state-damaged", secrets.detail);
	const held = new HeldKeys(cryptography);
	for (const [row, sealed] of rows) {
		if (!row.startsWith(rowPrefix)) continue;
		const key = openRow(secrets, row, sealed, cryptography);
		if (isRefusal(key)) return key;
		held.add(key);
	}
	return keyStoreOf(secrets, held, source);
}

/**
 * A new key store from a backup, with a root key of its own. Its keys are there to move value to new ones:
 * who restores enrols again (a backup never makes an old key speak again).
 */
export async function restoreSoftwareKeyStore(
	backup: Bytes,
	passphrase: string,
	unlock: NewUnlock,
	source: KeySource = platformKeySource,
): Promise<NewKeyStore | Refusal> {
	const { random, cryptography } = source;
	const content = await openBackup(backup, passphrase, cryptography);
	if (isRefusal(content)) return content;
	const secrets = { rootKey: random(secretBytes), stateKey: content.stateKey };
	const held = new HeldKeys(cryptography);
	for (const key of content.keys) held.add(key);
	const writes = content.keys.map((key) => keyWrite(secrets, key, cryptography));
	return {
		keyStore: keyStoreOf(secrets, held, source),
		writes: [await rootWrite(secrets, unlock, source), ...writes],
	};
}

async function rootWrite(secrets: Root, unlock: NewUnlock, source: KeySource): Promise<StoreWrite> {
	const encoded = serialize(root, secrets);
	const value = await sealEnvelope(rootRow, unlock, encoded, source);
	zero(encoded);
	return { key: rootRow, value };
}

function openRow({ rootKey }: Root, row: string, sealed: Bytes, { openSealed }: Cryptography) {
	const encoded = openSealed(rootKey, placeOf(row), sealed);
	if (encoded === undefined) return refuse("state-damaged", row);
	const key = parse(privateKey, encoded);
	zero(encoded);
	return isRefusal(key) ? refuse("state-damaged", row) : key;
}

function keyWrite({ rootKey }: Root, key: PrivateKey, { seal }: Cryptography): StoreWrite {
	const encoded = serialize(privateKey, key);
	const value = seal(rootKey, placeOf(rowOf(key)), encoded);
	zero(encoded);
	return { key: rowOf(key), value };
}

function placeOf(row: string): Bytes {
	return utf8(`tenten/1/${row}`);
}

function keyStoreOf(secrets: Root, held: HeldKeys, source: KeySource): KeyStore {
	const { random, cryptography } = source;
	let isOpen = true;
	const keep = (key: PrivateKey): StoreWrite => {
		if (!isOpen) throw new Error("the key store is closed");
		const write = keyWrite(secrets, key, cryptography);
		held.add(key);
		return write;
	};
	return {
		assurance: "software",
		stateKey: secrets.stateKey,
		keys: () => held.publicKeys(),
		createKey: async (suite) => {
			const { privateKey, publicKey } = cryptography.generateKey(suite, random);
			return {
				key: publicKey,
				write: keep({ kind: "signing", suite, publicKey: publicKey.bytes, privateKey }),
			};
		},
		adopt: ({ key: row, value }) => {
			const key = value === null ? refuse("state-damaged", row) : openRow(secrets, row, value, cryptography);
			if (isRefusal(key)) return key;
			held.add(key);
			return undefined;
		},
		signer: (id) => held.signer(id) ?? refuse("key-unknown"),
		createDocumentKey: async () => {
			const privateKey = random(secretBytes);
			const publicKey = cryptography.documentPublicKey(privateKey);
			return { publicKey, write: keep({ kind: "document", publicKey, privateKey }) };
		},
		openDocument: async (publicKey, associatedData, sealed) => {
			const open = await held.opener(publicKey);
			return open === undefined ? refuse("key-unknown") : open(associatedData, sealed);
		},
		forget: (id) => ({ key: held.remove(id), value: null }),
		exportBackup: async (passphrase, cost = "sensitive") => {
			if (!isOpen) throw new Error("the key store is closed");
			if (passphrase === undefined) throw new RangeError("its backups need a passphrase");
			return sealBackup({ stateKey: secrets.stateKey, keys: held.all() }, passphrase, cost, source);
		},
		close: () => {
			isOpen = false;
			zero(secrets.rootKey, secrets.stateKey);
			held.close();
		},
	};
}
