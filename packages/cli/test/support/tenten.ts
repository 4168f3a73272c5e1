/** The command as its users meet it: a process, its words, its last line of JSON, its exit code. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runTogether } from "./together.ts";

/** of every wallet and operator that a shell opens */
export const passphrase = "correct horse";

const bin = join(import.meta.dirname, "../../src/bin.ts");

/**
 * Where commands run. `apart`: each in a process of its own, as its users run it. `together`: one after another in
 * one process, for tests of what commands do to an operator or a wallet: most of what a command takes is its start.
 */
export type Runs = "apart" | "together";

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
	/** as `tenten`, one after another */
	readonly each: (all: readonly (readonly string[])[]) => Promise<readonly Ran[]>;
	/** as `well`, one after another */
	readonly eachWell: (...all: readonly (readonly string[])[]) => Promise<readonly Ran["json"][]>;
	/** one that goes on running; it is ended when the shell is closed */
	readonly start: (...args: readonly string[]) => ChildProcess;
	readonly close: () => void;
};

/** A folder of its own, where every wallet and operator opens with the same passphrase; with these variables, too. */
export function openShell(variables: Readonly<Record<string, string>> = {}, runs: Runs = "apart"): Shell {
	const folder = mkdtempSync(join(tmpdir(), "tenten-cli-"));
	const { DATABASE_URL: _, DATABASE_URL_FILE: __, ...surroundings } = process.env;
	const own = { TENTEN_PASSPHRASE: passphrase, TENTEN_WALLET: join(folder, "wallet") };
	const env = { ...surroundings, ...own, ...variables };
	const running: ChildProcess[] = [];
	const start = (...args: readonly string[]): ChildProcess => {
		const child = spawn(process.execPath, [bin, ...args, "--json"], { cwd: folder, env });
		running.push(child);
		listen(child);
		return child;
	};
	const over = async (child: ChildProcess) => {
		child.stdin?.end();
		let [stdout, stderr] = ["", ""];
		child.stdout?.on("data", (data) => (stdout += data));
		child.stderr?.on("data", (data) => (stderr += data));
		const status = await new Promise<number | null>((resolve) => child.once("close", resolve));
		return { status, stderr, stdout };
	};
	const tenten = async (...args: readonly string[]): Promise<Ran> => {
		const { status, stderr, stdout } =
			runs === "apart"
				? await over(start(...args))
				: await runTogether({ args: [...args, "--json"], cwd: folder, env });
		const last = stdout.trim().split("\n").at(-1) ?? "";
		return { status, stderr, json: last === "" ? undefined : JSON.parse(last) };
	};
	const well = async (...args: readonly string[]) => {
		const { status, stderr, json } = await tenten(...args);
		assert.equal(status, 0, `tenten ${args.join(" ")}: ${stderr}`);
		return json;
	};
	const each = (all: readonly (readonly string[])[]) => inTurn(all, tenten);
	const eachWell = (...all: readonly (readonly string[])[]) => inTurn(all, well);
	const close = (): void => {
		for (const child of running) if (child.exitCode === null) child.kill("SIGKILL");
		rmSync(folder, { recursive: true, force: true });
	};
	return { folder, tenten, well, each, eachWell, start, close };
}

async function inTurn<Answer>(
	all: readonly (readonly string[])[],
	run: (...args: readonly string[]) => Promise<Answer>,
): Promise<readonly Answer[]> {
	const answers: Answer[] = [];
	for (const args of all) answers.push(await run(...args));
	return answers;
}

/** What each running command has said so far, on both of its streams as they came. */
const saidBy = new WeakMap<ChildProcess, { text: string }>();

/** Reads what a command says from now on, so that nothing said between two questions is missed. */
function listen(child: ChildProcess): { text: string } {
	const before = saidBy.get(child);
	if (before !== undefined) return before;
	const said = { text: "" };
	saidBy.set(child, said);
	const read = (data: Buffer): void => {
		said.text += data.toString("utf8");
	};
	child.stdout?.on("data", read);
	child.stderr?.on("data", read);
	return said;
}

/** Waits until this text stands in what a running command has said; gives what the first group matched. */
export function says(child: ChildProcess, pattern: RegExp): Promise<string> {
	const said = listen(child);
	return new Promise((resolve, reject) => {
		const look = (): void => {
			const found = pattern.exec(said.text);
			if (found !== null) resolve(found[1] ?? found[0]);
		};
		child.stdout?.on("data", look);
		child.stderr?.on("data", look);
		child.once("close", () => reject(new Error(`ended without saying ${pattern}:\n${said.text}`)));
		look();
	});
}
