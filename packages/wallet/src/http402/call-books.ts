/**
 * The books of calls that a program bought, and the next number of each.
 *
 * A number is shown for one call. A block of them is written as shown before the first is, so that after a crash none
 * is shown for another call: what was left of the block is lost, a fraction of the smallest unit. A call that was cut
 * off in this program's life keeps its number.
 */
import { type Bytes, isRefusal, type Refusal, refuse, toHex } from "@tenten/protocol";
import { tickHeader, writeTick } from "./book.ts";
import type { BookOfCalls, PaidCalls } from "./calls.ts";
import { readRequired, requiredHeader } from "./headers.ts";
import { discard, type SentCall } from "./sent-call.ts";

/** numbers that are written as shown at once, and that a server may have lost in a crash */
const block = 64;

export type BookCall = {
	/** the book, and a number of it */
	readonly row: BookOfCalls;
	readonly number: number;
};

/** How a call of a book is made: what came, or undefined where nothing did. */
export type Show = (row: BookOfCalls, call: SentCall) => Promise<Response | Refusal>;

/** What tells books of one origin apart: what their calls cost. */
type Terms = Pick<BookOfCalls, "asset" | "amount"> & { readonly calls: number };

function nameOf({ asset, amount, calls }: Terms): string {
	return `${toHex(asset.operator)}/${asset.code}/${amount}/${calls}`;
}

const nameOfRow = ({ asset, amount, book }: BookOfCalls): string =>
	nameOf({ asset, amount, calls: book.calls });

/** of no book: a call that is paid for by itself */
const noBook = "";
/** paths of which it is remembered what their calls cost */
const mostPaths = 10_000;

export class CallBooks {
	readonly #calls: PaidCalls;
	/** the next number of each book, by the key of its row, and numbers of it that no server took */
	readonly #next = new Map<string, number>();
	readonly #spare = new Map<string, number[]>();
	/** the numbers of calls that were cut off, by their key */
	readonly #open = new Map<string, BookCall>();
	/** by which book each path was paid, and each origin lately */
	readonly #guesses = new Map<string, string>();

	constructor(calls: PaidCalls) {
		this.#calls = calls;
	}

	/** A book of these terms for this origin that has calls left. */
	find(origin: string, terms: Terms): BookOfCalls | undefined {
		return this.#find(origin, nameOf(terms));
	}

	#find(origin: string, name: string): BookOfCalls | undefined {
		const rows = this.#calls.books();
		return rows.find((row) => row.origin === origin && nameOfRow(row) === name && this.#left(row));
	}

	#left({ key, book }: BookOfCalls): boolean {
		const isSpare = (this.#spare.get(key)?.length ?? 0) > 0;
		return isSpare || (this.#next.get(key) ?? book.next) <= book.calls;
	}

	/** What calls at this path cost, as its server has said. */
	learn(url: string, name: Terms | undefined): void {
		if (this.#guesses.size >= mostPaths) this.#guesses.clear();
		const { origin, pathname } = new URL(url);
		this.#guesses.set(origin + pathname, name === undefined ? noBook : nameOf(name));
		if (name !== undefined) this.#guesses.set(origin, nameOf(name));
	}

	/** The answer to a call by a book; undefined where there is none for it, or the server knows it no more. */
	async call(
		key: string,
		call: SentCall,
		tries: number,
		show: Show,
	): Promise<Response | Refusal | undefined> {
		for (let tried = 0; tried < tries; tried++) {
			const taken = this.#open.get(key) ?? (await this.#take(call.url));
			if (taken === undefined) return undefined;
			this.#open.set(key, taken);
			const came = await this.#show(taken, call, tries, show);
			if (isRefusal(came) || came.status >= 500) return came;
			this.#open.delete(key);
			const { row, number } = taken;
			if (came.status === 402) await this.#learnFrom(call.url, taken, came);
			// The server ended and does not know which of these it answered.
			else if (came.status === 410)
				this.#next.set(row.key, Math.max(this.#next.get(row.key) ?? 0, number + block));
			else {
				if (!came.headers.has(tickHeader)) this.#giveBack(taken);
				return came;
			}
		}
		return refuse("answer-gone", "the server answers for none of these numbers");
	}

	async #take(url: string): Promise<BookCall | undefined> {
		const { origin, pathname } = new URL(url);
		const guess = this.#guesses.get(origin + pathname) ?? this.#guesses.get(origin) ?? this.#any(origin);
		const row = this.#find(origin, guess);
		if (row === undefined) return undefined;
		const spare = this.#spare.get(row.key)?.pop();
		if (spare !== undefined) return { row, number: spare };
		const number = this.#next.get(row.key) ?? row.book.next;
		this.#next.set(row.key, number + 1);
		if (number >= row.book.next) {
			const next = Math.min(row.book.calls + 1, number + block);
			await this.#calls.keep({ ...row, book: { ...row.book, next } });
		}
		return { row, number };
	}

	/** After a restart nothing is remembered of paths. */
	#any(origin: string): string {
		const row = this.#calls.books().find((each) => each.origin === origin && this.#left(each));
		return row === undefined ? noBook : nameOfRow(row);
	}

	#giveBack({ row, number }: BookCall): void {
		this.#spare.set(row.key, [...(this.#spare.get(row.key) ?? []), number]);
	}

	/**
	 * The server takes no call of this book for that path. Where it asks for another book of the same terms, it counts
	 * this one as over, and nothing is shown of it again; else the number is as good as before.
	 */
	async #learnFrom(url: string, taken: BookCall, came: Response): Promise<void> {
		const askings = readRequired(came.headers.get(requiredHeader) ?? "");
		discard(came);
		const asked = isRefusal(askings) ? undefined : askings.find(({ calls }) => calls > 1);
		this.learn(url, asked);
		const { row } = taken;
		if (asked === undefined || nameOf(asked) !== nameOfRow(row)) return this.#giveBack(taken);
		this.#next.set(row.key, row.book.calls + 1);
		this.#spare.delete(row.key);
		const now = this.#calls.find(row.key) ?? row;
		await this.#calls.keep({ ...now, book: { ...row.book, next: row.book.calls + 1 } });
	}

	async #show(
		{ row, number }: BookCall,
		call: SentCall,
		tries: number,
		show: Show,
	): Promise<Response | Refusal> {
		const headers = new Headers(call.headers);
		headers.set(tickHeader, writeTick({ ticket: row.book.ticket, number }));
		const now = this.#calls.books().find(({ key }) => key === row.key) ?? row;
		let came = await show(now, { ...call, headers });
		for (let tried = 1; tried < tries && isRefusal(came) && came.code === "channel-failed"; tried++)
			came = await show(now, { ...call, headers });
		if (!isRefusal(came) || came.code !== "channel-failed") return came;
		return refuse("answer-pending", "a call of a book, and the server cannot be reached");
	}
}

/** What a new book's row has of it. */
export function newBook(ticket: Bytes, calls: number): BookOfCalls["book"] {
	return { ticket, calls, next: 1 };
}
