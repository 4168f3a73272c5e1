/**
 * Books that were sold, and which of their calls were made.
 *
 *   opened ──▶ durable ──▶ call n ──▶ (n beyond what is written) written on by a block ──▶ the handler ──▶ its answer
 *
 * What can go wrong: more calls than were paid for, after a crash. So a block of numbers is written as taken before the
 * first of them is served, and after a restart no number of a block that was written is served. Answers are kept in
 * memory alone, the latest: a call costs less than a write.
 */
import type { ModuleStore } from "@tenten/module";
import {
	amount,
	assetId,
	type Bytes,
	bytes32,
	integer,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	sameAsset,
	serialize,
	sha256,
	type TypeOf,
	toHex,
} from "@tenten/protocol";
import { bookPrefix } from "./answers.ts";
import type { Price } from "./asked.ts";
import { mostCalls, readTick, type Tick, tickHeader } from "./book.ts";
import type { NumberedCall } from "./ticking.ts";

/** `ticket`: its SHA-256. `taken`: numbers up to this one may have been served. */
export const bookRow = record({
	ticket: bytes32,
	attempt: bytes32,
	asset: assetId,
	amount,
	calls: integer(2, mostCalls),
	taken: integer(0, mostCalls),
});
export type BookRow = TypeOf<typeof bookRow>;

/** numbers that are written as taken at once */
const block = 64;

export type Book = {
	readonly id: string;
	row: BookRow;
	/** up to here nothing is served: what was written before this program started */
	readonly before: number;
	/** the numbers that were served */
	readonly served: Set<number>;
};

export class Books {
	readonly #store: ModuleStore;
	readonly #byTicket = new Map<string, Book>();
	/** one write after another, each for the highest number that is asked for */
	#writing: Promise<void> = Promise.resolve();

	private constructor(store: ModuleStore) {
		this.#store = store;
	}

	/** What the store holds of books, or `state-damaged`. */
	static async open(store: ModuleStore): Promise<Books | Refusal> {
		const books = new Books(store);
		for (const [key, value] of await store.load()) {
			if (!key.startsWith(bookPrefix)) continue;
			const row = parse(bookRow, value);
			if (isRefusal(row)) return refuse("state-damaged", `book ${key}: ${row.detail}`);
			books.#set({ id: key.slice(bookPrefix.length), row, before: row.taken, served: new Set() });
		}
		return books;
	}

	#set(book: Book): void {
		this.#byTicket.set(toHex(book.row.ticket), book);
	}

	find({ ticket }: Tick): Book | undefined {
		return this.#byTicket.get(toHex(sha256(ticket)));
	}

	/** A call by a number of a book that is open; undefined where this header pays for nothing here. */
	callOf(header: string, price: Price): NumberedCall | undefined {
		const tick = readTick(header);
		const book = isRefusal(tick) ? undefined : this.find(tick);
		if (isRefusal(tick) || book === undefined || !covers(book, tick, price)) return undefined;
		const { number } = tick;
		const name = `${book.id}.${number}`;
		return {
			name,
			key: name,
			take: () => this.take(book, number),
			giveBack: () => this.giveBack(book, number),
			answered: async () => undefined,
			taken: { [tickHeader]: `${number}` },
		};
	}

	/** Durable when it resolves. The same again is nothing; under another ticket it is `request-mismatch`. */
	async begin(
		id: string,
		sold: Omit<BookRow, "ticket" | "taken">,
		ticket: Bytes,
	): Promise<Refusal | undefined> {
		const row = { ...sold, ticket: sha256(ticket), taken: 0 };
		const known = [...this.#byTicket.values()].find((book) => book.id === id);
		const other = this.#byTicket.get(toHex(row.ticket));
		if (known !== undefined || other !== undefined)
			return known === other ? undefined : refuse("request-mismatch", "another ticket");
		const book = { id, row, before: 0, served: new Set<number>() };
		this.#set(book);
		await this.#write(book);
		return undefined;
	}

	/** Takes a number, once: `answer-gone` where it may have been served before a restart. */
	async take(book: Book, number: number): Promise<Refusal | undefined> {
		if (number <= book.before || book.served.has(number))
			return refuse("answer-gone", "a call that was made");
		book.served.add(number);
		if (number <= book.row.taken) return undefined;
		const writing = this.#writing.then(async () => {
			if (number <= book.row.taken) return;
			const taken = Math.min(book.row.calls, number + block - 1);
			await this.#write({ ...book, row: { ...book.row, taken } });
			book.row = { ...book.row, taken };
		});
		this.#writing = writing.catch(() => undefined);
		try {
			await writing;
		} catch (error) {
			this.giveBack(book, number);
			throw error;
		}
		return undefined;
	}

	/** The handler failed: the number is as if it had not been shown. */
	giveBack(book: Book, number: number): void {
		book.served.delete(number);
	}

	async #write({ id, row }: Book): Promise<void> {
		await this.#store.commit([{ key: bookPrefix + id, value: serialize(bookRow, row) }]);
	}

	/** Drops books whose attempt is known to nobody any more. */
	async clear(isKnown: (attempt: Bytes) => boolean): Promise<void> {
		const gone = [...this.#byTicket.values()].filter(({ row }) => !isKnown(row.attempt));
		if (gone.length === 0) return;
		await this.#store.commit(gone.map(({ id }) => ({ key: bookPrefix + id, value: null })));
		for (const { row } of gone) this.#byTicket.delete(toHex(row.ticket));
	}
}

/** Whether a call of this price is one of the book's: in its asset, for just what the book's calls cost each. */
function covers({ row }: Book, { number }: Tick, { asset, amount: price, calls = 1 }: Price): boolean {
	// A dearer book would pay too much, and its holder cannot see what a call costs.
	const isSame = price * BigInt(row.calls) === row.amount * BigInt(calls);
	return number <= row.calls && sameAsset(row.asset, asset) && isSame;
}
