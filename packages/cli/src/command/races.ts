/** `tenten races`: crowds of requests over one token at one operator; there must be one payout each time. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { inWords } from "../counts.ts";
import { numberIn } from "../number-flag.ts";
import type { Output } from "../output.ts";
import { type RacesReport, races } from "../races/races.ts";
import { variants } from "../races/variants.ts";
import { stopSignal } from "../server/until-stopped.ts";
import { subcommand } from "../subcommand.ts";
import { chosenServer, databaseOption } from "./database-choice.ts";

type Options = {
	readonly rounds: string;
	readonly minutes: string;
	readonly parallel: string;
	readonly processes: string;
	readonly database?: string;
};

export function racesCommand(): Command {
	const command = subcommand<[], Options>(
		{
			usage: "races",
			summary: "a thousand requests at once over one token: one payout each time",
			example: "tenten races --rounds 60 --json",
			options: [databaseOption],
		},
		async (output, options) => {
			const processes = numberIn("--processes", options.processes, 1);
			if (processes > 1 && options.database !== "postgres")
				throw new BadInput("several processes need --database postgres: an SQLite file has one writer");
			const server = await chosenServer(options.database);
			const report = await run(
				output,
				{
					rounds: numberIn("--rounds", options.rounds, 1),
					minutes: numberIn("--minutes", options.minutes, 0),
					parallel: numberIn("--parallel", options.parallel, 2),
					processes,
				},
				server?.url,
			).finally(() => server?.stop());
			say(output, report);
			return { ok: report.wrong.length === 0, result: report };
		},
	);
	return command
		.option("--rounds <count>", "how many, in turns of every kind", `${Object.keys(variants).length}`)
		.option("--minutes <number>", "end after this long, whatever the rounds", "60")
		.option("--processes <count>", "of the operator, over one database", "1")
		.option("--parallel <count>", "requests at once", "1000");
}

async function run(
	output: Output,
	{ rounds, minutes, parallel, processes }: Readonly<Record<Exclude<keyof Options, "database">, number>>,
	database: string | undefined,
): Promise<RacesReport> {
	const folder = mkdtempSync(join(tmpdir(), "tenten-races-"));
	const stop = stopSignal();
	let isStopped = false;
	void stop.stopped.then(() => (isStopped = true));
	const until_ms = performance.now() + 60_000 * minutes;
	const bar = output.progress("rounds", rounds);
	try {
		return await races({
			folder,
			...(database === undefined ? {} : { database }),
			processes,
			parallel,
			variants,
			goOn: (done) => !isStopped && done < rounds && performance.now() < until_ms,
			progress: bar.reach,
		});
	} finally {
		bar.end();
		stop.release();
		rmSync(folder, { recursive: true, force: true });
	}
}

function say(output: Output, { rounds, parallel, requests, answers, racing_s, wrong }: RacesReport): void {
	output.say(`${requests} requests, ${parallel} at once, in ${racing_s} s of racing: ${inWords(rounds)}.`);
	output.say(`Answers: ${inWords(answers)}.`);
	output.say(`${wrong.length} wrong`);
	for (const words of wrong.slice(0, 20)) output.say(`WRONG: ${words}`);
}
