/** A process that runs the commands that it is sent, each as `tenten` does. It ends with its parent. */
import { setTimeout as pass } from "node:timers/promises";
import { Line } from "../../src/ipc-line.ts";
import { main } from "../../src/program.ts";
import type { Command, Ended, TogetherMethods } from "./together.ts";

/** How long what a command closes may take to be gone once it has answered. */
const patience_ms = 60_000;
const look_ms = 5;

const said = { stdout: "", stderr: "" };
for (const name of ["stdout", "stderr"] as const) {
	process[name].write = (text: string | Uint8Array): boolean => {
		said[name] += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
		return true;
	};
}

const run = async ({ args, cwd, env }: Command): Promise<Ended> => {
	process.chdir(cwd);
	process.env = { ...env };
	process.exitCode = undefined;
	Object.assign(said, { stdout: "", stderr: "" });
	const open = keeping();
	const status = await main(args);
	// What a command that failed leaves open, `tenten` itself ends.
	const kept = status === 0 ? await keptBeyond(open) : [];
	return { status, ...said, keeping: kept };
};

function keeping(): readonly string[] {
	return process.getActiveResourcesInfo();
}

/** What is open beyond what was, once nothing is or patience ends. */
async function keptBeyond(open: readonly string[]): Promise<readonly string[]> {
	for (let waited_ms = 0; ; waited_ms += look_ms) {
		const left = [...open];
		const more = keeping().filter((name) => {
			const at = left.indexOf(name);
			if (at >= 0) left.splice(at, 1);
			return at < 0;
		});
		if (more.length === 0 || waited_ms >= patience_ms) return more;
		await pass(look_ms);
	}
}

const methods: TogetherMethods = { run };
new Line(process, methods);
process.on("disconnect", () => process.exit());
