/**
 * A pool of threads that judge claims: one a core, so that signatures do not hold up the thread that answers.
 *
 *   judge ─▶ waiting ─▶ sent to the thread with least to do, a few at a time ─▶ answered
 *                          └─ the thread dies, falls silent or talks nonsense: another takes its place; what it
 *                             held is sent once more, each alone on a thread; what ends that one too fails
 *
 * Whatever fails here was decided by nobody: whoever asked asks again with the same bytes. Each judgement names
 * the claim that it is of, so none is ever taken for another's.
 *
 * A thread holds the trust list that it was last sent, and never judges by an older one: lists and questions
 * arrive in the order in which they were posted.
 */
import { Worker } from "node:worker_threads";
import { type Bytes, equalBytes, sha256, type Trust, type TrustListBody } from "@tenten/protocol";
import type { Judgement, Question } from "./judge.ts";

/** What a thread is told. */
export type Told =
	| { readonly kind: "trust"; readonly list: TrustListBody }
	| { readonly kind: "questions"; readonly questions: readonly Question[] };

/** What it answers: that it began, or judgements in the order of the questions. */
export type Answered =
	| { readonly kind: "ready" }
	| { readonly kind: "judged"; readonly judged: readonly Judged[] };

/** A judgement with the hash of the claim's bytes. */
type Judged = { readonly claim: Bytes; readonly judgement: Judgement };

export type JudgePoolOptions = {
	readonly threads: number;
	/** a module that answers `Told` by `Answered`; the usual thread if left out */
	readonly thread?: URL;
	/** milliseconds until a thread that says nothing is taken for dead */
	readonly patience_ms?: number;
};

type Task = {
	readonly question: Question;
	/** of the claim's bytes */
	readonly hash: Bytes;
	readonly trust: Trust;
	readonly resolve: (judgement: Judgement) => void;
	readonly reject: (error: Error) => void;
	/** a thread ended with it before */
	isSuspect: boolean;
};

type Thread = {
	readonly worker: Worker;
	trust: Trust | null;
	/** sent and not answered, oldest first */
	readonly held: Task[][];
	/** of the claims in it */
	held_bytes: number;
	isReady: boolean;
	silence: NodeJS.Timeout | null;
	/** what it ends of; null while it lives */
	cause: unknown;
};

/**
 * Bytes of claims in one message, and in all that a thread holds: enough for as long as whoever sends is busy with
 * the store. One claim is a message whatever its size.
 */
const sent_bytes = 16_384;
const held_bytes = 196_608;
const usualPatience_ms = 10_000;
/** threads that die in a row before they began: then none ever will */
const mostFalseStarts = 3;

/** The thread's module as it lies beside this one, in the source or emitted. */
const usualThread = new URL(import.meta.url.endsWith(".ts") ? "./thread.ts" : "./thread.js", import.meta.url);

export class JudgePool {
	readonly #options: JudgePoolOptions;
	readonly #threads = new Set<Thread>();
	readonly #waiting: Task[] = [];
	#falseStarts = 0;
	#isClosed = false;

	constructor(options: JudgePoolOptions) {
		this.#options = options;
		this.#fill();
	}

	/** What `judge` makes of a question under this trust. Throws where no thread lives to say it. */
	judge(question: Question, trust: Trust): Promise<Judgement> {
		if (this.#isClosed) return Promise.reject(new Error("closed"));
		const hash = sha256(question.encoded);
		return new Promise((resolve, reject) => {
			this.#waiting.push({ question, hash, trust, resolve, reject, isSuspect: false });
			this.#send();
		});
	}

	/** Ends the threads. What they hold is answered with an error. */
	async close(): Promise<void> {
		this.#isClosed = true;
		await Promise.all([...this.#threads].map(({ worker }) => worker.terminate()));
	}

	#fill(): void {
		while (this.#threads.size < this.#options.threads) this.#start();
	}

	#start(): void {
		const worker = new Worker(this.#options.thread ?? usualThread);
		// Nobody waits for a thread that has nothing to do.
		worker.unref();
		const thread: Thread = {
			worker,
			trust: null,
			held: [],
			held_bytes: 0,
			isReady: false,
			silence: null,
			cause: null,
		};
		this.#threads.add(thread);
		worker.on("message", (answered: Answered) => this.#hear(thread, answered));
		worker.on("error", (error) => {
			thread.cause = error;
		});
		worker.once("exit", () => this.#bury(thread));
	}

	/** The one place where a judgement is taken at its word: our own thread made it by `judge`, and nobody else writes to it. */
	#hear(thread: Thread, answered: Answered): void {
		if (answered.kind === "ready") {
			thread.isReady = true;
			this.#falseStarts = 0;
			this.#watch(thread);
			return;
		}
		const [tasks = []] = thread.held;
		if (!answersAll(answered.judged, tasks)) {
			end(thread, "it answered what it was not asked");
			return;
		}
		thread.held.shift();
		thread.held_bytes -= bytesOf(tasks);
		for (const [position, task] of tasks.entries())
			task.resolve((answered.judged[position] as Judged).judgement);
		this.#watch(thread);
		this.#send();
	}

	#watch(thread: Thread): void {
		if (thread.silence !== null) clearTimeout(thread.silence);
		thread.silence = null;
		if (thread.held.length === 0) {
			thread.worker.unref();
			return;
		}
		thread.worker.ref();
		// How long it takes to begin is for the machine to say.
		if (!thread.isReady) return;
		const silence = setTimeout(() => {
			// Where it is this thread that slept, the answer is there and is heard in this very turn.
			setImmediate(() => {
				if (thread.silence === silence) end(thread, "it fell silent");
			});
		}, this.#options.patience_ms ?? usualPatience_ms);
		thread.silence = silence;
	}

	#bury(thread: Thread): void {
		this.#threads.delete(thread);
		if (thread.silence !== null) clearTimeout(thread.silence);
		if (!thread.isReady) this.#falseStarts++;
		const held = thread.held.flat();
		const { cause, isReady } = thread;
		if (this.#isClosed || this.#falseStarts >= mostFalseStarts) {
			const error = new Error(this.#isClosed ? "closed" : "threads that judge cannot be started", { cause });
			for (const task of [...held, ...this.#waiting.splice(0)]) task.reject(error);
			return;
		}
		for (const task of held.filter(({ isSuspect }) => isSuspect))
			task.reject(new Error("threads end where they judge this claim", { cause }));
		const again = held.filter(({ isSuspect }) => !isSuspect);
		// A thread that never began says nothing about what it was sent.
		for (const task of again) task.isSuspect = isReady;
		this.#waiting.unshift(...again);
		this.#fill();
		this.#send();
	}

	#send(): void {
		if (!this.#isClosed) this.#fill();
		for (;;) {
			const [first] = this.#waiting;
			if (first === undefined) return;
			const thread = this.#idlest(first);
			if (thread === undefined) return;
			const count = first.isSuspect ? 1 : sendable(this.#waiting);
			this.#post(thread, this.#waiting.splice(0, count));
		}
	}

	/** The thread that holds least and may take this; a suspect shares no thread with others. */
	#idlest(task: Task): Thread | undefined {
		const room = task.isSuspect ? 1 : held_bytes;
		const free = [...this.#threads].filter(
			(thread) =>
				thread.cause === null &&
				thread.held_bytes < room &&
				thread.held.every((tasks) => tasks[0]?.isSuspect !== true),
		);
		return free.sort((a, b) => a.held_bytes - b.held_bytes)[0];
	}

	#post(thread: Thread, tasks: Task[]): void {
		const { trust } = tasks[0] as Task;
		const tell = (told: Told): void => thread.worker.postMessage(told);
		if (thread.trust !== trust) tell({ kind: "trust", list: trust.list });
		thread.trust = trust;
		tell({ kind: "questions", questions: tasks.map(({ question }) => question) });
		thread.held.push(tasks);
		thread.held_bytes += bytesOf(tasks);
		this.#watch(thread);
	}
}

function end(thread: Thread, why: string): void {
	thread.cause = new Error(why);
	void thread.worker.terminate();
}

/** Whether these are judgements of what was asked, in its order. */
function answersAll(judged: readonly Judged[], tasks: readonly Task[]): boolean {
	if (judged.length !== tasks.length || tasks.length === 0) return false;
	return tasks.every(({ hash }, position) => equalBytes((judged[position] as Judged).claim, hash));
}

function bytesOf(tasks: readonly Task[]): number {
	return tasks.reduce((sum, { question }) => sum + question.encoded.length, 0);
}

/** How many of those that wait go into one message: of one trust, and no suspect among them. */
function sendable(waiting: readonly Task[]): number {
	let count = 0;
	let bytes = 0;
	for (const { question, trust, isSuspect } of waiting) {
		bytes += question.encoded.length;
		if (count > 0 && (isSuspect || trust !== waiting[0]?.trust || bytes > sent_bytes)) break;
		count++;
	}
	return count;
}
