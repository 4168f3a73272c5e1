/** `tenten replay`: carries a planned recording out, says what it was like, and what of it does not agree. */
import { existsSync, readdirSync } from "node:fs";
import { toHex } from "@tenten/protocol";
import { BadInput } from "../bad-input.ts";
import { random } from "../ecosystem.ts";
import type { Output } from "../output.ts";
import { tills } from "../replay/plan-shop.ts";
import { shopName } from "../replay/read-invoices.ts";
import type { Recording } from "../replay/recording.ts";
import { type RunReport, runRecording } from "../replay/run-recording.ts";
import type { ReplayResult } from "../replay/statistics.ts";
import { gainsIn, netsOfRecording } from "../replay/totals.ts";
import type { Outcome } from "../subcommand.ts";
import type { Schemas } from "./database-choice.ts";
import { type Planned, percent } from "./replay-plan.ts";

export type ReplayOptions = {
	readonly lines: string | undefined;
	readonly forks: number;
	readonly keep?: string;
	readonly isOverHttp: boolean;
	readonly schemas: Schemas | undefined;
};

export async function replayRecording(
	output: Output,
	recording: Recording,
	{ payments, plan }: Planned,
	{ lines, schemas, ...options }: ReplayOptions,
): Promise<Outcome> {
	const isShop = recording.kind === "invoices";
	if (isShop && lines === undefined)
		throw new BadInput("the lines behind the invoices are needed: name them by --lines");
	if (!isShop && options.forks > 0) throw new BadInput("--forks needs a shop with tills");
	if (options.keep !== undefined && existsSync(options.keep) && readdirSync(options.keep).length > 0)
		throw new BadInput("--keep names a folder with something in it", { file: options.keep });
	const bar = output.progress("payments", payments.length);
	const schema = `replay_${toHex(random(8))}`;
	const report = await runRecording({
		recording,
		plan,
		lines: lines ?? null,
		...options,
		...(schemas === undefined ? {} : { database: schemas.named(schema) }),
		progress: bar.reach,
	}).finally(async () => {
		bar.end();
		if (options.keep === undefined) await schemas?.drop(schema);
	});
	const nets = netsByName(report);
	const { statistics, totals, forks, elapsed_s } = report;
	const result = statistics.result({
		netToPayee: isShop ? (nets.get(shopName) ?? 0n) : gainsIn(nets),
		issued: totals.issued,
		redeemed: totals.redeemed,
		outstanding: totals.outstanding,
		forks,
		elapsed_s,
	});
	say(output, recording, result, report);
	const wrong = disagreements(report, nets, netsOfRecording(payments));
	for (const words of wrong) output.say(`NOT AS IT SHOULD BE: ${words}`);
	return {
		ok: wrong.length === 0,
		result: {
			...result,
			windows: report.windows,
			betweenProcesses: report.betweenProcesses,
			turnedAway: report.turnedAway,
			callsPerPayment: Math.round((1000 * result.operatorCalls) / result.payments) / 1000,
			operator: { database: schemas === undefined ? "sqlite" : "postgres", isOverHttp: options.isOverHttp },
			reserve: { drawn: totals.drawn, debts: totals.debts },
			elapsed_s: Math.round(elapsed_s * 10) / 10,
		},
	};
}

/** What each gained or lost by name in the file: tills are the shop, and what forgers brought is none of it. */
function netsByName({ nets, forks }: RunReport): ReadonlyMap<string, bigint> {
	const named = new Map<string, bigint>();
	for (const [wallet, net] of nets) {
		const name = tills.includes(wallet) ? shopName : wallet;
		named.set(name, (named.get(name) ?? 0n) + net);
	}
	const shop = named.get(shopName);
	if (shop !== undefined) named.set(shopName, shop - forks.takings);
	return named;
}

/** Every promise of a replay that was not kept, in words. */
function disagreements(
	{ totals, forks, turnedAway }: RunReport,
	nets: ReadonlyMap<string, bigint>,
	inFile: ReadonlyMap<string, bigint>,
): readonly string[] {
	const names = [...new Set([...nets.keys(), ...inFile.keys()])];
	const differ = names.filter((name) => (nets.get(name) ?? 0n) !== (inFile.get(name) ?? 0n));
	const promises: readonly (readonly [string, boolean])[] = [
		[`accounts differ from the file: ${differ.slice(0, 5).join(", ")}`, differ.length === 0],
		[`${totals.outstanding} outstanding`, totals.outstanding === 0n],
		[`${turnedAway} calls to the operator outside its windows`, turnedAway === 0],
		[`${forks.proven} of ${forks.made} forks proven`, forks.proven === forks.made],
		[`${forks.wronglyAccused} wrongly accused`, forks.wronglyAccused === 0],
		[
			`the reserve paid ${totals.drawn}, forks were due ${forks.due}`,
			totals.drawn === forks.due && forks.drawn === forks.due,
		],
		[`culprits owe ${totals.debts} of ${totals.drawn}`, totals.debts === totals.drawn],
	];
	return promises.filter(([, kept]) => !kept).map(([words]) => words);
}

function say(output: Output, { asset }: Recording, result: ReplayResult, report: RunReport): void {
	const { payments, refunds, hops, bytes, operatorCalls, refreshes, forks } = result;
	const { statistics, totals, elapsed_s, windows, betweenProcesses } = report;
	output.say(
		`${payments} payments (${refunds} refunds) in ${elapsed_s.toFixed(1)} s: ${result.paymentsPerSecond} a second.`,
	);
	output.say(
		`${betweenProcesses} hand-overs were between processes, by HTTP. Books balanced in all ${windows} windows.`,
	);
	output.say(
		`Change in ${percent(result.withChange, 1)}, several tokens in ${percent(result.withSeveralTokens, 1)}.`,
	);
	output.say(
		`A payment's message has ${bytes.mean} bytes in the mean and ${bytes.max} at most; tokens arrived with ${hops.mean} links in the mean and ${hops.max} at most:`,
	);
	for (const row of statistics.hopsHistogram()) output.say(row);
	output.say(
		`${operatorCalls} calls to the operator, ${(operatorCalls / payments).toFixed(2)} a payment, ${refreshes} of them refreshes; ${report.turnedAway} outside its windows.`,
	);
	output.say(
		`Minor units of ${asset.code}: issued ${result.issued} = redeemed ${result.redeemed} + outstanding ${result.outstanding}; net to payee, by the operator's accounts, ${result.netToPayee}.`,
	);
	if (forks.made > 0)
		output.say(
			`${forks.made} forks made, ${forks.proven} proven, ${forks.wronglyAccused} wrongly accused; the fork reserve paid ${totals.drawn}, culprits owe ${totals.debts}.`,
		);
}
