/**
 * The key store of a browser: keys inside WebCrypto, from where they do not come out, kept on a shelf.
 *
 *   shelf   root, keys/signing/…, keys/document/…      keys of WebCrypto, by the row that names each
 *   rows    keys                    envelope under `root` ──▶ root key, state key, recovery
 *           keys/signing/<key id>   one key each, sealed under the root key: its public half, and its private
 *           keys/document/<key>     half sealed to the recovery key (recovery.ts)
 *
 * A private key is bytes for a moment, when it is made; afterwards whatever runs in this page can use it and
 * cannot take it away. A key is on the shelf before its row is committed, and leaves it after: a crash between
 * leaves a key that no row names, which `sweepShelf` removes. What can go wrong: the browser cleared its storage
 * (no rows: `unlock-failed` without a recovery code, never a new wallet unasked), or the shelf alone
 * (`state-damaged`).
 */

import {
	type Bytes,
	bytes32,
	constant,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
} from "@tenten/protocol";
import { platform } from "#platform";
import type { KeySource, OpenDocument } from "../cryptography.ts";
import { secretBytes } from "../sizes.ts";
import type { StoreWrite } from "../store.ts";
import { utf8 } from "../text.ts";
import { openBackup } from "./backup.ts";
import { envelope } from "./envelope.ts";
import { type PrivateKey, publicHalf, rowOf, rowOfId, rowPrefix } from "./held-keys.ts";
import type { KeyStore, NewKeyStore } from "./port.ts";
import { newRecovery, recovery, sealedKey, sealKey, sealRecoverable } from "./recovery.ts";
import type { KeyShelf, ShelfKey } from "./shelf.ts";
import { generateSealingKey, importKey, openWith, sealWith, signerOver } from "./subtle-keys.ts";

export type WebCryptoUnlock = {
	readonly kind: "webcrypto";
	readonly shelf: KeyShelf;
	/** with which its backups will open; needed where a key store is made */
	readonly recoveryCode?: string;
};

const { zero } = platform;
const rootRow = "keys";
const rootName = "root";
const root = record({ rootKey: bytes32, stateKey: bytes32, recovery });
type Root = TypeOf<typeof root>;

const heldKey = record({ version: constant(1), key: publicHalf, recoverable: sealedKey });
type HeldKey = TypeOf<typeof heldKey>;

export function createWebCryptoKeyStore(
	unlock: WebCryptoUnlock,
	source: KeySource,
): Promise<NewKeyStore | Refusal> {
	return begin(unlock, { stateKey: source.random(secretBytes), keys: [] }, source);
}

/** A new key store from a backup that any key store made. */
export async function restoreWebCryptoKeyStore(
	backup: Bytes,
	secret: string,
	unlock: WebCryptoUnlock,
	source: KeySource,
): Promise<NewKeyStore | Refusal> {
	const content = await openBackup(backup, secret, source.cryptography);
	return isRefusal(content) ? content : begin(unlock, content, source);
}

async function begin(
	{ shelf, recoveryCode }: WebCryptoUnlock,
	{ stateKey, keys }: { readonly stateKey: Bytes; readonly keys: readonly PrivateKey[] },
	source: KeySource,
): Promise<NewKeyStore | Refusal> {
	if (recoveryCode === undefined) return refuse("unlock-failed", "a new key store needs a recovery code");
	const recovering = await newRecovery(recoveryCode, source);
	if (isRefusal(recovering)) return recovering;
	const secrets: Root = { rootKey: source.random(secretBytes), stateKey, recovery: recovering };
	const sealing = await generateSealingKey();
	await shelf.put(rootName, sealing);
	const encoded = serialize(root, secrets);
	const sealed = await sealWith(sealing, placeOf(rootRow), encoded);
	zero(encoded);
	const value = serialize(envelope, { version: 1, method: { kind: "webcrypto" }, sealed });
	const keyStore = new WebCryptoKeyStore(shelf, secrets, new Map(), source);
	const writes: StoreWrite[] = [{ key: rootRow, value }];
	for (const key of keys) writes.push(await keyStore.keep(key));
	return { keyStore, writes };
}

/** Opens the key store whose rows these are, or `unlock-failed`, `state-damaged`. */
export async function openWebCryptoKeyStore(
	rows: ReadonlyMap<string, Bytes>,
	{ shelf }: WebCryptoUnlock,
	source: KeySource,
): Promise<KeyStore | Refusal> {
	const content = rows.get(rootRow);
	if (content === undefined) return refuse("state-damaged", "no key store here");
	const shelved = await shelf.all();
	const secrets = await openRoot(content, shelved.get(rootName));
	if (isRefusal(secrets)) return secrets;
	const keyStore = new WebCryptoKeyStore(shelf, secrets, shelved, source);
	for (const [key, value] of rows) {
		const refusal = key.startsWith(rowPrefix) ? keyStore.adopt({ key, value }) : undefined;
		if (refusal !== undefined) return refusal;
	}
	return keyStore;
}

/** Removes from the shelf what no row names: what a crash left, and what was forgotten. */
export async function sweepShelf(shelf: KeyShelf, rows: ReadonlyMap<string, Bytes>): Promise<void> {
	const names = [...(await shelf.all()).keys()];
	const left = names.filter((name) => name !== rootName && !rows.has(name));
	if (left.length > 0) await shelf.delete(left);
}

async function openRoot(content: Bytes, sealing: ShelfKey | undefined): Promise<Root | Refusal> {
	const found = parse(envelope, content);
	if (isRefusal(found)) return refuse("state-damaged", found.detail);
	if (found.method.kind !== "webcrypto") return refuse("unlock-failed", `needs a ${found.method.kind}`);
	if (sealing === undefined) return refuse("state-damaged", "its key is not on the shelf");
	const encoded = await openWith(sealing, placeOf(rootRow), found.sealed);
	if (encoded === undefined) return refuse("unlock-failed");
	const secrets = parse(root, encoded);
	zero(encoded);
	return isRefusal(secrets) ? refuse("state-damaged", secrets.detail) : secrets;
}

class WebCryptoKeyStore implements KeyStore {
	readonly assurance = "software";
	readonly #shelf: KeyShelf;
	readonly #secrets: Root;
	readonly #shelved: Map<string, ShelfKey>;
	readonly #held = new Map<string, HeldKey>();
	readonly #openers = new Map<string, OpenDocument>();
	readonly #source: KeySource;
	#isOpen = true;

	constructor(shelf: KeyShelf, secrets: Root, shelved: ReadonlyMap<string, ShelfKey>, source: KeySource) {
		this.#shelf = shelf;
		this.#secrets = secrets;
		this.#shelved = new Map(shelved);
		this.#source = source;
	}

	get stateKey(): Bytes {
		return this.#secrets.stateKey;
	}

	readonly keys: KeyStore["keys"] = () =>
		[...this.#held.values()].flatMap(({ key }) =>
			key.kind === "signing" ? [{ suite: key.suite, bytes: key.publicKey }] : [],
		);

	readonly createKey: KeyStore["createKey"] = async (suite) => {
		const { random, cryptography } = this.#source;
		const { privateKey, publicKey } = cryptography.generateKey(suite, random);
		const write = await this.keep({ kind: "signing", suite, publicKey: publicKey.bytes, privateKey });
		return { key: publicKey, write };
	};

	readonly createDocumentKey: KeyStore["createDocumentKey"] = async () => {
		const { random, cryptography } = this.#source;
		const privateKey = random(secretBytes);
		const publicKey = cryptography.documentPublicKey(privateKey);
		return { publicKey, write: await this.keep({ kind: "document", publicKey, privateKey }) };
	};

	/** Takes a private key in, and zeroes it; the row to commit. */
	async keep(key: PrivateKey): Promise<StoreWrite> {
		if (!this.#isOpen) throw new Error("the key store is closed");
		const { seal } = this.#source.cryptography;
		const recoverable = await sealKey(this.#secrets.recovery, key, this.#source.cryptography);
		const shelfKey = await importKey(key);
		zero(key.privateKey);
		const row = rowOf(key);
		await this.#shelf.put(row, shelfKey);
		const held: HeldKey = { version: 1, key, recoverable };
		this.#shelved.set(row, shelfKey);
		this.#held.set(row, held);
		return { key: row, value: seal(this.#secrets.rootKey, placeOf(row), serialize(heldKey, held)) };
	}

	readonly adopt: KeyStore["adopt"] = ({ key: row, value }) => {
		const { openSealed } = this.#source.cryptography;
		const encoded = value === null ? undefined : openSealed(this.#secrets.rootKey, placeOf(row), value);
		const held = encoded === undefined ? refuse("state-damaged", row) : parse(heldKey, encoded);
		if (isRefusal(held) || rowOf(held.key) !== row || !this.#shelved.has(row))
			return refuse("state-damaged", row);
		this.#held.set(row, held);
		return undefined;
	};

	readonly signer: KeyStore["signer"] = (id) => {
		const row = rowOfId.signing(id);
		const key = this.#held.get(row)?.key;
		const shelfKey = this.#shelved.get(row);
		if (key?.kind !== "signing" || shelfKey === undefined) return refuse("key-unknown");
		return signerOver({ suite: key.suite, bytes: key.publicKey }, shelfKey);
	};

	readonly openDocument: KeyStore["openDocument"] = async (publicKey, associatedData, sealed) => {
		const row = rowOfId.document(publicKey);
		const shelfKey = this.#shelved.get(row);
		if (!this.#held.has(row) || shelfKey === undefined) return refuse("key-unknown");
		const open = this.#openers.get(row) ?? (await this.#source.cryptography.openerFrom(shelfKey, publicKey));
		this.#openers.set(row, open);
		return open(associatedData, sealed);
	};

	readonly forget: KeyStore["forget"] = (id) => {
		const signingRow = rowOfId.signing(id);
		const row = this.#held.has(signingRow) ? signingRow : rowOfId.document(id);
		// The shelf keeps it until the row is gone: `sweepShelf`.
		for (const map of [this.#held, this.#shelved, this.#openers]) map.delete(row);
		return { key: row, value: null };
	};

	readonly exportBackup: KeyStore["exportBackup"] = async (passphrase) => {
		if (!this.#isOpen) throw new Error("the key store is closed");
		if (passphrase !== undefined) throw new RangeError("its backups open with the recovery code");
		const keys = [...this.#held.values()].map(({ recoverable }) => recoverable);
		const { recovery: recovering, stateKey } = this.#secrets;
		return sealRecoverable(recovering, stateKey, keys, this.#source.cryptography);
	};

	readonly close: KeyStore["close"] = () => {
		this.#isOpen = false;
		zero(this.#secrets.rootKey, this.#secrets.stateKey, this.#secrets.recovery.backupKey);
		for (const map of [this.#held, this.#shelved, this.#openers]) map.clear();
	};
}

function placeOf(row: string): Bytes {
	return utf8(`tenten/1/${row}`);
}
