/**
 * `bench load`: what reaches an operator for each payment of the recorded shop, in tokens, beside an account rail.
 *
 *   tokens         counted: the recording is replayed by real wallets against a real operator, and every call that
 *                  passes its gate is counted by what it asks for
 *   account rail   the messages of flow 18, the cheaper of its flows, that reach one of its four systems; and apart
 *                  what of it the ledgers alone do, at the very least: reserve and post
 *
 * Both sides open an account for each newcomer (a call to be certified here, one operation there), and both are
 * paid into from outside; deposits are left out on both.
 */
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { accountFlow, messagesToSystems } from "@tenten/sim";
import type { Output } from "../output.ts";
import { planShop } from "../replay/plan-shop.ts";
import { linesBeside, openRecording, type RecordedPayment } from "../replay/recording.ts";
import { type RunReport, runRecording } from "../replay/run-recording.ts";
import type { BenchOptions, BenchResult } from "./result.ts";

/** Where the recording is looked for if none is named, from the folder in which one stands. */
const usualRecording = "../shared/data/online-retail-invoices.csv.gz";
const usualPayments = 2000;
/** what one ledger does for a payment between two of its own accounts: reserve, post */
const ledgerOperations = 2;

type LoadOptions = BenchOptions & {
	/** how many of the recording; the first ones */
	readonly payments?: number;
};

export async function benchLoad(output: Output, options: LoadOptions): Promise<readonly BenchResult[]> {
	const { recording: file = usualRecording, payments: limit = usualPayments } = options;
	const lines = linesBeside(file);
	if (!existsSync(file) || lines === undefined) {
		output.say(`load: skipped, there is no ${file} with its lines beside it; name one by --recording`);
		return [];
	}
	const recording = await openRecording(file);
	const payments: RecordedPayment[] = [];
	for await (const payment of recording.payments) {
		if (payments.length === limit) break;
		payments.push(payment);
	}
	const plan = planShop(payments, recording.file);
	const folder = mkdtempSync(join(tmpdir(), "tenten-load-"));
	const bar = output.progress("load: payments", payments.length);
	try {
		const from = process.cpuUsage();
		const report = await runRecording({
			recording,
			plan,
			lines,
			forks: 0,
			keep: folder,
			progress: bar.reach,
		});
		const { user, system } = process.cpuUsage(from);
		const kept = statSync(join(folder, "operator.sqlite")).size;
		return rows(payments, report, { cpu_s: (user + system) / 1e6, kept });
	} finally {
		bar.end();
		rmSync(folder, { recursive: true });
	}
}

type Cost = { readonly cpu_s: number; readonly kept: number };

function rows(
	payments: readonly RecordedPayment[],
	{ statistics, commits, totals, nets }: RunReport,
	{ cpu_s, kept }: Cost,
): readonly BenchResult[] {
	if (totals.outstanding !== 0n) throw new Error(`${totals.outstanding} are outstanding at the end`);
	const count = payments.length;
	const calls = statistics.callsByRoute();
	const all = sum([...calls.values()]);
	const lists = calls.get("trustList") ?? 0;
	const newcomers = nets.size / count;
	const rail = messagesToSystems(accountFlow("final", false).steps) + newcomers;
	const ledger = ledgerOperations + newcomers;
	const common = { name: "load", limit: null, peer: null, ratio: null, spread: null, rounds: count } as const;
	const beside = (metric: string, ours: number, target: BenchResult["target"]): BenchResult => ({
		...common,
		metric,
		unit: "a payment",
		ours: ours / count,
		peer: rail,
		ratio: ours / count / rail,
		target,
	});
	const each = (metric: string, unit: string, ours: number): BenchResult => ({
		...common,
		metric,
		unit,
		ours: ours / count,
		target: null,
	});
	return [
		beside("operator calls", all, { of: "ratio", atMost: 0.25 }),
		{
			...beside("operator calls, beside one ledger's own operations", all, null),
			peer: ledger,
			ratio: all / count / ledger,
		},
		beside("calls but for trust lists, which anyone may hand on", all - lists, null),
		...[...calls].map(([route, times]) => each(`calls: ${route}`, "a payment", times)),
		each("commits of the operator", "a payment", commits),
		each("bytes that the operator keeps", "bytes", kept),
		each("processor time of the operator and of whoever drives the replay", "ms", 1000 * cpu_s),
	];
}

function sum(values: readonly number[]): number {
	return values.reduce((total, value) => total + value, 0);
}
