/** A process of wallets whose store lies: it acknowledges a write, and makes it durable some time later. */
import type { StoreWrite } from "@tenten/module";
import type { WalletStore } from "@tenten/wallet";
import { serveWallets } from "../../src/torture/wallets-process.ts";

const late_ms = 60;

/** What was acknowledged is shown at once, as a disk's own cache does, and is gone if the process is. */
function lyingStore(store: WalletStore): WalletStore {
	let written: Promise<void> = Promise.resolve();
	const later = (write: () => Promise<void>): Promise<void> => {
		written = written.then(() => new Promise((resolve) => setTimeout(resolve, late_ms))).then(write);
		return Promise.resolve();
	};
	return {
		...store,
		load: () => written.then(() => store.load()),
		commit: (writes: readonly StoreWrite[]) => later(() => store.commit(writes)),
		close: () => written.then(() => store.close()),
	};
}

serveWallets(lyingStore);
