/**
 * The port to whatever keeps the module's rows: a file, a database, memory.
 *
 * The module trusts a store with durability and with nothing else: it sees only sealed rows. A store that
 * fails rejects its promise; then it is not known whether the writes are durable, and the module stops.
 */
import type { Bytes } from "@tenten/protocol";

/** Sets a row, or deletes it where the value is null. Keys are short ASCII, e.g. `token/<hex>`. */
export type StoreWrite = { readonly key: string; readonly value: Bytes | null };

export type ModuleStore = {
	/** Every row, as of the last commit that resolved. */
	readonly load: () => Promise<ReadonlyMap<string, Bytes>>;
	/** All of the writes or none, in their order; durable when it resolves. */
	readonly commit: (writes: readonly StoreWrite[]) => Promise<void>;
	readonly close: () => Promise<void>;
};
