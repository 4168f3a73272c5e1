/// <reference lib="dom" />
/**
 * A wallet in IndexedDB: for a browser, in the worker that runs the module.
 *
 *   row       the module's sealed rows, by key
 *   history   the app's journal, by place; `id` names an entry once
 *   key       the key store's keys, which no script can read out (indexeddb-shelf.ts)
 *   setting   what the app remembers beside money, by name
 *
 * What can go wrong: a second tab opens the same wallet (refused as `wallet-in-use`: the first holds a Web Lock
 * until it ends, however it ends), a power cut takes what was told as durable (every commit asks for
 * `durability: "strict"`), the browser clears what is stored (only `navigator.storage.persist` helps, and the app
 * shows whether it was granted), the quota is full (the commit fails and the module stops).
 */
import type { KeyShelf } from "@tenten/module";
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import {
	fits,
	type HistoryEntry,
	type HistoryPage,
	type HistoryQuery,
	type HistoryStore,
	placeOfCursor,
} from "./history.ts";
import { shelfIn } from "./indexeddb-shelf.ts";
import type { SettingStore } from "./settings.ts";
import type { WalletStore } from "./wallet-store.ts";

const schemaVersion = 2;

interface WalletSchema extends DBSchema {
	readonly row: { readonly key: string; readonly value: Bytes };
	readonly history: {
		readonly key: number;
		readonly value: HistoryEntry;
		readonly indexes: { readonly id: string };
	};
	readonly key: { readonly key: string; readonly value: CryptoKey };
	readonly setting: { readonly key: string; readonly value: string };
}

export type Database = IDBPDatabase<WalletSchema>;

/** A store, the shelf for the keys that stand in its rows, and what the app remembers. */
export type IndexedDbStore = WalletStore & { readonly shelf: KeyShelf; readonly settings: SettingStore };

/** The wallet of this name, made where there is none; `wallet-in-use` while another tab has it open. */
export async function indexedDbStore(name: string): Promise<IndexedDbStore | Refusal> {
	const release = await takeOwnership(name);
	if (release === undefined) return refuse("wallet-in-use", name);
	const database = await openDatabase(name).catch((error: unknown) => {
		release();
		// Made by a later version of this program (IndexedDB 3.0, section 4.4).
		if (error instanceof DOMException && error.name === "VersionError") return undefined;
		throw error;
	});
	if (database === undefined) return refuse("type-unknown", "the wallet is of a later version");
	return {
		...rowsOf(database),
		history: historyIn(database),
		shelf: shelfIn(database),
		settings: settingsIn(database),
		close: async () => {
			database.close();
			release();
		},
	};
}

/** Removes the wallet of this name and all that it holds. */
export { deleteDB as deleteIndexedDbStore } from "idb";

/** Holds the lock of this name until the returned function is called; undefined where another holds it. */
function takeOwnership(name: string): Promise<(() => void) | undefined> {
	return new Promise((resolve, reject) => {
		navigator.locks
			.request(`tenten-wallet/${name}`, { ifAvailable: true }, (lock) => {
				if (lock === null) return resolve(undefined);
				return new Promise<void>((release) => resolve(release));
			})
			.catch(reject);
	});
}

function openDatabase(name: string): Promise<Database> {
	return openDB<WalletSchema>(name, schemaVersion, {
		upgrade: (database, version) => {
			if (version < 1) {
				database.createObjectStore("row");
				const history = database.createObjectStore("history", { autoIncrement: true });
				history.createIndex("id", "id", { unique: true });
				database.createObjectStore("key");
			}
			if (version < 2) database.createObjectStore("setting");
		},
	});
}

function rowsOf(database: Database): Pick<WalletStore, "load" | "commit"> {
	return {
		load: async () => {
			const reading = database.transaction("row");
			const [keys, values] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()]);
			return new Map(keys.map((key, i) => [key, values[i] as Bytes]));
		},
		commit: async (writes) => {
			const writing = database.transaction("row", "readwrite", { durability: "strict" });
			for (const { key, value } of writes) {
				const done =
					value === null ? writing.store.delete(key) : writing.store.put(Uint8Array.from(value), key);
				// The transaction as a whole says whether it failed.
				done.catch(() => undefined);
			}
			await writing.done;
		},
	};
}

function historyIn(database: Database): HistoryStore {
	return {
		append: async (entry) => {
			const writing = database.transaction("history", "readwrite", { durability: "strict" });
			const isThere = (await writing.store.index("id").getKey(entry.id)) !== undefined;
			if (!isThere) await writing.store.add({ ...entry });
			await writing.done;
		},
		list: (query) => pageOf(database, query),
	};
}

function settingsIn(database: Database): SettingStore {
	return {
		get: (name) => database.get("setting", name),
		set: async (name, value) => {
			const writing = database.transaction("setting", "readwrite", { durability: "strict" });
			const done = value === null ? writing.store.delete(name) : writing.store.put(value, name);
			// The transaction as a whole says whether it failed.
			done.catch(() => undefined);
			await writing.done;
		},
	};
}

async function pageOf(database: Database, query: HistoryQuery): Promise<HistoryPage> {
	const before = IDBKeyRange.upperBound(placeOfCursor(query.cursor), true);
	const entries: HistoryEntry[] = [];
	let last = 0;
	let cursor = await database.transaction("history").store.openCursor(before, "prev");
	for (; cursor !== null; cursor = await cursor.continue()) {
		if (!fits(cursor.value, query)) continue;
		if (entries.length === query.limit) return { entries, next: String(last) };
		entries.push(cursor.value);
		last = cursor.key;
	}
	return { entries, next: null };
}
