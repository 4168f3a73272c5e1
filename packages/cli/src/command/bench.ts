/** `tenten bench`: measures, beside the raw limit in the same run, and says whether the targets are met. */
import { Argument, type Command } from "commander";
import { BadInput } from "../bad-input.ts";
import { benchCashu } from "../bench/cashu.ts";
import { benchCrossing } from "../bench/crossing.ts";
import { benchGantry } from "../bench/gantry.ts";
import { benchHandover } from "../bench/handover.ts";
import { benchHandoverDurable } from "../bench/handover-durable.ts";
import { benchIssue } from "../bench/issue.ts";
import { benchLedger } from "../bench/ledger.ts";
import { benchLoad } from "../bench/load.ts";
import { benchLog } from "../bench/log.ts";
import { benchMeter } from "../bench/meter.ts";
import { benchOverload } from "../bench/overload.ts";
import { currentCommit, recordRun } from "../bench/record.ts";
import { benchRedeem } from "../bench/redeem.ts";
import {
	type Benchmark,
	type BenchOptions,
	type BenchResult,
	meetsTarget,
	sayMachine,
	sayResults,
	thisMachine,
} from "../bench/result.ts";
import { benchScale } from "../bench/scale.ts";
import { benchSeal } from "../bench/seal.ts";
import { benchSize } from "../bench/size.ts";
import { benchVerify } from "../bench/verify.ts";
import { benchWallet } from "../bench/wallet.ts";
import { benchWitness } from "../bench/witness.ts";
import { numberIn } from "../number-flag.ts";
import { subcommand } from "../subcommand.ts";
import { chosenServer, databaseOption } from "./database-choice.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = {
	verify: benchVerify,
	handover: benchHandover,
	"handover-durable": (output) => benchHandoverDurable(output),
	gantry: (output) => benchGantry(output),
	redeem: (output) => benchRedeem(output),
	size: benchSize,
	issue: benchIssue,
	cashu: (output) => benchCashu(output),
	meter: (output) => benchMeter(output),
	ledger: (output) => benchLedger(output),
	seal: (output) => benchSeal(output),
	log: (output) => benchLog(output),
	load: benchLoad,
	wallet: (output) => benchWallet(output),
	witness: (output) => benchWitness(output),
	crossing: (output) => benchCrossing(output),
};

/** Takes as long as it is told to: only by its name. */
const lasting: Readonly<Record<string, Benchmark>> = { overload: benchOverload, scale: benchScale };

type Options = {
	readonly record?: string;
	readonly note?: string;
	readonly minutes?: string;
	readonly recording?: string;
	readonly retryShed?: true;
	readonly database?: string;
};

export function benchCommand(): Command {
	return subcommand<[name: string | undefined], Options>(
		{
			usage: "bench",
			summary: "measure against the raw limit and the targets",
			example: "tenten bench verify --json",
			arguments: [
				new Argument("[name]", "which; all but overload and scale by default").choices(
					Object.keys({ ...benchmarks, ...lasting }),
				),
			],
			options: [
				["--record <file>", "append the run to this file, with machine, commit and counts"],
				["--note <text>", "what a reader of the recorded run should know"],
				["--minutes <count>", "overload: how long (default 10); scale: simulated time (default 60)"],
				["--retry-shed", "overload: send again what was shed, when the operator says so"],
				["--recording <file>", "load: the recorded invoices"],
				databaseOption,
			],
		},
		async (output, { record, note = "", database, ...flags }, name) => {
			if (database !== undefined && name !== "overload")
				throw new BadInput("--database is for overload: the others bring what they need");
			const commit = currentCommit();
			const machine = thisMachine();
			sayMachine(output, machine);
			const chosen = name === undefined ? Object.keys(benchmarks) : [name];
			const server = await chosenServer(database);
			const options = { ...optionsIn(flags), ...(server === undefined ? {} : { database: server.url }) };
			const results: BenchResult[] = [];
			try {
				for (const each of chosen) {
					const benchmark = benchmarks[each] ?? lasting[each];
					results.push(...((await benchmark?.(output, options)) ?? []));
				}
			} finally {
				await server?.stop();
			}
			sayResults(output, results);
			if (record !== undefined) recordRun(record, { commit, machine, note, results });
			return { ok: results.every(meetsTarget), result: { results } };
		},
	);
}

function optionsIn({ minutes, recording, retryShed }: Options): BenchOptions {
	return {
		...(minutes === undefined ? {} : { minutes: numberIn("--minutes", minutes, 0.01) }),
		...(recording === undefined ? {} : { recording }),
		...(retryShed === undefined ? {} : { retryShed }),
	};
}
