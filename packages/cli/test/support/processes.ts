/** Child processes of tests: what they say first, and how they ended. */
import type { ChildProcess } from "node:child_process";
import { createInterface } from "node:readline";

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
