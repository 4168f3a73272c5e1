/**
 * When to send what waits to arrive. What waits is in the store; when it is sent again is known here alone, and
 * forgotten in a crash: then everything that waits is sent at once.
 *
 * A write that fails may be durable all the same: what waits is then read again, beside what is known here.
 */
import type { Store } from "../store/store.ts";
import type { RailMessage } from "./message-form.ts";
import { deleteSend, queuedSends } from "./rows.ts";

/** Milliseconds until a message is sent again, doubling. */
const firstPause_ms = 1_000;
const usualLongestPause_ms = 30_000;

type Waiting = { readonly message: RailMessage; readonly at: number; readonly pause_ms: number };

export class Outbox {
	readonly #store: Store;
	readonly #longestPause_ms: number;
	readonly #waiting = new Map<string, Waiting>();
	#isInDoubt = true;

	private constructor(store: Store, longestPause_ms: number) {
		this.#store = store;
		this.#longestPause_ms = longestPause_ms;
	}

	/** What waits in a store; all of it is due now. */
	static async open(store: Store, now: number, longestPause_ms = usualLongestPause_ms): Promise<Outbox> {
		const outbox = new Outbox(store, longestPause_ms);
		await outbox.readAgain(now);
		return outbox;
	}

	/** A write failed, and may be durable. */
	doubt(): void {
		this.#isInDoubt = true;
	}

	/** Reads what waits after such a write; what was not known is due now. What is added meanwhile stays. */
	async readAgain(now: number): Promise<void> {
		if (!this.#isInDoubt) return;
		this.#isInDoubt = false;
		try {
			const queued = await this.#store.read(queuedSends);
			this.add(
				queued.filter(({ id }) => !this.#waiting.has(id)),
				now,
			);
		} catch (error) {
			this.#isInDoubt = true;
			throw error;
		}
	}

	/** Messages that are durable and leave for the first time: now, or when `due` is asked. */
	add(messages: readonly RailMessage[], firstAt: number): void {
		for (const message of messages)
			this.#waiting.set(message.id, { message, at: firstAt, pause_ms: firstPause_ms });
	}

	/** As `add`, of messages that the caller sends at once. */
	addSent(messages: readonly RailMessage[], now: number): void {
		this.add(messages, now + firstPause_ms);
	}

	/** What is to be sent now; each is due again after a pause. */
	due(now: number): readonly RailMessage[] {
		const sends = [...this.#waiting.values()].filter(({ at }) => at <= now);
		for (const { message, pause_ms } of sends) {
			const next_ms = Math.min(this.#longestPause_ms, 2 * pause_ms);
			this.#waiting.set(message.id, { message, at: now + pause_ms, pause_ms: next_ms });
		}
		return sends.map(({ message }) => message);
	}

	/** When `due` has something to say; at once where what waits is to be read again. */
	dueAt(): number | undefined {
		if (this.#isInDoubt) return 0;
		const times = [...this.#waiting.values()].map(({ at }) => at);
		return times.length === 0 ? undefined : Math.min(...times);
	}

	/** Its receiver has it. */
	async delivered(id: string): Promise<void> {
		if (!this.#waiting.has(id)) return;
		await this.#store.run((transaction) => deleteSend(transaction, id));
		this.#waiting.delete(id);
	}
}
