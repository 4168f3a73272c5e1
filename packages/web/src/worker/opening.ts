/**
 * Opens the wallet of a name in this browser, or makes it: where store, keys, module and desk are put together.
 *
 *   open ──▶ none ──▶ create ──▶ desk
 *     └──▶ desk
 *
 * Nothing is made unasked: a browser that cleared its storage shows `none` only where nothing at all is left.
 */

import { isRefusal, type Refusal } from "@tenten/protocol";
import {
	codeState,
	Desk,
	type IndexedDbStore,
	indexedDbStore,
	keepCode,
	newRecoveryCode,
	Wallet,
} from "@tenten/wallet/browser";
import { type ProxyMarked, proxy } from "comlink";
import { Teller } from "./teller.ts";

export type Opened = { readonly kind: "open" } | { readonly kind: "none" } | Refusal;

let desk: Desk | undefined;
let teller: Teller | undefined;

const now = (): number => Math.floor(Date.now() / 1_000);
const random = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

export const opening = {
	/** `wallet-in-use` where another tab has it open. */
	async open(name: string): Promise<Opened> {
		const store = await indexedDbStore(name);
		if (isRefusal(store)) return store;
		if (await isMade(store)) return openIn(store);
		await store.close();
		return { kind: "none" };
	},

	/** Makes a wallet where `open` found none. */
	async create(name: string): Promise<Opened> {
		const store = await indexedDbStore(name);
		if (isRefusal(store)) return store;
		// Another tab may have been faster.
		if (await isMade(store)) return openIn(store);
		await clear(store);
		const recoveryCode = newRecoveryCode(random);
		const opened = await openIn(store, recoveryCode);
		if (!isRefusal(opened)) await keepCode(store, recoveryCode);
		return opened;
	},

	/** After `open` or `create` said `open`. */
	desk: (): Desk & ProxyMarked => proxy(open(desk)),
	teller: (): Teller & ProxyMarked => proxy(open(teller)),
};

export type Opening = typeof opening;

function open<T>(part: T | undefined): T {
	if (part === undefined) throw new Error("no wallet is open");
	return part;
}

async function isMade(store: IndexedDbStore): Promise<boolean> {
	return (await store.load()).size > 0 && (await codeState(store)) !== "unknown";
}

/** Removes what an earlier try left that was cut short before it had a recovery code. */
async function clear(store: IndexedDbStore): Promise<void> {
	const rows = await store.load();
	await store.commit([...rows.keys()].map((key) => ({ key, value: null })));
	await store.shelf.delete([...(await store.shelf.all()).keys()]);
}

async function openIn(store: IndexedDbStore, recoveryCode?: string): Promise<Opened> {
	const { shelf, settings } = store;
	const unlock = { kind: "webcrypto", shelf, ...(recoveryCode && { recoveryCode }) } as const;
	const wallet = await Wallet.open({ store, unlock, now, random });
	if (isRefusal(wallet)) {
		await store.close();
		return wallet;
	}
	desk = await Desk.open({ wallet, store, settings });
	teller = await Teller.open(desk, settings);
	return { kind: "open" };
}
