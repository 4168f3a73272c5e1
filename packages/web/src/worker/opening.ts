/**
 * Opens the wallet of a name in this browser, or makes it: where store, keys, module and desk are put together.
 *
 *   open ──▶ none ──▶ create, or restore from a backup ──▶ desk
 *     └──▶ desk
 *
 * Nothing is made unasked: a browser that cleared its storage shows `none` only where nothing at all is left.
 */

import { isRefusal, type Refusal } from "@tenten/protocol";
import {
	codeState,
	codeWritten,
	Desk,
	type IndexedDbStore,
	indexedDbStore,
	keepCode,
	keptCode,
	newRecoveryCode,
	restoreDesk,
	sealedSettings,
	Wallet,
} from "@tenten/wallet/browser";
import { type ProxyMarked, proxy } from "comlink";
import { Teller } from "./teller.ts";

export type Opened = { readonly kind: "open" } | { readonly kind: "none" } | Refusal;

let desk: Desk | undefined;
let teller: Teller | undefined;
let place: IndexedDbStore | undefined;

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

	/**
	 * Makes a wallet, where `open` found none, from a backup's file and the code that opens it. Its keys are new, and so
	 * is its own recovery code.
	 */
	async restore(name: string, file: Uint8Array, code: string): Promise<Opened> {
		const store = await indexedDbStore(name);
		if (isRefusal(store)) return store;
		if (await isMade(store)) return openIn(store);
		await clear(store);
		const { shelf, settings } = store;
		const recoveryCode = newRecoveryCode(random);
		const unlock = { kind: "webcrypto", shelf, recoveryCode } as const;
		const restored = await restoreDesk({ store, settings, unlock, now, random }, file, code);
		if (isRefusal(restored)) {
			await clear(store);
			await store.close();
			return restored;
		}
		await keepCode(store, recoveryCode);
		return serve(restored, store);
	},

	// What follows is there once one of these said `open`.

	/** Undefined once it was written down. */
	recoveryCode: (): Promise<string | undefined> => keptCode(open(place)),
	codeWritten: (): Promise<void> => codeWritten(open(place)),

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
	return serve(await Desk.open({ wallet, store, settings }), store);
}

async function serve(opened: Desk, store: IndexedDbStore): Promise<Opened> {
	[desk, place] = [opened, store];
	// Whoever has a room's secret can answer in it.
	teller = await Teller.open(opened, sealedSettings(store));
	teller.keepTidy();
	return { kind: "open" };
}
