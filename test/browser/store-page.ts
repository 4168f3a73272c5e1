/** What runs inside the browser: stores in IndexedDB, each behind a number, for a test that holds the contract to them. */
import { isRefusal } from "../../packages/protocol/src/index.ts";
import { indexedDbStore, type WalletStore } from "../../packages/wallet/src/browser.ts";

const stores = new Map<number, WalletStore>();

/** The number of an opened store, or the code of the refusal. */
async function openStore(name: string): Promise<number | string> {
	const store = await indexedDbStore(name);
	if (isRefusal(store)) return store.code;
	stores.set(stores.size + 1, store);
	return stores.size;
}

function storeOf(handle: number): WalletStore {
	const store = stores.get(handle);
	if (store === undefined) throw new Error(`no store ${handle}`);
	return store;
}

Object.assign(globalThis, { openStore, storeOf, isReady: true });
