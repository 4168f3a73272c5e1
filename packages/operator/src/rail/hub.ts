/**
 * A hub between systems: it passes on what is meant for another, and knows nothing of payments.
 *
 * It takes each message once and sends it until the next has it, as every system does, so what it has taken is not
 * lost with it. Whoever is reached by a hub is believed through it, and by nobody else (see `heardOf`).
 */
import type { Job, Store } from "../store/store.ts";
import { forgetEnded } from "./forgetting.ts";
import type { RailParty, Taking } from "./host.ts";
import type { RailMessage } from "./message-form.ts";
import { Outbox } from "./outbox.ts";
import { forgetTaken, isEnd, lookUp, noteTaken, putEnd, queuedSends, queueSends } from "./rows.ts";

export type HubOptions = {
	readonly name: string;
	/** between whom it carries */
	readonly systems: readonly string[];
	/** milliseconds */
	readonly now: () => number;
	/** called at the end of each write, before it is durable and after */
	readonly onWrite?: (message: RailMessage, moment: "before" | "after") => void;
};

export class RailHub implements RailParty {
	readonly #store: Store;
	readonly #outbox: Outbox;
	readonly #options: HubOptions;

	private constructor(store: Store, outbox: Outbox, options: HubOptions) {
		this.#store = store;
		this.#outbox = outbox;
		this.#options = options;
	}

	static async open(store: Store, options: HubOptions): Promise<RailHub> {
		return new RailHub(store, await Outbox.open(store, options.now()), options);
	}

	async take(message: RailMessage): Promise<Taking> {
		const { onWrite, now } = this.#options;
		const passedOn = this.#passedOn(message);
		if (passedOn === undefined) return { kind: "refused", code: "sender-refused" };
		const job: Job<Awaited<ReturnType<typeof lookUp>>> = async (transaction) => {
			const before = await lookUp(transaction, message);
			if (before !== "new") return before;
			await noteTaken(transaction, message);
			await queueSends(transaction, [passedOn]);
			await putEnd(transaction, message.payment, now());
			onWrite?.(message, "before");
			return before;
		};
		const known = await this.#store.run(job).catch((error: unknown) => {
			this.#outbox.doubt();
			throw error;
		});
		if (known === "differs") return { kind: "refused", code: "content-differs" };
		if (known === "taken") return { kind: "taken", sends: [] };
		onWrite?.(message, "after");
		this.#outbox.addSent([passedOn], now());
		return { kind: "taken", sends: [passedOn] };
	}

	/** Five hundredths after the step that it carries on. */
	#passedOn({ id, from, step, payment, body }: RailMessage): RailMessage | undefined {
		const { name, systems } = this.#options;
		if (body.kind !== "forward" || body.from !== from) return undefined;
		if (!systems.includes(from) || !systems.includes(body.to)) return undefined;
		const next = step === 0 ? 0 : Math.round(100 * step + 5) / 100;
		return { id: `${name}.${id}`, from: name, to: body.to, step: next, payment, body };
	}

	async wake(): Promise<readonly RailMessage[]> {
		const now = this.#options.now();
		await this.#outbox.readAgain(now);
		return this.#outbox.due(now);
	}

	delivered(id: string): Promise<void> {
		return this.#outbox.delivered(id);
	}

	dueAt(): number | undefined {
		return this.#outbox.dueAt();
	}

	/** Whoever repeats what it forgot has it passed on again: the next has taken it, or closed its payment. */
	async forget(before: number): Promise<number> {
		const waiting = new Set((await this.#store.read(queuedSends)).map(({ payment }) => payment));
		return forgetEnded(this.#store, before, async (transaction, end) => {
			if (waiting.has(end.payment) || !(await isEnd(transaction, end))) return false;
			await forgetTaken(transaction, end.payment);
			return true;
		});
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}
