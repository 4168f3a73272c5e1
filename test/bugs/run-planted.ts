/** Runs this Node on something with one bug planted, children included. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

export type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

const root = fileURLToPath(new URL("../../", import.meta.url));
const plant = new URL("./plant.ts", import.meta.url).href;

/** `bug` is null for the product as it is. What runs longer than `timeout_ms` is ended. */
export function runPlanted(bug: string | null, args: readonly string[], timeout_ms: number): Promise<Ended> {
	const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...env } = process.env;
	// Most of the time of a short test goes into loading: what was compiled is kept, by its content.
	const cache = { NODE_COMPILE_CACHE: `${root}node_modules/.cache/bugs` };
	const planting = bug === null ? {} : { TENTEN_BUG: bug, NODE_OPTIONS: `--import=${plant}` };
	const child = spawn(process.execPath, args, {
		cwd: root,
		env: { ...env, ...cache, ...planting },
		stdio: ["ignore", "pipe", "pipe"],
		timeout: timeout_ms,
		killSignal: "SIGKILL",
	});
	const texts = { stdout: "", stderr: "" };
	for (const stream of ["stdout", "stderr"] as const)
		child[stream].setEncoding("utf8").on("data", (text: string) => {
			texts[stream] += text;
		});
	return new Promise((resolve, reject) => {
		child.once("error", reject);
		child.once("close", (code) => resolve({ code, ...texts }));
	});
}
