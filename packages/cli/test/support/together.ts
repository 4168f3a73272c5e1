/** Commands one after another in a process that begins with the first of them and ends with the test file. */
import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { Line } from "../../src/ipc-line.ts";

export type Command = {
	readonly args: readonly string[];
	readonly cwd: string;
	/** all of it, as it would be that of a process of its own */
	readonly env: Readonly<Record<string, string | undefined>>;
};

export type Ended = {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
	/** what still would keep a process of its own from ending, by Node's names */
	readonly keeping: readonly string[];
};

export type TogetherMethods = { readonly run: (command: Command) => Promise<Ended> };

type Together = { readonly child: ChildProcess; readonly line: Line<TogetherMethods> };

let together: Together | undefined;
let before: Promise<unknown> = Promise.resolve();

/** Runs it when all that came before it are over. It leaves nothing open, as what is to end by itself. */
export function runTogether(command: Command): Promise<Ended> {
	const run = before.then(() => ask(command));
	before = run.catch(() => undefined);
	return run;
}

async function ask(command: Command): Promise<Ended> {
	together ??= begin();
	const { child, line } = together;
	child.ref();
	child.channel?.ref();
	const ended = await line.call("run", command);
	child.unref();
	child.channel?.unref();
	assert.deepEqual(ended.keeping, [], `tenten ${command.args.join(" ")} did not end:\n${ended.stderr}`);
	return ended;
}

function begin(): Together {
	const program = join(import.meta.dirname, "together-process.ts");
	// Nobody types: a question that a command asks is refused.
	const stdio = ["ignore", "inherit", "inherit", "ipc"] as const;
	const child = fork(program, { serialization: "advanced", stdio: [...stdio], execArgv: [] });
	const line = new Line<TogetherMethods>(child, {});
	child.once("exit", (status) => line.end(`ended with ${status}`));
	return { child, line };
}
