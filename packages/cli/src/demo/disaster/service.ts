/**
 * A server of the story: one of tenten's own commands as a process, which can be killed as a power cut kills it, and
 * started again over what it had on its disk, at the time of the story.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { aheadProgram, aheadVariable } from "./ahead.ts";

const bin = join(import.meta.dirname, "../../bin.ts");

export const passphrase = "demo";

export class Service {
	readonly #command: readonly string[];
	#child: ChildProcess | undefined;

	/** `command`: as it is typed after `tenten`; once it serves, it says a line with ` at ` and its address. */
	constructor(...command: readonly string[]) {
		this.#command = command;
	}

	/** Resolves once it serves. `ahead_s`: of its clock before the machine's. */
	async start(ahead_s: number): Promise<void> {
		const env = { ...process.env, TENTEN_PASSPHRASE: passphrase, [aheadVariable]: String(ahead_s) };
		const args = ["--import", aheadProgram, bin, ...this.#command];
		const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "pipe"] });
		this.#child = child;
		// A parent that fails leaves none behind.
		process.once("exit", () => child.kill("SIGKILL"));
		let said = "";
		child.stderr.on("data", (text: Buffer) => {
			said = `${said}${text}`.slice(-2_000);
		});
		for await (const line of createInterface({ input: child.stdout })) {
			if (/ at [a-z]+:\/\//.test(line)) {
				child.stdout.resume();
				return;
			}
		}
		throw new Error(`tenten ${this.#command.join(" ")} never served: ${said}`);
	}

	/** From one instruction to the next it is gone. */
	async kill(): Promise<void> {
		const child = this.#child;
		this.#child = undefined;
		if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
		const exit = once(child, "exit");
		child.kill("SIGKILL");
		await exit;
	}
}
