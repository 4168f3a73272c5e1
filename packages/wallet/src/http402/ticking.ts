/** Calls that are numbered: each number runs the handler once, and its answer is told again while it is remembered. */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { answerOf, responseOf } from "./answer-form.ts";
import type { Answer } from "./answers.ts";
import { failed } from "./toll-answers.ts";

/** bytes of answers that are remembered, the latest */
const rememberedBytes = 1 << 24;

export type Ticking = {
	readonly answerBytes: number;
	readonly report: (error: Error) => void;
};

/** A call by a number of a book, or by a tick of a meter. */
export type NumberedCall = {
	/** what its handler runs under */
	readonly name: string;
	/** what its answer is remembered by: only who shows the same is told it again */
	readonly key: string;
	/** takes its number for it, or says why not */
	readonly take: () => Promise<Refusal | undefined>;
	/** the handler failed: the number is as if it had not been shown */
	readonly giveBack: () => void;
	/** its answer is there */
	readonly answered: () => Promise<void>;
	/** what says in an answer that the number was taken */
	readonly taken: Readonly<Record<string, string>>;
};

/** Refused where the number was not taken; undefined where the handler has no answer: then the number is given back. */
type Made = Answer | Refusal | undefined;

export class Ticks {
	readonly #options: Ticking;
	/** answers, made or being made, by key: there before the number is taken, so that a retry waits for it */
	readonly #answers = new Map<string, Promise<Made>>();
	/** bytes of those that are made, the oldest first */
	readonly #sizes = new Map<string, number>();
	#bytes = 0;

	constructor(options: Ticking) {
		this.#options = options;
	}

	/** What a numbered call is told, or why it does not have its number. */
	async answer(call: NumberedCall, serve: (name: string) => Promise<Response>): Promise<Response | Refusal> {
		const answer = await (this.#answers.get(call.key) ?? this.#begin(call, serve));
		if (isRefusal(answer)) return answer;
		return answer === undefined ? failed(call.taken) : responseOf(answer, call.taken);
	}

	#begin(call: NumberedCall, serve: (name: string) => Promise<Response>): Promise<Made> {
		const made = this.#make(call, serve);
		this.#answers.set(call.key, made);
		return made;
	}

	async #make(call: NumberedCall, serve: (name: string) => Promise<Response>): Promise<Made> {
		const { name, key } = call;
		let answer: Answer | undefined;
		try {
			const not = await call.take();
			if (not !== undefined) return not;
			answer = await this.#run(name, serve);
			if (answer === undefined) call.giveBack();
			else {
				this.#remember(key, answer);
				await call.answered();
			}
			return answer;
		} finally {
			if (answer === undefined) this.#answers.delete(key);
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

	#remember(key: string, { headers, body }: Answer): void {
		const size = headers.reduce((sum, header) => sum + header.value.length, body.length + 512);
		this.#sizes.set(key, size);
		this.#bytes += size;
		for (const [oldest, bytes] of this.#sizes) {
			if (this.#bytes <= rememberedBytes) return;
			this.#sizes.delete(oldest);
			this.#answers.delete(oldest);
			this.#bytes -= bytes;
		}
	}
}
