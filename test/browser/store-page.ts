/// <reference lib="dom" />
/** What runs inside the browser: stores in IndexedDB, each behind a number, for a test that holds the contract to them. */
import { isRefusal } from "../../packages/protocol/src/index.ts";
import { type IndexedDbStore, indexedDbStore } from "../../packages/wallet/src/browser.ts";

const stores = new Map<number, IndexedDbStore>();

/** The number of an opened store, or the code of the refusal. */
async function openStore(name: string): Promise<number | string> {
	const store = await indexedDbStore(name);
	if (isRefusal(store)) return store.code;
	stores.set(stores.size + 1, store);
	return stores.size;
}

function storeOf(handle: number): IndexedDbStore {
	const store = stores.get(handle);
	if (store === undefined) throw new Error(`no store ${handle}`);
	return store;
}

/** A database as version 1 of the schema made it, with a row and an entry. */
function makeFirstVersion(name: string): Promise<void> {
	return new Promise((resolve, reject) => {
		const opening = indexedDB.open(name, 1);
		opening.onupgradeneeded = () => {
			const database = opening.result;
			database.createObjectStore("row").put(Uint8Array.of(1, 2), "token/00");
			const history = database.createObjectStore("history", { autoIncrement: true });
			history.createIndex("id", "id", { unique: true });
			const entry = { id: "paid/1", at: 1, kind: "paid", asset: "JPY", amount: 1n, party: "", note: "" };
			history.add(entry);
			database.createObjectStore("key");
		};
		opening.onerror = () => reject(opening.error);
		opening.onsuccess = () => {
			opening.result.close();
			resolve();
		};
	});
}

Object.assign(globalThis, { makeFirstVersion, openStore, storeOf, isReady: true });
