/**
 * Rows in memory: for tests, the simulator and replays. Durable as long as the process is.
 */
import type { Bytes } from "@tenten/protocol";
import { memoryHistory } from "./memory-history.ts";
import type { WalletStore } from "./wallet-store.ts";

/** A store that holds what was committed to it, closed or not, for as long as it is referred to. */
export function memoryStore(): WalletStore {
	const rows = new Map<string, Bytes>();
	return {
		history: memoryHistory(),
		load: async () => new Map(rows),
		commit: async (writes) => {
			for (const { key, value } of writes)
				if (value === null) rows.delete(key);
				else rows.set(key, Uint8Array.from(value));
		},
		close: async () => undefined,
	};
}
