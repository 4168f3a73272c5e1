/**
 * The shelf: every wallet of this process in a durable file of its own, and only so many of them open.
 *
 * What was used longest ago is closed first, never while it is in use, so handles and memory stay bounded
 * however many wallets a file names. Each wallet has a clock of its own, set to the file's time by whoever
 * uses it.
 */
import { randomBytes } from "node:crypto";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import type { Bytes, OperatorClient } from "@tenten/protocol";
import { sqliteStore, Wallet, type WalletOptions } from "@tenten/wallet";
import { must, random } from "../ecosystem.ts";
import type { WalletName } from "./plan.ts";

export type ShelfOptions = {
	readonly folder: string;
	/** wallets that may be open at once */
	readonly capacity: number;
	readonly operatorId: Bytes;
	readonly operator: OperatorClient;
	/** what wallets answer to a payment that passed every check */
	readonly consider?: WalletOptions["consider"];
};

type Place = {
	readonly file: string;
	/** unlocks the wallet: stands for the device that holds it */
	readonly key: Bytes;
	/** seconds since 1970 */
	clock: number;
	wallet: Promise<Wallet> | null;
	closed: Promise<void>;
	users: number;
};

export class Shelf {
	readonly #options: ShelfOptions;
	readonly #places = new Map<WalletName, Place>();
	/** open wallets, in order of use */
	readonly #open = new Set<Place>();

	constructor(options: ShelfOptions) {
		this.#options = options;
	}

	/** Works with one wallet at `now`, or at the time at which it was last used. */
	async use<T>(name: WalletName, now: number | null, work: (wallet: Wallet) => Promise<T>): Promise<T> {
		const place = this.#placeOf(name);
		if (now !== null) place.clock = now;
		place.users++;
		try {
			this.#open.delete(place);
			this.#open.add(place);
			place.wallet ??= this.#opened(place);
			const wallet = await place.wallet;
			await this.#closeOldest();
			return await work(wallet);
		} finally {
			place.users--;
		}
	}

	/** Copies a wallet with its keys and all that it owns, as a thief of backups would. */
	async copy(name: WalletName, copied: WalletName): Promise<void> {
		const { file, key, clock } = this.#placeOf(name);
		const place = this.#placeOf(name);
		await this.#close(place);
		const copy = { ...this.#newPlace(copied), key, clock };
		await copyFile(file, copy.file);
		this.#places.set(copied, copy);
	}

	async close(): Promise<void> {
		for (const place of [...this.#open]) await this.#close(place);
	}

	#placeOf(name: WalletName): Place {
		let place = this.#places.get(name);
		if (place === undefined) {
			place = this.#newPlace(name);
			this.#places.set(name, place);
		}
		return place;
	}

	/** Files are numbered: a name from a file is no name for a file. */
	#newPlace(name: WalletName): Place {
		if (this.#places.has(name)) throw new Error(`${name} has a place`);
		const file = join(this.#options.folder, `wallet-${this.#places.size + 1}.sqlite`);
		const key = new Uint8Array(randomBytes(32));
		return { file, key, clock: 0, wallet: null, closed: Promise.resolve(), users: 0 };
	}

	async #opened(place: Place): Promise<Wallet> {
		await place.closed;
		const { consider, operator, operatorId } = this.#options;
		const wallet = must(
			await Wallet.open({
				store: must(sqliteStore(place.file)),
				unlock: { kind: "device", key: place.key },
				now: () => place.clock,
				random,
				...(consider === undefined ? {} : { consider }),
			}),
		);
		wallet.connect(operatorId, operator);
		return wallet;
	}

	async #closeOldest(): Promise<void> {
		for (const place of this.#open) {
			if (this.#open.size <= this.#options.capacity) return;
			if (place.users === 0) await this.#close(place);
		}
	}

	async #close(place: Place): Promise<void> {
		const { wallet } = place;
		this.#open.delete(place);
		if (wallet === null) return place.closed;
		place.wallet = null;
		place.closed = wallet.then((opened) => opened.close());
		await place.closed;
	}
}
