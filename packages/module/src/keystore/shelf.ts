/**
 * The port to whatever holds keys of WebCrypto: IndexedDB in a browser, memory elsewhere.
 *
 * A key of a shelf is used and never read: it was made non-extractable, and a copy of the shelf's files is of use
 * to no other origin's code. Names are those of rows. A name without its row is left over from a crash, and
 * harmless; a row without its key is damage.
 */

/** A key that WebCrypto holds, wherever this runs. */
export type ShelfKey = InstanceType<typeof CryptoKey>;

export type KeyShelf = {
	/** Every key, by its name. */
	readonly all: () => Promise<ReadonlyMap<string, ShelfKey>>;
	/** Puts a key, in the place of one that had its name; durable when it resolves. */
	readonly put: (name: string, key: ShelfKey) => Promise<void>;
	/** Removes the keys of these names, where they are there. */
	readonly delete: (names: readonly string[]) => Promise<void>;
};

/** A shelf that ends with its process. */
export function memoryShelf(): KeyShelf {
	const keys = new Map<string, ShelfKey>();
	return {
		all: async () => new Map(keys),
		put: async (name, key) => {
			keys.set(name, key);
		},
		delete: async (names) => {
			for (const name of names) keys.delete(name);
		},
	};
}
