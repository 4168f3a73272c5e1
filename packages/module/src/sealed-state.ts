/**
 * The module's rows, sealed one by one, with a head that says how many commits there were and which rows
 * belong together.
 *
 *   store   token/ab…   counter (the head)         keys, keys/…  (the key store's own, not read here)
 *              │            │
 *           sealed under the state key, each at its own key
 *
 * What can go wrong: a row altered or moved (its tag does not fit), a row lost, added or put back to an older
 * version (the digest in the head does not fit): all refused as `state-damaged`. The whole store put back to
 * an older commit fits; only `counter`, compared with one kept elsewhere, shows that. A commit that fails
 * leaves it unknown what is durable: the state then refuses to go on, and must be opened again.
 */

import {
	type Bytes,
	bytes32,
	constant,
	equalBytes,
	integer,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
} from "@tenten/protocol";
import { platform } from "#platform";
import { type Cryptography, platformCryptography } from "./cryptography.ts";
import { noRows, RowMarks, xor } from "./row-marks.ts";
import type { ModuleStore, StoreWrite } from "./store.ts";
import { utf8 } from "./text.ts";

const { zero } = platform;
const headKey = "counter";
const head = record({
	version: constant(1),
	/** commits so far */
	counter: integer(1, Number.MAX_SAFE_INTEGER),
	/** exclusive or of the marks of all rows */
	digest: bytes32,
});

/**
 * Opens the state that was sealed under `stateKey`, a new one where the store holds none. `loaded`: what the store
 * holds, where the caller has loaded it already and committed none but a key store's rows since.
 */
export async function openState(
	store: ModuleStore,
	stateKey: Bytes,
	cryptography: Cryptography = platformCryptography,
	loaded?: ReadonlyMap<string, Bytes>,
): Promise<SealedState | Refusal> {
	const { openSealed } = cryptography;
	const stored = loaded ?? (await store.load());
	const marks = new RowMarks(stateKey);
	const rows = new Map<string, Bytes>();
	let digest = noRows;
	for (const [key, sealed] of stored) {
		if (isReserved(key)) continue;
		const opened = openSealed(stateKey, placeOf(key), sealed);
		if (opened === undefined) return refuse("state-damaged", key);
		rows.set(key, opened);
		digest = xor(digest, marks.add(key, sealed));
	}
	const sealedHead = stored.get(headKey);
	if (sealedHead === undefined && rows.size === 0)
		return new SealedState(store, stateKey, marks, { rows, counter: 0, digest }, cryptography);
	const headBytes = sealedHead && openSealed(stateKey, placeOf(headKey), sealedHead);
	if (headBytes === undefined) return refuse("state-damaged", headKey);
	const found = parse(head, headBytes);
	if (isRefusal(found)) return refuse("state-damaged", found.detail);
	if (!equalBytes(found.digest, digest)) return refuse("state-damaged", "rows of different commits");
	return new SealedState(store, stateKey, marks, { rows, counter: found.counter, digest }, cryptography);
}

type Found = { readonly rows: Map<string, Bytes>; readonly counter: number; readonly digest: Bytes };

export class SealedState {
	readonly #store: ModuleStore;
	readonly #key: Bytes;
	readonly #marks: RowMarks;
	readonly #cryptography: Cryptography;
	readonly #rows: Map<string, Bytes>;
	#counter: number;
	#digest: Bytes;
	#last: Promise<void> = Promise.resolve();
	#stopped = false;

	constructor(
		store: ModuleStore,
		stateKey: Bytes,
		marks: RowMarks,
		{ rows, counter, digest }: Found,
		cryptography: Cryptography,
	) {
		this.#cryptography = cryptography;
		this.#store = store;
		this.#key = Uint8Array.from(stateKey);
		this.#marks = marks;
		this.#rows = rows;
		this.#counter = counter;
		this.#digest = digest;
	}

	/** The durable rows, opened. */
	get rows(): ReadonlyMap<string, Bytes> {
		return this.#rows;
	}

	/** The rows as they are stored, once the commits under way have ended. */
	async load(): Promise<ReadonlyMap<string, Bytes>> {
		await this.#last;
		return this.#store.load();
	}

	/** Whether it is closed, or a commit failed: what is durable is then not known. */
	get isStopped(): boolean {
		return this.#stopped;
	}

	/** How many commits there were since the state was made. */
	get counter(): number {
		return this.#counter;
	}

	/**
	 * Seals `writes` and commits them, with rows `alongside` that their maker sealed (a key store's), in one.
	 * Commits run one after another. Rejects where the store does, and ever after.
	 */
	commit(writes: readonly StoreWrite[], alongside: readonly StoreWrite[] = []): Promise<void> {
		const foreign = writes.find(({ key }) => isReserved(key) || !/^[\x21-\x7e]{1,128}$/.test(key));
		if (foreign !== undefined) throw new RangeError(`${foreign.key} is not a row of the state`);
		const stray = alongside.find(({ key }) => key === headKey || !isReserved(key));
		if (stray !== undefined) throw new RangeError(`${stray.key} is a row of the state`);
		const done = this.#last.then(() => this.#commit(writes, alongside));
		this.#last = done.catch(() => undefined);
		return done;
	}

	async #commit(writes: readonly StoreWrite[], alongside: readonly StoreWrite[]): Promise<void> {
		if (this.#stopped) throw new Error("the state is closed, or a commit failed: open it again");
		const { seal } = this.#cryptography;
		const counter = this.#counter + 1;
		let digest = this.#digest;
		const sealed = writes.map(({ key, value }): StoreWrite => {
			digest = xor(digest, this.#marks.remove(key));
			if (value === null) return { key, value };
			const sealedValue = seal(this.#key, placeOf(key), value);
			digest = xor(digest, this.#marks.add(key, sealedValue));
			return { key, value: sealedValue };
		});
		const sealedHead = seal(this.#key, placeOf(headKey), serialize(head, { version: 1, counter, digest }));
		try {
			await this.#store.commit([...sealed, ...alongside, { key: headKey, value: sealedHead }]);
		} catch (error) {
			this.#stopped = true;
			throw error;
		}
		this.#counter = counter;
		this.#digest = digest;
		for (const { key, value } of writes)
			if (value === null) this.#rows.delete(key);
			else this.#rows.set(key, Uint8Array.from(value));
	}

	/** Waits for the commits under way, zeroes the keys and closes the store. */
	async close(): Promise<void> {
		await this.#last;
		this.#stopped = true;
		zero(this.#key);
		this.#marks.close();
		this.#rows.clear();
		await this.#store.close();
	}
}

/** Whether a stored row is sealed here: the head, too. */
export function isStateRow(key: string): boolean {
	return key === headKey || !isReserved(key);
}

/** Rows that are not sealed here: the head, and those of the key store. */
function isReserved(key: string): boolean {
	return key === headKey || key === "keys" || key.startsWith("keys/");
}

function placeOf(key: string): Bytes {
	return utf8(`tenten/1/row/${key}`);
}
