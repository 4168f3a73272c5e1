/**
 * Calls that are numbered: each number runs the handler once, and its answer is told again while it is remembered.
 *
 *   shown ──▶ number taken ──▶ the handler ──▶ its answer, remembered ──▶ told, as often as it is shown
 *                                  └─ takes long: 202, and it runs on; shown again it is waited for, never made twice
 */
import { isRefusal, type Refusal } from "@tenten/protocol";
import { answerOf, responseOf } from "./answer-form.ts";
import type { Answer } from "./answers.ts";
import { failed } from "./toll-answers.ts";

/** bytes of answers that are remembered, the latest */
const rememberedBytes = 1 << 24;

export type Ticking = {
	readonly answerBytes: number;
	readonly report: (error: Error) => void;
	/** how long a handler may take until a caller is told to come again */
	readonly wait_ms: number;
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
	/** what is told while its handler runs; without, its caller waits */
	readonly pending?: () => Response;
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
		const answer = await this.#inTime(this.#answers.get(call.key) ?? this.#begin(call, serve), call);
		if (answer instanceof Response) return answer;
		if (isRefusal(answer)) return answer;
		return answer === undefined ? failed(call.taken) : responseOf(answer, call.taken);
	}

	/** The answer, or what is told where it takes longer. */
	async #inTime(made: Promise<Made>, { pending }: NumberedCall): Promise<Made | Response> {
		if (pending === undefined) return made;
		let timer: ReturnType<typeof setTimeout> | undefined;
		const late = new Promise<Response>((resolve) => {
			timer = setTimeout(() => resolve(pending()), this.#options.wait_ms);
		});
		try {
			return await Promise.race([made, late]);
		} finally {
			clearTimeout(timer);
		}
	}

	/** How far a call is that runs or is remembered. */
	status(key: string): "running" | "answered" | undefined {
		if (!this.#answers.has(key)) return undefined;
		return this.#sizes.has(key) ? "answered" : "running";
	}

	/** Once no handler runs. */
	async settled(): Promise<void> {
		await Promise.allSettled(this.#answers.values());
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
				// What is not written down is made again after a crash, under its name: nobody waits for that.
				await call.answered().catch((error: unknown) => this.#report(error));
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
			this.#report(error);
			return undefined;
		}
	}

	#report(error: unknown): void {
		this.#options.report(error instanceof Error ? error : new Error(String(error)));
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
