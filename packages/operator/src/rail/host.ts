/**
 * Hosts a machine of the account rail over a store: each event in one transaction with all that follows from it.
 *
 *   message | time ─▶ inbox, kept, postings, outbox: one durable write ─▶ sends, until each receiver has it
 *
 * What it knows is in its store alone. A message is taken once by its id; a repeat changes nothing, and what the
 * first one brought about stands in the outbox until it arrived. When to send again is forgotten in a crash: then
 * everything that waits is sent at once.
 */
import { type Bytes, toHex } from "@tenten/protocol";
import {
	type Body,
	type Forgotten,
	type MessageRefusal,
	type Moment,
	namedIn,
	type Posting,
	type RailEvent,
	type RailRefusal,
	type Send,
	type Step,
} from "@tenten/protocol/rail";
import type { Job, Store, Transaction } from "../store/store.ts";
import { forgetEnded, forgetPayment, isClosed, noteEnd } from "./forgetting.ts";
import type { RailMessage } from "./message-form.ts";
import { Outbox } from "./outbox.ts";
import { type RailBalance, railBalances } from "./posting.ts";
import * as rows from "./rows.ts";

/** A machine under the name of the system that it is. */
export type Role<Kept> = {
	readonly name: string;
	readonly step: (kept: Kept | undefined, event: RailEvent, moment: Moment) => Step<Kept>;
	/** milliseconds, or undefined where no time changes anything */
	readonly wakesAt: (kept: Kept) => number | undefined;
	/** puts the signature of this system on what needs it */
	readonly seal: (send: Send, payment: string) => Promise<Send>;
	/** what may be left of a payment, `now` in milliseconds */
	readonly forget: (kept: Kept, now: number) => Forgotten<Kept>;
};

export type HostOptions = {
	/** milliseconds */
	readonly now: () => number;
	readonly entropy: (length: number) => Bytes;
	readonly post: Poster;
	/** names of the accounts that a ledger keeps */
	readonly accounts?: readonly string[];
	/** the hub by which another is reached; whoever is not named is reached directly */
	readonly via: Readonly<Record<string, string>>;
	/** milliseconds, at most, until what did not arrive is sent again (30 s) */
	readonly longestPause_ms?: number | undefined;
	/** called at the end of each write, before it is durable and after; `message` undefined where time passed */
	readonly onWrite?: (message: RailMessage | undefined, moment: "before" | "after") => void;
};

/** Enters a posting, or says why not; nothing is written then. */
type Poster = (
	transaction: Transaction,
	payment: string,
	posting: Posting,
	now: number,
) => Promise<RailRefusal | null>;

export type Taking =
	| { readonly kind: "taken"; readonly sends: readonly RailMessage[] }
	| { readonly kind: "refused"; readonly code: MessageRefusal };

/** What stands at a place of the rail: whoever runs it brings it messages, and takes what it sends. */
export type RailParty = {
	/** Takes a message. What it answers is durable; it is to be sent at once. */
	take(message: RailMessage): Promise<Taking>;
	/** Does what is due by the clock; what it answers is to be sent at once. */
	wake(): Promise<readonly RailMessage[]>;
	/** Its receiver has it: it is not sent again. */
	delivered(id: string): Promise<void>;
	/** Milliseconds at which `wake` has something to do. */
	dueAt(): number | undefined;
	/** Forgets payments that ended before a time (milliseconds); how many. */
	forget(before: number): Promise<number>;
	close(): Promise<void>;
};

export class RailHost<Kept> implements RailParty {
	readonly #store: Store;
	readonly #role: Role<Kept>;
	readonly #options: HostOptions;
	readonly #outbox: Outbox;
	/** when payments are to be woken */
	readonly #due: Map<string, number>;
	/** payments of which a write failed, and may be durable: when they are to be woken is read again */
	readonly #doubtful = new Set<string>();

	private constructor(
		store: Store,
		role: Role<Kept>,
		options: HostOptions,
		{ outbox, due }: { readonly outbox: Outbox; readonly due: ReadonlyMap<string, number> },
	) {
		this.#store = store;
		this.#outbox = outbox;
		this.#due = new Map(due);
		this.#role = role;
		this.#options = options;
	}

	static async open<Kept>(store: Store, role: Role<Kept>, options: HostOptions): Promise<RailHost<Kept>> {
		const { now, longestPause_ms } = options;
		const outbox = await Outbox.open(store, now(), longestPause_ms);
		return new RailHost(store, role, options, { outbox, due: await store.read(rows.dueTimes) });
	}

	async take(message: RailMessage): Promise<Taking> {
		const [role, options] = [this.#role, this.#options];
		if (message.to !== role.name) return { kind: "refused", code: "sender-refused" };
		const heard = heardOf(message, options.via);
		if (heard === undefined) return { kind: "refused", code: "sender-refused" };
		const fresh = toHex(options.entropy(32));
		const done = await this.#write(message.payment, async (transaction) => {
			const known = await rows.lookUp(transaction, message);
			if (known === "taken") return { kind: "taken", sends: [] } as const;
			if (known === "differs") return { kind: "refused", code: "content-differs" } as const;
			const event = { kind: "received", from: heard.from, body: heard.body } as const;
			const advanced = await this.#advance(transaction, message.payment, event, fresh);
			if (advanced.kind !== "taken") return advanced;
			await rows.noteTaken(transaction, message);
			options.onWrite?.(message, "before");
			return advanced;
		});
		if (done.kind === "refused") return done;
		if (!("due" in done)) return { kind: "taken", sends: [] };
		options.onWrite?.(message, "after");
		this.#noteDue(message.payment, done);
		this.#outbox.addSent(done.sends, options.now());
		return { kind: "taken", sends: done.sends };
	}

	async wake(): Promise<readonly RailMessage[]> {
		const now = this.#options.now();
		await this.#outbox.readAgain(now);
		for (const payment of this.#doubtful) {
			const due = await this.#store.read((transaction) => rows.dueTime(transaction, payment));
			// Unless it was written meanwhile, and is known.
			if (this.#doubtful.has(payment)) this.#noteDue(payment, { due });
		}
		for (const [payment, at] of this.#due) if (at <= now) await this.#wakePayment(payment);
		return this.#outbox.due(now);
	}

	async #wakePayment(payment: string): Promise<void> {
		const fresh = toHex(this.#options.entropy(32));
		const done = await this.#write(payment, async (transaction) => {
			const advanced = await this.#advance(transaction, payment, { kind: "woken" }, fresh);
			this.#options.onWrite?.(undefined, "before");
			return advanced;
		});
		if (done.kind === "refused") throw new Error(`a payment that is not there was woken: ${done.code}`);
		if (done.kind === "over") throw new Error("a payment that is over was woken");
		this.#options.onWrite?.(undefined, "after");
		this.#noteDue(payment, done);
		this.#outbox.add(done.sends, this.#options.now());
	}

	delivered(id: string): Promise<void> {
		return this.#outbox.delivered(id);
	}

	dueAt(): number | undefined {
		if (this.#doubtful.size > 0) return 0;
		const times = [...this.#due.values(), this.#outbox.dueAt() ?? Number.POSITIVE_INFINITY];
		const first = Math.min(...times);
		return first === Number.POSITIVE_INFINITY ? undefined : first;
	}

	async #write<T>(payment: string, job: Job<T>): Promise<T> {
		try {
			return await this.#store.run(job);
		} catch (error) {
			this.#doubtful.add(payment);
			this.#outbox.doubt();
			throw error;
		}
	}

	async kept(payment: string): Promise<Kept | undefined> {
		const row = await this.#store.read((transaction) => rows.paymentOf<Kept>(transaction, payment));
		return row?.kept;
	}

	/** What its accounts hold, all at one moment; nothing where it is no ledger. */
	balances(): Promise<readonly RailBalance[]> {
		const { accounts = [] } = this.#options;
		return this.#store.read((transaction) => railBalances(transaction, accounts));
	}

	forget(before: number): Promise<number> {
		const now = this.#options.now();
		return forgetEnded(this.#store, before, (transaction, end) =>
			forgetPayment(transaction, end, this.#role, now),
		);
	}

	close(): Promise<void> {
		return this.#store.close();
	}

	async #advance(
		transaction: Transaction,
		payment: string,
		event: RailEvent,
		fresh: string,
	): Promise<Advanced | Over | Extract<Taking, { kind: "refused" }>> {
		const { step, wakesAt, seal, name } = this.#role;
		const before = await rows.paymentOf<Kept>(transaction, payment);
		if (isClosed(before?.kept)) return { kind: "over", sends: [] };
		const moment = { payment, now: this.#options.now(), fresh };
		let stepped = step(before?.kept, event, moment);
		if (stepped.kind === "refused") return stepped;
		const sends: Send[] = [...stepped.sends];
		while (stepped.posting !== null) {
			const refusal = await this.#options.post(transaction, payment, stepped.posting, moment.now);
			const next: Step<Kept> = step(stepped.kept, { kind: "entered", refusal }, moment);
			if (next.kind === "refused") throw new Error(`a posting's outcome was refused: ${next.code}`);
			sends.push(...next.sends);
			stepped = next;
		}
		const first = before?.sent ?? 0;
		const messages: RailMessage[] = [];
		for (const [position, send] of sends.entries()) {
			const { to, step: number, body } = await seal(send, payment);
			const id = rows.sendId(name, payment, first + position);
			const hop = namedIn(this.#options.via, to);
			messages.push(
				hop === undefined
					? { id, from: name, to, step: number, payment, body }
					: {
							id,
							from: name,
							to: hop,
							step: number,
							payment,
							body: { kind: "forward", from: name, to, body },
						},
			);
		}
		const due = wakesAt(stepped.kept) ?? null;
		const kept = { kept: stepped.kept, sent: first + messages.length, due };
		await rows.keepPayment(transaction, payment, before, kept);
		await rows.queueSends(transaction, messages);
		await noteEnd(transaction, payment, before?.kept, stepped.kept, this.#role, moment.now);
		return { kind: "taken", sends: messages, due };
	}

	#noteDue(payment: string, { due }: Pick<Advanced, "due">): void {
		this.#doubtful.delete(payment);
		if (due === null) this.#due.delete(payment);
		else this.#due.set(payment, due);
	}
}

/** A payment that was forgotten: it takes everything, and does nothing. */
type Over = { readonly kind: "over"; readonly sends: readonly [] };

type Advanced = {
	readonly kind: "taken";
	readonly sends: readonly RailMessage[];
	readonly due: number | null;
};

/** Who says it first; a hub speaks for those who are reached by it, and for nobody else. */
function heardOf(
	{ from, to, body }: RailMessage,
	via: Readonly<Record<string, string>>,
): { readonly from: string; readonly body: Body } | undefined {
	if (body.kind !== "forward") return namedIn(via, from) === undefined ? { from, body } : undefined;
	return namedIn(via, body.from) === from && body.to === to
		? { from: body.from, body: body.body }
		: undefined;
}
