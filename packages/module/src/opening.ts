/**
 * Opening a module from its store, beginning one in an empty store, and restoring one from a backup.
 *
 * A backup holds the keys, sealed under a passphrase or a recovery code, and the rows as they were sealed. What
 * happened after it was made is not known to whoever restores it, so its certificates speak in no payment again: what
 * they own comes back by their statements (`restored.ts`).
 */
import {
	type Bytes,
	bytes,
	isRefusal,
	keyId,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	text,
} from "@tenten/protocol";
import { metersOf } from "#meters";
import { passkeyKey } from "./authenticating.ts";
import { Core, type Surroundings } from "./core.ts";
import { type KeySource, platformCryptography } from "./cryptography.ts";
import {
	createKeyStore,
	hasKeyStore,
	type ModuleUnlock,
	openKeyStore,
	restoreKeyStore,
} from "./keystore/choice.ts";
import type { KeyStore, PassphraseCost } from "./keystore/index.ts";
import type { MeterPort } from "./metering/opening.ts";
import { OwnCertificates } from "./own-certificates.ts";
import { documentKeyRow, restoredRow } from "./rows.ts";
import { isStateRow, openState, type SealedState } from "./sealed-state.ts";
import type { ModuleStore, StoreWrite } from "./store.ts";
import { Vault } from "./vault.ts";

export type ModuleOptions = Surroundings & {
	readonly store: ModuleStore;
	/** opens the key store, and makes one where the store is empty */
	readonly unlock: ModuleUnlock;
};

export type OpenedCore = { readonly core: Core; readonly meters: MeterPort };

/** The core over what the store holds, or a new one in an empty store. */
export async function openCore({
	store,
	unlock,
	...surroundings
}: ModuleOptions): Promise<OpenedCore | Refusal> {
	const source = sourceOf(surroundings);
	const rows = await store.load();
	let keys: KeyStore | Refusal;
	if (hasKeyStore(rows)) keys = await openKeyStore(rows, unlock, source);
	else if (rows.size > 0) return refuse("state-damaged", "rows without their keys");
	else {
		const made = await createKeyStore(unlock, source);
		if (isRefusal(made)) return made;
		await store.commit(made.writes);
		keys = made.keyStore;
	}
	if (isRefusal(keys)) return keys;
	const state = await openState(store, keys.stateKey, source.cryptography, rows);
	const opened = isRefusal(state) ? state : await openOver(state, keys, surroundings);
	if (isRefusal(opened)) keys.close();
	return opened;
}

async function openOver(
	state: SealedState,
	keys: KeyStore,
	surroundings: Surroundings,
): Promise<OpenedCore | Refusal> {
	const openMeters = await metersOf(state.rows);
	if (isRefusal(openMeters)) return openMeters;
	const documentKey = await openDocumentKey(state, keys);
	if (isRefusal(documentKey)) return documentKey;
	const core = new Core(new Vault(state), keys, documentKey, surroundings);
	return { core, meters: openMeters(core) };
}

/** Keys come of the same chance as everything else here. */
function sourceOf({ random, cryptography = platformCryptography }: Surroundings): KeySource {
	return { random, cryptography };
}

async function openDocumentKey(state: SealedState, keys: KeyStore): Promise<Bytes | Refusal> {
	const kept = state.rows.get("document-key");
	const row = kept && parse(documentKeyRow, kept);
	if (row !== undefined) return isRefusal(row) ? refuse("state-damaged", row.detail) : row.publicKey;
	const { publicKey, write } = await keys.createDocumentKey();
	await state.commit([{ key: "document-key", value: serialize(documentKeyRow, { publicKey }) }], [write]);
	return publicKey;
}

const mostRows = 1 << 20;
const mostBytes = 1 << 28;

const backup = record({
	keys: bytes(1, mostBytes),
	rows: list(record({ key: text(160), value: bytes(1, mostBytes) }), mostRows),
});

/** Keys and rows as they are now, under a passphrase of the backup's own, or without one under the recovery code. */
export async function exportBackup(
	{ keys, vault }: Core,
	passphrase?: string,
	cost?: PassphraseCost,
): Promise<Bytes> {
	const sealedKeys = await keys.exportBackup(passphrase, cost);
	const stored = await vault.state.load();
	const rows = [...stored].filter(([key]) => isStateRow(key)).map(([key, value]) => ({ key, value }));
	return serialize(backup, { keys: sealedKeys, rows });
}

/** `passphrase`: what opens the backup, which may be a recovery code; `unlock`: what will open the new key store. */
export type RestoreOptions = ModuleOptions & { readonly backup: Bytes; readonly passphrase: string };

/** Puts a backup into an empty store, in one commit, and opens it. */
export async function restoreCore(options: RestoreOptions): Promise<OpenedCore | Refusal> {
	const { store, unlock, passphrase } = options;
	const source = sourceOf(options);
	if ((await store.load()).size > 0) return refuse("wallet-in-use", "a backup goes into an empty store");
	const parsed = parse(backup, options.backup, mostBytes);
	if (isRefusal(parsed)) return refuse("state-damaged", parsed.detail);
	const restored = await restoreKeyStore(parsed.keys, passphrase, unlock, source);
	if (isRefusal(restored)) return restored;
	const { keyStore, writes } = restored;
	const rows = new Map<string, Bytes>();
	const staged = stagingStore(rows);
	await staged.commit([...parsed.rows.filter(({ key }) => isStateRow(key)), ...writes]);
	const state = await openState(staged, keyStore.stateKey, source.cryptography);
	// Before anything is written: a store that holds what cannot be opened takes no other backup.
	const openMeters = isRefusal(state) ? state : await metersOf(state.rows);
	if (isRefusal(state) || isRefusal(openMeters)) {
		keyStore.close();
		return isRefusal(state) ? state : (openMeters as Refusal);
	}
	await silence(state, keyStore);
	await state.close();
	keyStore.close();
	await store.commit([...rows].map(([key, value]) => ({ key, value })));
	return openCore(options);
}

/** Marks every certificate as restored, and forgets keys that might be certified still, and the passkey. */
async function silence(state: SealedState, keys: KeyStore): Promise<void> {
	const own = new OwnCertificates(state.rows);
	const open = [...state.rows.keys()].filter((key) => key.startsWith("enrolment/"));
	const unused = keys.keys().filter((key) => !own.hasKey(keyId(key)));
	const before = state.rows.get("restored");
	const kept = before && parse(restoredRow, before);
	if (isRefusal(kept)) throw new Error(`a kept mark does not parse: ${kept.detail}`);
	const marked = { counter: state.counter + 1, earlier: kept?.counter ?? 0 };
	const mark = { key: "restored", value: serialize(restoredRow, marked) };
	await state.commit(
		[mark, { key: passkeyKey, value: null }, ...open.map((key): StoreWrite => ({ key, value: null }))],
		unused.map((key) => keys.forget(keyId(key))),
	);
}

/** Rows in memory, until all of them go to the store at once. */
function stagingStore(rows: Map<string, Bytes>): ModuleStore {
	return {
		load: async () => new Map(rows),
		commit: async (writes) => {
			for (const { key, value } of writes)
				if (value === null) rows.delete(key);
				else rows.set(key, value);
		},
		close: async () => undefined,
	};
}
