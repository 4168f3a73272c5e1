/** Calls of a book: each number runs the handler once, and its answer is told again while it is remembered. */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { answerOf, responseOf } from "./answer-form.ts";
import type { Answer } from "./answers.ts";
import type { Price } from "./asked.ts";
import { readTick, tickHeader } from "./book.ts";
import { failed, gone } from "./toll-answers.ts";
import { type Book, type Books, covers } from "./toll-books.ts";

/** bytes of answers that are remembered, the latest */
const rememberedBytes = 1 << 24;

export type Ticking = {
	readonly answerBytes: number;
	readonly report: (error: Error) => void;
};

/** Refused where the number was taken; undefined where the handler has no answer: then the number is given back. */
type Made = Answer | Refusal | undefined;

export class Ticks {
	readonly #books: Books;
	readonly #options: Ticking;
	/** answers, made or being made, by book and number: there before its number is taken, so that a retry waits for it */
	readonly #answers = new Map<string, Promise<Made>>();
	/** bytes of those that are made, the oldest first */
	readonly #sizes = new Map<string, number>();
	#bytes = 0;

	constructor(books: Books, options: Ticking) {
		this.#books = books;
		this.#options = options;
	}

	/** The answer to a call of a book; undefined where this header pays for nothing here. */
	async answer(
		header: string,
		price: Price,
		serve: (name: string) => Promise<Response>,
	): Promise<Response | undefined> {
		const tick = readTick(header);
		const book = isRefusal(tick) ? undefined : this.#books.find(tick);
		if (isRefusal(tick) || book === undefined || !covers(book, tick, price)) return undefined;
		const name = `${book.id}.${tick.number}`;
		const answer = await (this.#answers.get(name) ?? this.#begin(name, book, tick.number, serve));
		if (isRefusal(answer)) return gone();
		const taken = { [tickHeader]: `${tick.number}` };
		return answer === undefined ? failed(taken) : responseOf(answer, taken);
	}

	#begin(
		name: string,
		book: Book,
		number: number,
		serve: (name: string) => Promise<Response>,
	): Promise<Made> {
		const made = this.#make(name, book, number, serve);
		this.#answers.set(name, made);
		return made;
	}

	async #make(
		name: string,
		book: Book,
		number: number,
		serve: (name: string) => Promise<Response>,
	): Promise<Made> {
		let answer: Answer | undefined;
		try {
			const not = await this.#books.take(book, number);
			if (not !== undefined) return not;
			answer = await this.#run(name, serve);
			if (answer === undefined) this.#books.giveBack(book, number);
			else this.#remember(name, answer);
			return answer;
		} finally {
			if (answer === undefined) this.#answers.delete(name);
		}
	}

	async #run(name: string, serve: (name: string) => Promise<Response>): Promise<Answer | undefined> {
		try {
			const answer = await answerOf(await serve(name), this.#options.answerBytes);
			if (isRefusal(answer)) throw new Error(`an answer that cannot be kept: ${answer.detail}`);
			return answer.status >= 500 ? undefined : answer;
		} catch (error) {
			this.#options.report(error instanceof Error ? error : new Error(String(error)));
			return undefined;
		}
	}

	#remember(name: string, { headers, body }: Answer): void {
		const size = headers.reduce((sum, header) => sum + header.value.length, body.length + 512);
		this.#sizes.set(name, size);
		this.#bytes += size;
		for (const [oldest, bytes] of this.#sizes) {
			if (this.#bytes <= rememberedBytes) return;
			this.#sizes.delete(oldest);
			this.#answers.delete(oldest);
			this.#bytes -= bytes;
		}
	}
}
