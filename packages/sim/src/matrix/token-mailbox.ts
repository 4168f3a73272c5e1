/**
 * What a party of a token flow keeps beside its wallet or its orders: which messages it took, which of its own are
 * not yet with their receiver, and a note on each payment.
 *
 * It is written after the party's decision, and says nothing that could not be had again: where power fails between
 * the two, the message comes again, and whoever decided answers as it stands.
 */
import type { ModuleStore, StoreWrite } from "@tenten/module";
import type { Message } from "./party.ts";

/** A party says what has not arrived again after so long. */
const again_ms = 1_000;

type Kept = {
	readonly taken: string | undefined;
	readonly says: readonly Message[];
	readonly note: unknown;
	readonly gone: readonly Message[];
};

export class Mailbox {
	readonly #store: ModuleStore;
	readonly #rows: Map<string, unknown>;
	/** what is under way, and when it is said again; what an earlier life said is due at once */
	readonly #out: Map<string, { readonly message: Message; due_ms: number }>;

	private constructor(store: ModuleStore, rows: Map<string, unknown>) {
		this.#store = store;
		this.#rows = rows;
		const under = [...rows].filter(([key]) => key.startsWith("out/"));
		this.#out = new Map(
			under.map(([, message]) => [(message as Message).id, { message: message as Message, due_ms: 0 }]),
		);
	}

	static async open(store: ModuleStore): Promise<Mailbox> {
		const rows = [...(await store.load())].sort(([a], [b]) => (a < b ? -1 : 1));
		return new Mailbox(
			store,
			new Map(rows.map(([key, value]) => [key, JSON.parse(Buffer.from(value).toString("utf8"))])),
		);
	}

	hasTaken(id: string): boolean {
		return this.#rows.has(`taken/${id}`);
	}

	/** What was answered to a message that was taken, as far as it has not arrived. */
	answersTo(id: string): readonly Message[] {
		const answers = (this.#rows.get(`taken/${id}`) ?? []) as readonly string[];
		return answers.flatMap((answer) => this.#out.get(answer)?.message ?? []);
	}

	/** The note on a payment. */
	noteOn<T>(payment: string): T | undefined {
		return this.#rows.get(`note/${payment}`) as T | undefined;
	}

	/** Payments with a note. */
	payments(): readonly string[] {
		return [...this.#rows.keys()].flatMap((key) => (key.startsWith("note/") ? [key.slice(5)] : []));
	}

	/** What was said of a payment and has not arrived. */
	under(payment: string): readonly Message[] {
		return [...this.#out.values()].flatMap(({ message }) => (message.payment === payment ? [message] : []));
	}

	/** One write: what was taken, what is said from now on and what no more, and the note on the payment. */
	async keep(payment: string, { taken, says, note, gone }: Kept, now_ms: number): Promise<void> {
		const rows: [string, unknown][] = says.map((message) => [`out/${message.id}`, message]);
		if (taken !== undefined) rows.push([`taken/${taken}`, says.map(({ id }) => id)]);
		if (note !== undefined) rows.push([`note/${payment}`, note]);
		const over = gone.map(({ id }): StoreWrite => ({ key: `out/${id}`, value: null }));
		await this.#store.commit([...over, ...rows.map(([key, value]) => rowOf(key, value))]);
		for (const { id } of gone) this.#forget(id);
		for (const [key, value] of rows) this.#rows.set(key, value);
		for (const message of says) this.#out.set(message.id, { message, due_ms: now_ms + again_ms });
	}

	#forget(id: string): void {
		this.#out.delete(id);
		this.#rows.delete(`out/${id}`);
	}

	/** It has arrived, and need not be said again; what its payment's note is now, where that changes. */
	async delivered(id: string, noteAfter: (message: Message) => unknown): Promise<void> {
		const arrived = this.#out.get(id)?.message;
		if (arrived === undefined) return;
		const [key, note] = [`note/${arrived.payment}`, noteAfter(arrived)];
		const gone: StoreWrite = { key: `out/${id}`, value: null };
		await this.#store.commit(note === undefined ? [gone] : [gone, rowOf(key, note)]);
		this.#forget(id);
		if (note !== undefined) this.#rows.set(key, note);
	}

	/** What is to be said again by now. */
	due(now_ms: number): readonly Message[] {
		const due = [...this.#out.values()].filter(({ due_ms }) => due_ms <= now_ms);
		for (const entry of due) entry.due_ms = now_ms + again_ms;
		return due.map(({ message }) => message);
	}

	dueAt(): number | undefined {
		const times = [...this.#out.values()].map(({ due_ms }) => due_ms);
		return times.length === 0 ? undefined : Math.min(...times);
	}

	close(): Promise<void> {
		return this.#store.close();
	}
}

function rowOf(key: string, value: unknown): StoreWrite {
	return { key, value: new Uint8Array(Buffer.from(JSON.stringify(value))) };
}
