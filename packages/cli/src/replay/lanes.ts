/**
 * Lanes: steps side by side, except those that share a wallet: these keep the order of the file.
 *
 * A step that failed fails the run: at the next step, or when all are awaited.
 */
import type { WalletName } from "./plan.ts";

export class Lanes {
	readonly #width: number;
	readonly #last = new Map<WalletName, Promise<void>>();
	readonly #running = new Set<Promise<void>>();
	#failure: { readonly error: unknown } | undefined;

	/** `width`: how many steps may run at once */
	constructor(width: number) {
		this.#width = width;
	}

	/** Starts `work` when the earlier steps of these wallets are done. Returns when there is room for more. */
	async start(wallets: readonly WalletName[], work: () => Promise<void>): Promise<void> {
		while (this.#running.size >= this.#width) await Promise.race(this.#running);
		if (this.#failure !== undefined) throw this.#failure.error;
		const before = wallets.map((wallet) => this.#last.get(wallet));
		const done = Promise.all(before)
			.then(() => (this.#failure === undefined ? work() : undefined))
			.catch((error: unknown) => {
				this.#failure ??= { error };
			});
		for (const wallet of wallets) this.#last.set(wallet, done);
		this.#running.add(done);
		void done.then(() => {
			this.#running.delete(done);
			for (const wallet of wallets) if (this.#last.get(wallet) === done) this.#last.delete(wallet);
		});
	}

	/** Waits until nothing runs. */
	async finish(): Promise<void> {
		await Promise.all(this.#running);
		if (this.#failure !== undefined) throw this.#failure.error;
	}
}
