/**
 * SPIN, driven: a model and its flags become a checker (spin, then gcc), which is run for one property after
 * another. A verdict counts only if the search was whole: a depth or a memory that did not suffice is an error,
 * never a pass.
 */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export type Verdict = {
	/** `holds` of every state, or `violated` in some run */
	readonly kind: "holds" | "violated";
	readonly states: number;
	/** steps of the longest run that was followed */
	readonly depth: number;
	/** steps of the model that no run takes, as `process:line` */
	readonly unreached: readonly string[];
};

const DEPTH_MAX = 100_000;
const MEMORY_MAX_MB = 3_000;
const OUTPUT_MAX_BYTES = 64 * 2 ** 20;

/** Why the models cannot run here, or undefined. */
export async function missingTool(): Promise<string | undefined> {
	for (const [tool, argument, name] of [
		["spin", "-V", "spin"],
		["gcc", "--version", "gcc and libc6-dev"],
	] as const)
		try {
			await run(tool, [argument]);
		} catch {
			return `${tool} is not here: apt-get install ${name}`;
		}
	return undefined;
}

/** A folder of its own, in which a model with these flags was made into C. Disposed of when it is no longer used. */
export async function generate(text: string, flags: readonly string[]): Promise<Checker> {
	const folder = await mkdtemp(join(tmpdir(), "tenten-formal-"));
	await writeFile(join(folder, "model.pml"), text);
	await run("spin", ["-a", ...flags.map((flag) => `-D${flag}`), "model.pml"], { cwd: folder });
	return new Checker(folder);
}

export class Checker {
	readonly #folder: string;
	readonly #built = new Map<string, Promise<unknown>>();

	constructor(folder: string) {
		this.#folder = folder;
	}

	/** `isLarge`: worth the compiler's time. */
	async check(property: string, isLarge: boolean): Promise<Verdict> {
		const name = isLarge ? "fast" : "quick";
		await this.#build(name, [isLarge ? "-O1" : "-O0", "-DNOREDUCE"]);
		return readVerdict(await this.#pan(name, ["-a", "-N", property, `-m${DEPTH_MAX}`, tableOf(isLarge)]));
	}

	/** Whether every run ends. A model whose every step leads forward needs no fairness to be live. */
	async checkEnds(isLarge: boolean): Promise<Verdict> {
		await this.#build("ends", [isLarge ? "-O1" : "-O0", "-DNOREDUCE", "-DNP"]);
		return readVerdict(await this.#pan("ends", ["-l", `-m${DEPTH_MAX}`, tableOf(isLarge)]));
	}

	/** What the model says on a run that violates `property`, line by line: for a safety property, the shortest. */
	async trail(property: string): Promise<readonly string[]> {
		await this.#build("trail", ["-O1", "-DNOREDUCE", "-DREACH"]);
		await this.#pan("trail", ["-a", "-i", "-N", property, `-m${DEPTH_MAX}`]);
		const replay = await this.#pan("trail", ["-S", "-N", property]);
		const start = replay.indexOf("\n", replay.indexOf("MSC:")) + 1;
		return (
			replay
				.slice(start)
				.split(/^(?:pan:|spin:|.*<<<<<)/m, 1)[0]
				?.trimEnd()
				.split("\n")
				.filter((line) => !line.startsWith("MSC:")) ?? []
		);
	}

	async dispose(): Promise<void> {
		await rm(this.#folder, { recursive: true });
	}

	#build(name: string, options: readonly string[]): Promise<unknown> {
		const memory = [`-DMEMLIM=${MEMORY_MAX_MB}`, "-DCOLLAPSE"];
		const built =
			this.#built.get(name) ??
			run("gcc", ["-w", ...options, ...memory, "-o", name, "pan.c"], { cwd: this.#folder });
		this.#built.set(name, built);
		return built;
	}

	/** pan ends with another status than 0 where it has found something: its words are read, not its status. */
	async #pan(name: string, options: readonly string[]): Promise<string> {
		const limits = { cwd: this.#folder, maxBuffer: OUTPUT_MAX_BYTES };
		try {
			return (await run(`./${name}`, [...options], limits)).stdout;
		} catch (error) {
			if (error instanceof Error && "stdout" in error && typeof error.stdout === "string")
				return error.stdout;
			throw error;
		}
	}
}

/** How many slots the table of states has: a large one costs more to clear than a small search takes. */
function tableOf(isLarge: boolean): string {
	return isLarge ? "-w24" : "-w18";
}

function readVerdict(output: string): Verdict {
	const trouble = /max search depth too small|out of memory|VECTORSZ|aborted|hint:|unknown option/.exec(
		output,
	);
	const counted = /depth reached (\d+), errors: (\d+)/.exec(output);
	const states = /(\d+) states, stored/.exec(output)?.[1];
	if (trouble !== null || counted === null || states === undefined)
		throw new Error(`not a whole search: ${trouble?.[0] ?? ""}\n${output}`);
	return {
		kind: counted[2] === "0" ? "holds" : "violated",
		states: Number(states),
		depth: Number(counted[1]),
		unreached: readUnreached(output),
	};
}

function readUnreached(output: string): readonly string[] {
	const sections = output.split(/^unreached in /m).slice(1);
	return sections.flatMap((section) => {
		const [where = "", ...lines] = section.split("\n");
		if (where.startsWith("claim")) return [];
		return lines.flatMap((line) => {
			const [, at, step] = /model\.pml:(\d+), state \d+, "(.*)"/.exec(line) ?? [];
			return at === undefined || step === "-end-" ? [] : [`${where}:${at}`];
		});
	});
}
