/** `tenten bench`: measures, beside the raw limit in the same run, and says whether the targets are met. */
import { Argument, type Command } from "commander";
import { benchCashu } from "../bench/cashu.ts";
import { benchHandover } from "../bench/handover.ts";
import { benchHandoverDurable } from "../bench/handover-durable.ts";
import { benchIssue } from "../bench/issue.ts";
import { recordRun } from "../bench/record.ts";
import {
	type Benchmark,
	type BenchOptions,
	type BenchResult,
	meetsTarget,
	sayMachine,
	sayResults,
	thisMachine,
} from "../bench/result.ts";
import { benchSize } from "../bench/size.ts";
import { benchVerify } from "../bench/verify.ts";
import { benchWallet } from "../bench/wallet.ts";
import { subcommand } from "../subcommand.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = {
	verify: benchVerify,
	handover: benchHandover,
	"handover-durable": (output) => benchHandoverDurable(output),
	size: benchSize,
	issue: benchIssue,
	cashu: (output) => benchCashu(output),
	wallet: (output) => benchWallet(output),
};

type Options = { readonly record?: string; readonly note?: string };

export function benchCommand(): Command {
	return subcommand<[name: string | undefined], Options>(
		{
			usage: "bench",
			summary: "measure against the raw limit and the targets",
			example: "tenten bench verify --json",
			arguments: [new Argument("[name]", "which; all of them by default").choices(Object.keys(benchmarks))],
			options: [
				["--record <file>", "append the run to this file, with machine, commit and counts"],
				["--note <text>", "what a reader of the recorded run should know"],
			],
		},
		async (output, { record, note = "" }, name) => {
			const machine = thisMachine();
			sayMachine(output, machine);
			const chosen = name === undefined ? Object.keys(benchmarks) : [name];
			const options: BenchOptions = {};
			const results: BenchResult[] = [];
			for (const each of chosen) results.push(...((await benchmarks[each]?.(output, options)) ?? []));
			sayResults(output, results);
			if (record !== undefined) recordRun(record, { machine, note, results });
			return { ok: results.every(meetsTarget), result: { results } };
		},
	);
}
