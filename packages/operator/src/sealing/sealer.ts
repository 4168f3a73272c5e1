/**
 * The sealer: every epoch it makes the next seal, appends it with its batches to the log, and publishes the checkpoint.
 *
 *   store: batches, seal, places (one transaction) ─▶ log (durable) ─▶ checkpoint ─▶ witnesses
 *
 * One process at a time has the log, and so the sealer; others that work on the same database leave what they do for
 * it. Nothing waits for it: what is done is answered when it is durable, and sealed soon after.
 */
import { setTimeout as pause } from "node:timers/promises";
import type { Bytes, Refusal, Seal } from "@tenten/protocol";
import type { LogWriter } from "../log/writer.ts";
import type { Store, Transaction } from "../store/store.ts";
import { agreeing, appendMissing } from "./appending.ts";
import { beginSealing } from "./begin.ts";
import { type Surroundings, sealIn } from "./epoch.ts";

export type SealerOptions = {
	/** as of `Operator` */
	readonly operator: { readonly id: Bytes; readonly store: Store; readonly now: () => number };
	/** open, and its alone; whoever opened it closes it */
	readonly log: LogWriter;
	/** 32 bytes from which salts follow: without them nothing that was sealed can be proved */
	readonly secret: Bytes;
	/** milliseconds from one seal to the next; 2,000 if left out */
	readonly epoch_ms?: number;
	/** what a seal says of others, in the transaction that makes it; nothing if left out */
	readonly around?: (transaction: Transaction) => Promise<Partial<Surroundings>>;
};

const usualEpoch_ms = 2_000;
const nothingAround: Surroundings = { reserves: [], positions: [], checkpoints: [] };

/**
 * Begins where none was begun, and appends what a crash left. `key-refused`: this operator's log is another.
 * `state-damaged`: the log and the database do not say the same.
 */
export async function openSealer(options: SealerOptions): Promise<Sealer | Refusal> {
	const { operator, log, secret } = options;
	if (secret.length !== 32) throw new RangeError("a secret of 32 bytes");
	const refused =
		(await beginSealing(operator.store, log.identity, operator.now())) ??
		(await agreeing(operator.store, log)) ??
		(await appendMissing(operator.store, log));
	if (refused !== undefined) return refused;
	await log.integrate();
	return new Sealer(options);
}

export class Sealer {
	readonly #options: SealerOptions;
	#making: Promise<unknown> = Promise.resolve();

	constructor(options: SealerOptions) {
		this.#options = options;
	}

	/** Makes the next seal, durable in store and log, under the log's checkpoint. One after another. */
	seal(): Promise<Seal> {
		const made = this.#making.then(() => this.#seal());
		this.#making = made.catch(() => undefined);
		return made;
	}

	async #seal(): Promise<Seal> {
		const { operator, log, secret, around } = this.#options;
		const seal = await operator.store.run(async (transaction) => {
			const told = { ...nothingAround, ...(await around?.(transaction)) };
			return sealIn(transaction, { operator: operator.id, secret, now: operator.now() }, told);
		});
		const refused = await appendMissing(operator.store, log);
		await log.integrate();
		if (refused !== undefined) throw new Error(`the log takes nothing: ${refused.code}`);
		return seal;
	}

	/** Seals every epoch until the function that it answers with is called. */
	work(failed: (error: unknown) => void): () => Promise<void> {
		const { epoch_ms = usualEpoch_ms } = this.#options;
		const stop = new AbortController();
		const working = this.#every(epoch_ms, stop.signal, failed);
		return () => {
			stop.abort();
			return working;
		};
	}

	async #every(epoch_ms: number, stop: AbortSignal, failed: (error: unknown) => void): Promise<void> {
		while (!stop.aborted) {
			const next = performance.now() + epoch_ms;
			await this.seal().catch(failed);
			// One that took longer than an epoch is followed at once: none is made up for.
			await pause(Math.max(0, next - performance.now()), undefined, { signal: stop, ref: false }).catch(
				() => undefined,
			);
		}
	}
}
