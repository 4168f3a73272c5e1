/**
 * A lane to each party: of all that waits for it, a few messages are under way at once, the oldest first.
 *
 * After a restart everything in the outbox waits. A party that is slow or down holds up its own lane alone. What waits
 * already is not put in again, however often the clock has it due.
 */
import type { RailMessage } from "./message-form.ts";

/** Messages under way to one party at once. */
export const lanesMost = 16;

type Lane = { readonly waiting: RailMessage[]; underWay: number };

export class Lanes {
	readonly #post: (message: RailMessage) => Promise<void>;
	readonly #lanes = new Map<string, Lane>();
	/** ids of what waits or is under way */
	readonly #ids = new Set<string>();
	readonly #sending = new Set<Promise<void>>();
	#isOver = false;

	/** `post` does not fail: what was not delivered is due again. */
	constructor(post: (message: RailMessage) => Promise<void>) {
		this.#post = post;
	}

	put(messages: readonly RailMessage[]): void {
		if (this.#isOver) return;
		const fresh = messages.filter(({ id }) => !this.#ids.has(id));
		for (const message of fresh) {
			this.#ids.add(message.id);
			const lane = this.#lanes.get(message.to) ?? { waiting: [], underWay: 0 };
			lane.waiting.push(message);
			this.#lanes.set(message.to, lane);
		}
		for (const [to, lane] of this.#lanes) this.#go(to, lane);
	}

	/** Ends what is under way, and drops what waits: it stays in the outbox. */
	async stop(): Promise<void> {
		this.#isOver = true;
		for (const { waiting } of this.#lanes.values()) waiting.length = 0;
		await Promise.all(this.#sending);
	}

	#go(to: string, lane: Lane): void {
		while (lane.underWay < lanesMost) {
			const message = lane.waiting.shift();
			if (message === undefined) break;
			lane.underWay++;
			const sent: Promise<void> = this.#post(message).finally(() => {
				lane.underWay--;
				this.#ids.delete(message.id);
				this.#sending.delete(sent);
				this.#go(to, lane);
			});
			this.#sending.add(sent);
		}
		if (lane.underWay === 0) this.#lanes.delete(to);
	}
}
