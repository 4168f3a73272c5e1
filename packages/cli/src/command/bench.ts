/** `tenten bench`: measures, beside the raw limit in the same run, and says whether the targets are met. */
import { Argument, type Command } from "commander";
import { benchHandover } from "../bench/handover.ts";
import { benchIssue } from "../bench/issue.ts";
import { type Benchmark, type BenchResult, meetsTarget, sayMachine, sayResults } from "../bench/result.ts";
import { benchSize } from "../bench/size.ts";
import { benchVerify } from "../bench/verify.ts";
import { subcommand } from "../subcommand.ts";

const benchmarks: Readonly<Record<string, Benchmark>> = {
	verify: benchVerify,
	handover: benchHandover,
	size: benchSize,
	issue: benchIssue,
};

export function benchCommand(): Command {
	return subcommand<[name: string | undefined]>(
		{
			usage: "bench",
			summary: "measure against the raw limit and the targets",
			example: "tenten bench verify --json",
			arguments: [new Argument("[name]", "which; all of them by default").choices(Object.keys(benchmarks))],
		},
		async (output, _, name) => {
			sayMachine(output);
			const chosen = name === undefined ? Object.keys(benchmarks) : [name];
			const results: BenchResult[] = [];
			for (const each of chosen) results.push(...((await benchmarks[each]?.(output)) ?? []));
			sayResults(output, results);
			return { ok: results.every(meetsTarget), result: { results } };
		},
	);
}
