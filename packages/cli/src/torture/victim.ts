/**
 * A victim: a child process that is killed, and started again at once on the same files.
 *
 *   started ──▶ serving ──kill -9──▶ gone ──▶ started ──▶ …
 *
 * Whoever calls it waits until it serves. A process that ends without having been killed is a bug, and told as one.
 */
import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Handlers, Line } from "../ipc-line.ts";

export type VictimOptions<M extends Handlers> = {
	readonly name: string;
	readonly program: string;
	/** where it leaves what it was about to do when it ended itself */
	readonly lastWords: string;
	/** what it may call here */
	readonly handlers: Handlers;
	/** brings a fresh process to where it serves; called again after each kill */
	readonly serve: (line: Line<M>) => Promise<void>;
	/** it serves again; `after_ms` since it was gone */
	readonly served: (after_ms: number) => void;
	/** it ended, and nobody had killed it */
	readonly failed: (what: string) => void;
};

export class Victim<M extends Handlers> {
	readonly name: string;
	readonly #options: VictimOptions<M>;
	#child: ChildProcess | undefined;
	#line: Line<M> | undefined;
	#serving: Promise<Line<M>> | undefined;
	#isServing = false;
	#isStopped = false;
	#exited: Promise<void> = Promise.resolve();
	#isCondemned = false;

	constructor(options: VictimOptions<M>) {
		this.#options = options;
		this.name = options.name;
	}

	get isServing(): boolean {
		return this.#isServing;
	}

	/** Of the process that runs now, or ran last. */
	get pid(): number | undefined {
		return this.#child?.pid;
	}

	/** The line to it, once it serves. */
	async up(): Promise<Line<M>> {
		for (;;) {
			if (this.#isStopped) throw new Error("the torture has ended");
			const serving = this.#serving;
			if (serving === undefined) throw new Error(`${this.name} was not started`);
			try {
				return await serving;
			} catch {
				// It was killed while it started, and the next one has begun, or will when it is gone.
				if (this.#serving === serving) await this.#exited;
			}
		}
	}

	start(): Promise<Line<M>> {
		const goneAt_ms = performance.now();
		const { program, handlers, serve, served } = this.#options;
		// Compiled code is kept between processes: they start often.
		const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") };
		const child = fork(program, [], {
			env,
			// A Ctrl-C is for the torturer: its children end by its hand, or when it is gone.
			detached: true,
			serialization: "advanced",
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
		const line = new Line<M>(child, handlers);
		this.#child = child;
		this.#line = line;
		this.#isCondemned = false;
		this.#exited = new Promise((resolve) => {
			child.once("exit", (code, signal) => {
				line.end(`ended with ${signal ?? code}`);
				this.#isServing = false;
				this.#ended(signal ?? String(code));
				resolve();
			});
		});
		this.#serving = serve(line).then(() => {
			this.#isServing = true;
			served(performance.now() - goneAt_ms);
			return line;
		});
		this.#serving.catch((error: unknown) => {
			const isGone = child.exitCode !== null || child.signalCode !== null;
			if (!isGone && !this.#isCondemned) this.#options.failed(`${this.name} does not serve: ${error}`);
		});
		return this.#serving;
	}

	/** Starts the next one, unless this is the end; what nobody killed has failed. */
	#ended(how: string): void {
		if (this.#isStopped) return;
		if (how !== "SIGKILL" || !this.#isCondemned)
			this.#options.failed(`${this.name} ended by itself with ${how}`);
		void this.start();
	}

	/** kill -9, whatever it is doing; resolves when it is gone. */
	async kill(): Promise<void> {
		const exited = this.#exited;
		this.#isCondemned = true;
		this.#child?.kill("SIGKILL");
		await exited;
	}

	/** Lets it end itself at a point that `arm` plants; false if it had not by `patience_ms`. */
	async await(arm: (line: Line<M>) => Promise<void>, patience_ms: number): Promise<boolean> {
		const [line, exited] = [this.#line, this.#exited];
		if (line === undefined || !this.#isServing) return false;
		this.#isCondemned = true;
		await arm(line).catch(() => undefined);
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<boolean>((resolve) => {
			timer = setTimeout(resolve, patience_ms, false);
		});
		const isGone = await Promise.race([exited.then(() => true), late]);
		clearTimeout(timer);
		return isGone;
	}

	/** What it was about to do when it ended itself. */
	takeLastWords(): string | undefined {
		const { lastWords } = this.#options;
		if (!existsSync(lastWords)) return undefined;
		const words = readFileSync(lastWords, "utf8");
		rmSync(lastWords);
		return words;
	}

	/** Ends it for good. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		await this.kill();
	}
}
