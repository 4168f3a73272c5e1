/** The command as its users meet it: a process, its words, its last line of JSON, its exit code. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const bin = join(import.meta.dirname, "../../src/bin.ts");
const several = join(import.meta.dirname, "several-commands.ts");

export type Ran = {
	readonly status: number | null;
	readonly stderr: string;
	/** the last line of stdout, read as JSON */
	// biome-ignore lint/suspicious/noExplicitAny: tests look into it as they like
	readonly json: any;
};

export type Shell = {
	readonly folder: string;
	/** with `--json`, in the shell's folder and environment */
	readonly tenten: (...args: readonly string[]) => Promise<Ran>;
	/** as `tenten`, and all is well */
	readonly well: (...args: readonly string[]) => Promise<Ran["json"]>;
	/** as `tenten`, one after another in one process: what a start takes is taken once; its stderr is that of all */
	readonly each: (all: readonly (readonly string[])[]) => Promise<readonly Ran[]>;
	/** one that goes on running; it is ended when the shell is closed */
	readonly start: (...args: readonly string[]) => ChildProcess;
	readonly close: () => void;
};

/** A folder of its own, where every wallet and operator opens with the same passphrase; with these variables, too. */
export function openShell(variables: Readonly<Record<string, string>> = {}): Shell {
	const folder = mkdtempSync(join(tmpdir(), "tenten-cli-"));
	const { DATABASE_URL: _, DATABASE_URL_FILE: __, ...surroundings } = process.env;
	const own = { TENTEN_PASSPHRASE: "correct horse", TENTEN_WALLET: join(folder, "wallet") };
	const env = { ...surroundings, ...own, ...variables };
	const running: ChildProcess[] = [];
	const run = (...args: readonly string[]): ChildProcess => {
		const child = spawn(process.execPath, args, { cwd: folder, env });
		running.push(child);
		return child;
	};
	const start = (...args: readonly string[]): ChildProcess => run(bin, ...args, "--json");
	const over = async (child: ChildProcess) => {
		child.stdin?.end();
		let [stdout, stderr] = ["", ""];
		child.stdout?.on("data", (data) => (stdout += data));
		child.stderr?.on("data", (data) => (stderr += data));
		const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
		return { status, stderr, lines: stdout.trim().split("\n") };
	};
	const tenten = async (...args: readonly string[]): Promise<Ran> => {
		const { status, stderr, lines } = await over(start(...args));
		const last = lines.at(-1) ?? "";
		return { status, stderr, json: last === "" ? undefined : JSON.parse(last) };
	};
	const each = async (all: readonly (readonly string[])[]): Promise<readonly Ran[]> => {
		const { status, stderr, lines } = await over(run(several, JSON.stringify(all)));
		assert.equal(status, 0, stderr);
		assert.equal(lines.length, 2 * all.length, stderr);
		return all.map((_, at) => {
			const [json, ended] = lines.slice(2 * at, 2 * at + 2).map((line) => JSON.parse(line));
			return { status: ended.status, stderr, json };
		});
	};
	const well = async (...args: readonly string[]) => {
		const { status, stderr, json } = await tenten(...args);
		assert.equal(status, 0, `tenten ${args.join(" ")}: ${stderr}`);
		return json;
	};
	const close = (): void => {
		for (const child of running) if (child.exitCode === null) child.kill("SIGKILL");
		rmSync(folder, { recursive: true, force: true });
	};
	return { folder, tenten, well, each, start, close };
}

/** Waits until this text stands in what a running command says; gives what the first group matched. */
export function says(child: ChildProcess, pattern: RegExp): Promise<string> {
	return new Promise((resolve, reject) => {
		let text = "";
		const read = (data: Buffer): void => {
			text += data.toString("utf8");
			const found = pattern.exec(text);
			if (found !== null) resolve(found[1] ?? found[0]);
		};
		child.stdout?.on("data", read);
		child.stderr?.on("data", read);
		child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${text}`)));
	});
}
