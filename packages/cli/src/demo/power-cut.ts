/** A power cut: from some moment on, nothing that a wallet writes reaches its file any more. */
import type { WalletStore } from "@tenten/wallet";

export class PowerCut extends Error {
	override readonly name = "PowerCut";
}

export type CuttableStore = { readonly wrap: (store: WalletStore) => WalletStore; readonly cut: () => void };

export function cuttable(): CuttableStore {
	let isOn = true;
	const powered = <T>(work: () => Promise<T>): Promise<T> => (isOn ? work() : Promise.reject(new PowerCut()));
	return {
		cut: () => {
			isOn = false;
		},
		wrap: (store) => ({
			...store,
			commit: (writes) => powered(() => store.commit(writes)),
			history: { ...store.history, append: (...entry) => powered(() => store.history.append(...entry)) },
		}),
	};
}
