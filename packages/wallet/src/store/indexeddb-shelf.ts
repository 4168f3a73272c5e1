/// <reference lib="dom" />
/** The shelf of a browser's key store: keys of WebCrypto in the wallet's IndexedDB, which no script can read out. */
import type { KeyShelf } from "@tenten/module";
import type { Database } from "./indexeddb-store.ts";

export function shelfIn(database: Database): KeyShelf {
	return {
		all: async () => {
			const reading = database.transaction("key");
			const [names, keys] = await Promise.all([reading.store.getAllKeys(), reading.store.getAll()]);
			return new Map(names.map((name, i) => [name, keys[i] as CryptoKey]));
		},
		put: async (name, key) => {
			const writing = database.transaction("key", "readwrite", { durability: "strict" });
			await writing.store.put(key, name);
			await writing.done;
		},
		delete: async (names) => {
			const writing = database.transaction("key", "readwrite", { durability: "strict" });
			await Promise.all([...names.map((name) => writing.store.delete(name)), writing.done]);
		},
	};
}
