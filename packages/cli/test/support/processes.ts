/** Child processes of tests: what they say first, and how they ended. */
import { type ChildProcess, spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** Starts one of our programs; what it says on stdout is read, what on stderr is shown. */
export function startProgram(program: string, argument: object): ChildProcess {
	// Tests start many short processes: compiled code is kept between them.
	const env = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache") };
	const stdio = ["ignore", "pipe", "inherit"] as const;
	return spawn(process.execPath, [program, JSON.stringify(argument)], { env, stdio: [...stdio] });
}

/** The signal that ended it; null where it ended by itself. */
export function ended(child: ChildProcess): Promise<NodeJS.Signals | null> {
	return new Promise((resolve) => {
		if (child.exitCode !== null || child.signalCode !== null) resolve(child.signalCode);
		else child.once("exit", (_, signal) => resolve(signal));
	});
}

/** The first line of its stdout, which must be a pipe; empty where it ended without one. */
export async function firstLine(child: ChildProcess): Promise<string> {
	for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) return line;
	return "";
}
