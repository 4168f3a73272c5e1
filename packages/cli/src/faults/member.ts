/**
 * A member of the cast: a child process that plays one party of a cell, and may be killed in it.
 *
 * Processes are kept from cell to cell; one that was killed is followed by a fresh one.
 */
import { type ChildProcess, fork } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Handlers, Line } from "../ipc-line.ts";
import type { PartyMethods } from "./party-process.ts";

export class Member {
	readonly #child: ChildProcess;
	readonly line: Line<PartyMethods>;
	/** resolves when it has ended, however it did */
	readonly gone: Promise<void>;
	isGone = false;
	/** what it may call; set anew for every cell */
	handlers: Handlers = {};

	constructor(program: string) {
		// Compiled code is kept between processes: they start often.
		const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") };
		this.#child = fork(program, [], {
			env,
			// A Ctrl-C is for whoever runs the cells: children end by its hand, or when it is gone.
			detached: true,
			serialization: "advanced",
			stdio: ["ignore", "ignore", "inherit", "ipc"],
		});
		const call = (method: string) => async (input: never) => this.handlers[method]?.(input);
		const methods = ["taken", "tapped", "woke", "acknowledged", "failed"];
		this.line = new Line(this.#child, Object.fromEntries(methods.map((name) => [name, call(name)])));
		this.gone = new Promise((resolve) => {
			this.#child.once("exit", (code, signal) => {
				this.isGone = true;
				this.line.end(`ended with ${signal ?? code}`);
				resolve();
			});
		});
	}

	/** kill -9, whatever it is doing; resolves when it is gone. */
	async kill(): Promise<void> {
		this.#child.kill("SIGKILL");
		await this.gone;
	}
}

/** Members that play nobody now. */
export class Cast {
	readonly #program: string;
	readonly #free: Member[] = [];
	readonly #all = new Set<Member>();

	/** `program`: what each of them runs */
	constructor(program: string) {
		this.#program = program;
	}

	hire(): Member {
		const free = this.#free.pop();
		if (free !== undefined) return free;
		const member = new Member(this.#program);
		this.#all.add(member);
		void member.gone.then(() => this.#all.delete(member));
		return member;
	}

	/** One that lives, and plays nobody any more. */
	dismiss(member: Member): void {
		member.handlers = {};
		if (!member.isGone) this.#free.push(member);
	}

	/** Ends all of them. */
	async end(): Promise<void> {
		await Promise.all([...this.#all].map((member) => member.kill()));
	}
}
