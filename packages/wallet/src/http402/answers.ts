/**
 * Answers that were paid for, each kept until its time is over: whoever paid gets its answer again.
 *
 *   keep ──▶ durable ──▶ told, as often as it is asked for ──▶ (keep_s) its content goes ──▶ the row goes with the attempt
 *
 * What can go wrong: the answer is lost on its way, or the server ends before it was sent. So nothing is told before it
 * is durable. A row outlives its content for as long as the module knows the attempt, because what was answered once
 * must never be made a second time for one payment.
 */
import type { ModuleStore, StoreWrite } from "@tenten/module";
import {
	type Bytes,
	bytes,
	bytes32,
	integer,
	isRefusal,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	text,
	unixSeconds,
} from "@tenten/protocol";

/** of the rows of books, meters and their calls without an answer, which lie beside these */
export const bookPrefix = "book/";
export const meterPrefix = "meter/";
export const unansweredPrefix = "unanswered/";
const others = [bookPrefix, meterPrefix, unansweredPrefix];

/** bytes of the longest body that a server may be set to keep */
export const longestBody: number = 1 << 24;
const longestHeader = 16_384;

const answer = record({
	status: integer(200, 499),
	headers: list(record({ name: text(256), value: text(longestHeader) }), 64),
	body: bytes(0, longestBody),
});
export type Answer = TypeOf<typeof answer>;

/** `content`: null once its time was over. */
export const answerRow = record({ attempt: bytes32, at: unixSeconds, content: nullable(answer) });
export type AnswerRow = TypeOf<typeof answerRow>;

export class Answers {
	readonly #store: ModuleStore;
	/** by the request that was paid, in hexadecimal */
	readonly #rows: Map<string, AnswerRow>;
	#bytes = 0;

	private constructor(store: ModuleStore, rows: Map<string, AnswerRow>) {
		this.#store = store;
		this.#rows = rows;
		for (const row of rows.values()) this.#bytes += sizeOf(row);
	}

	/** What the store holds of answers, or `state-damaged`. */
	static async open(store: ModuleStore): Promise<Answers | Refusal> {
		const rows = new Map<string, AnswerRow>();
		for (const [id, value] of await store.load()) {
			if (others.some((prefix) => id.startsWith(prefix))) continue;
			const row = parse(answerRow, value, value.length);
			if (isRefusal(row)) return refuse("state-damaged", `answer ${id}: ${row.detail}`);
			rows.set(id, row);
		}
		return new Answers(store, rows);
	}

	find(id: string): AnswerRow | undefined {
		return this.#rows.get(id);
	}

	/** of all that is kept */
	get bytes(): number {
		return this.#bytes;
	}

	/** Durable when it resolves. What could not be read back is `too-large`, and not kept. */
	async keep(id: string, row: AnswerRow): Promise<Refusal | undefined> {
		const value = serialize(answerRow, row);
		if (isRefusal(parse(answerRow, value, value.length))) return refuse("too-large", "the answer");
		await this.#store.commit([{ key: id, value }]);
		this.#set(id, row);
		return undefined;
	}

	/** Drops contents from before this time, and rows whose attempt is known to nobody any more. */
	async clear(before: number, isKnown: (attempt: Bytes) => boolean): Promise<void> {
		const over = [...this.#rows].filter(([, { at }]) => at < before);
		const gone = over.filter(([, { attempt }]) => !isKnown(attempt)).map(([id]) => id);
		const emptied = over.flatMap(([id, row]) =>
			row.content === null || gone.includes(id) ? [] : [[id, { ...row, content: null }] as const],
		);
		const writes: readonly StoreWrite[] = [
			...gone.map((key) => ({ key, value: null })),
			...emptied.map(([key, row]) => ({ key, value: serialize(answerRow, row) })),
		];
		if (writes.length === 0) return;
		await this.#store.commit(writes);
		for (const id of gone) this.#set(id, undefined);
		for (const [id, row] of emptied) this.#set(id, row);
	}

	#set(id: string, row: AnswerRow | undefined): void {
		this.#bytes += (row ? sizeOf(row) : 0) - sizeOf(this.#rows.get(id));
		if (row === undefined) this.#rows.delete(id);
		else this.#rows.set(id, row);
	}

	/** The store with it. */
	close(): Promise<void> {
		return this.#store.close();
	}
}

/** about; a row without content is small */
function sizeOf(row: AnswerRow | undefined): number {
	return row?.content?.body.length ?? 0;
}
