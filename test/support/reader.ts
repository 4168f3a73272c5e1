/**
 * The second implementation, `reader/`, as its users meet it: a process of Debian's Python, lines of JSON.
 *
 * Each run opens the wallet's file, does one thing and ends, so whatever a test sees later came from the disk.
 */
import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const folder = join(import.meta.dirname, "../../reader");
// Another python3 may stand first on the path, without Debian's modules.
const python = existsSync("/usr/bin/python3") ? "/usr/bin/python3" : "python3";

// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like
export type Said = any;

export type Ran = { readonly status: number | null; readonly said: readonly Said[]; readonly text: string };

/** Why the reader cannot run here, or false. */
export const readerMissing: string | false = imports("cryptography, nacl.bindings")
	? false
	: "no Python with its modules: apt-get install python3 python3-cryptography python3-nacl";

/** Why its types cannot be checked here, or false. */
export const mypyMissing: string | false = imports("mypy") ? false : "no mypy: apt-get install mypy";

function imports(modules: string): boolean {
	try {
		execFileSync(python, ["-c", `import ${modules}`], { stdio: "ignore" });
		return true;
	} catch {
		return false;
	}
}

/** Runs Python in the reader's folder. */
export async function runPython(...args: readonly string[]): Promise<Ran> {
	const child = start(args);
	let text = "";
	child.stdout?.on("data", (data) => (text += data));
	const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
	const lines = text.split("\n").filter((line) => line.startsWith("{"));
	return { status, text, said: lines.map((line) => JSON.parse(line)) };
}

function start(args: readonly string[]): ChildProcess {
	// Compiled code is kept between runs, and outside of the checkout.
	const { PYTHONDONTWRITEBYTECODE: _, ...inherited } = process.env;
	const env = { ...inherited, PYTHONPYCACHEPREFIX: join(tmpdir(), "tenten-reader-compiled") };
	return spawn(python, args, { cwd: folder, env, stdio: ["ignore", "pipe", "inherit"] });
}

export type ReaderWallet = {
	readonly file: string;
	/** One command; what it said, line by line. */
	readonly run: (command: string, ...args: readonly string[]) => Promise<readonly Said[]>;
	/** One command that must be refused; the code. */
	readonly refused: (command: string, ...args: readonly string[]) => Promise<string>;
	/** Serves until a payment has come: its address, and what it says of the payment. */
	readonly receive: (
		...args: readonly string[]
	) => Promise<{ readonly address: string; readonly came: Promise<Said>; readonly kill: () => void }>;
};

/** The wallet in a file, which need not exist yet. */
export function readerWallet(file: string): ReaderWallet {
	const argsOf = (command: string, args: readonly string[]) => {
		const [part, ...rest] = command.split(" ");
		const named = part === "hostile" ? [part, ...rest] : ["wallet", part as string];
		return ["-m", "tenten_reader", ...named, "--file", file, ...args];
	};
	const run: ReaderWallet["run"] = async (command, ...args) => {
		const { status, said, text } = await runPython(...argsOf(command, args));
		assert.equal(status, 0, `${command} ${args.join(" ")}: ${text}`);
		return said;
	};
	const refused: ReaderWallet["refused"] = async (command, ...args) => {
		const { status, said, text } = await runPython(...argsOf(command, args));
		assert.equal(status, 1, `${command} ${args.join(" ")}: ${text}`);
		return said.at(-1).refused;
	};
	const receive: ReaderWallet["receive"] = async (...args) => {
		const child = start(argsOf("receive", args));
		const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
		const line = async (): Promise<Said> => JSON.parse((await lines.next()).value ?? '{"ended":true}');
		const ended = new Promise((resolve) => child.once("close", resolve));
		const { address } = await line();
		const came = line().then(async (said) => {
			await ended;
			return said;
		});
		return { address, came, kill: () => child.kill("SIGKILL") };
	};
	return { file, run, refused, receive };
}
