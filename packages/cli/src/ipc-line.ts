/**
 * A line between two processes: calls by name, each answered once, both ways at the same time.
 *
 * Over Node's own channel to a child process, with structured clones, so bytes and amounts pass as they are.
 * Whoever sees the other process end says so by `end`: then every open call fails.
 */
type Frame =
	| { readonly kind: "call"; readonly id: number; readonly method: string; readonly input: unknown }
	| { readonly kind: "answer"; readonly id: number; readonly output: unknown }
	| { readonly kind: "failure"; readonly id: number; readonly reason: string };

/** What this end does when called; `never` as input, because the caller's type says what comes. */
export type Handlers = Readonly<Record<string, (input: never) => Promise<unknown>>>;

/** The side of a process that speaks to its child or its parent. */
type Port = {
	send?(frame: Frame, handle: undefined, options: undefined, sent: () => void): unknown;
	on(event: "message", listener: (frame: Frame) => void): unknown;
};

type Waiting = {
	readonly resolve: (output: unknown) => void;
	readonly reject: (error: Error) => void;
};

/** A line on which this end may call what `Methods` names. */
export class Line<Methods extends Handlers> {
	readonly #port: Port;
	readonly #handlers: Handlers;
	readonly #waiting = new Map<number, Waiting>();
	#calls = 0;
	/** why nothing can be called any more */
	#down: string | undefined;

	constructor(port: Port, handlers: Handlers) {
		this.#port = port;
		this.#handlers = handlers;
		port.on("message", (frame: Frame) => this.#receive(frame));
	}

	call<M extends keyof Methods & string>(
		method: M,
		...[input]: Parameters<Methods[M]>
	): ReturnType<Methods[M]> {
		const id = this.#calls++;
		const answer = new Promise((resolve, reject) => {
			if (this.#down !== undefined) return reject(new Error(`${method}: the other process ${this.#down}`));
			this.#waiting.set(id, { resolve, reject });
			this.#send({ kind: "call", id, method, input });
		});
		return answer as ReturnType<Methods[M]>;
	}

	#receive(frame: Frame): void {
		switch (frame.kind) {
			case "call":
				void this.#answer(frame);
				return;
			case "answer":
				this.#take(frame.id)?.resolve(frame.output);
				return;
			case "failure":
				this.#take(frame.id)?.reject(new Error(frame.reason));
				return;
			default:
				frame satisfies never;
		}
	}

	async #answer({ id, method, input }: Extract<Frame, { readonly kind: "call" }>): Promise<void> {
		try {
			const handler = this.#handlers[method];
			if (handler === undefined) throw new Error(`no method ${method}`);
			this.#send({ kind: "answer", id, output: await handler(input as never) });
		} catch (error) {
			const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
			this.#send({ kind: "failure", id, reason });
		}
	}

	#send(frame: Frame): void {
		// What cannot be sent any more is failed by `end`, which knows why.
		this.#port.send?.(frame, undefined, undefined, () => undefined);
	}

	#take(id: number): Waiting | undefined {
		const waiting = this.#waiting.get(id);
		this.#waiting.delete(id);
		return waiting;
	}

	/** Fails every open call, and those to come. The first reason stands. */
	end(reason: string): void {
		this.#down ??= reason;
		for (const { reject } of this.#waiting.values()) reject(new Error(`the other process ${this.#down}`));
		this.#waiting.clear();
	}
}
