/**
 * A store that ends its own process by SIGKILL before or after its n-th durable write: nothing is flushed,
 * closed or said. Writes to the module's rows and to the history count alike.
 */
import type { WalletStore } from "@tenten/wallet";

export type Kill = {
	/** which write, counted from one */
	readonly write: number;
	readonly when: "before" | "after";
};

/** The kernel ends the process before this returns; the loop is for whoever reads it. */
export function dieNow(): never {
	process.kill(process.pid, "SIGKILL");
	for (;;);
}

export function killingStore(store: WalletStore, kill: Kill | null): WalletStore {
	let writes = 0;
	const counted = async (write: () => Promise<void>): Promise<void> => {
		const isPlanned = ++writes === kill?.write;
		if (isPlanned && kill?.when === "before") dieNow();
		await write();
		if (isPlanned && kill?.when === "after") dieNow();
	};
	return {
		...store,
		commit: (rows) => counted(() => store.commit(rows)),
		history: { ...store.history, append: (...entry) => counted(() => store.history.append(...entry)) },
	};
}
