/**
 * `tenten replay`: recorded payments, driven through wallets and checked against their file.
 *
 * A folder of GTFS tries conditions against its fares. A file of payments is planned, carried out by real
 * wallets, and checked; with `--plan` it is planned and its totals checked, without moving any value. Charging sessions
 * are paid by meter and settled by month with `--meters`.
 */
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { spendWindow_s } from "../replay/driven-operator.ts";
import { checkFares } from "../replay/fare-check.ts";
import { planPeople } from "../replay/plan-people.ts";
import { planShop } from "../replay/plan-shop.ts";
import { openFares } from "../replay/read-fares.ts";
import {
	isFolder,
	linesBeside,
	openRecording,
	type RecordedPayment,
	type Recording,
} from "../replay/recording.ts";
import { type Outcome, subcommand } from "../subcommand.ts";
import { chosenSchemas, databaseOption } from "./database-choice.ts";
import { type ChargingFlags, replayMeters } from "./replay-charging.ts";
import { type Planned, planRecording } from "./replay-plan.ts";
import { replayRecording } from "./replay-run.ts";

type Options = ChargingFlags & {
	readonly meters?: true;
	readonly plan?: true;
	readonly lines?: string;
	readonly limit?: string;
	readonly forks?: string;
	readonly overHttp?: true;
	readonly database?: string;
};

export function replayCommand(): Command {
	return subcommand<[file: string], Options>(
		{
			usage: "replay <file>",
			summary: "drive recorded payments through wallets; a GTFS folder tries conditions against its fares",
			example: "tenten replay online-retail-invoices.csv.gz --forks 50",
			options: [
				["--plan", "plan and check totals only: no value moves"],
				["--lines <file>", "the lines behind the invoices (default: the file beside them)"],
				["--limit <count>", "only the first payments of the file"],
				["--forks <count>", "besides, let so many copied wallets double spend at two tills"],
				["--over-http", "the operator is a process of its own, and is asked over HTTP"],
				[
					databaseOption[0],
					"of the operator: sqlite, or postgres: a server of its own (default: a schema of $DATABASE_URL, else sqlite)",
				],
				["--keep <folder>", "keep the wallets, the operator's books and the case files there"],
				["--meters", "charging sessions: cars pay chargers by meter, settled month by month through banks"],
				["--tariff <amount>", "with --meters, minor units for a kilowatt-hour (default: 250)"],
				["--bank <rail>", "with --meters: iso, zengin or both; Zengin knows yen alone, so a cent is a yen"],
				["--faults", "with --meters: lost messages, dead gateways, lost cars, refused debits"],
				["--seed <number>", "with --meters: of the faults (default: 1)"],
			],
		},
		async (output, options, file) => {
			if (isFolder(file)) return replayFares(output, file);
			const limit = countOf(options.limit, "--limit");
			if (options.meters === true) return replayMeters(output, file, options, limit);
			const recording = await openRecording(file);
			const planned = await planFile(recording, limit);
			const lines = options.lines ?? linesBeside(recording.file);
			if (options.plan === true) return planRecording(output, recording, planned, lines);
			const forks = countOf(options.forks, "--forks") ?? 0;
			const keep = options.keep === undefined ? {} : { keep: options.keep };
			const isOverHttp = options.overHttp === true;
			const schemas = await chosenSchemas(options.database);
			return replayRecording(output, recording, planned, {
				lines,
				forks,
				isOverHttp,
				schemas,
				...keep,
			}).finally(() => schemas?.stop());
		},
	);
}

async function replayFares(output: Output, folder: string): Promise<Outcome> {
	const report = await checkFares(await openFares(folder), (total) => output.progress("fares", total));
	output.say(
		`${report.fares} fares of ${report.agenciesWithFares} agencies at ${report.prices} prices, tried against ${report.tokens} signed tokens:`,
	);
	for (const { question, accepted, refused, wrong, sample } of report.verdicts) {
		output.say(`  ${question}: ${accepted} accepted, ${refused} refused, ${wrong} wrong`);
		if (sample !== null) output.say(`    ${sample.en}\n    ${sample.ja}`);
	}
	output.say(`${report.paid} of ${report.tokens} tokens were then paid at the fare and taken by the agency.`);
	return { ok: report.wrong === 0 && report.paid === report.tokens, result: report };
}

/** The first `limit` payments of a file, or all of them, and what they come to. */
async function planFile(recording: Recording, limit: number | undefined): Promise<Planned> {
	const payments: RecordedPayment[] = [];
	for await (const payment of recording.payments) {
		if (payments.length === limit) break;
		payments.push(payment);
	}
	if (payments.length === 0) throw new BadInput("no payments", { file: recording.file });
	const plan =
		recording.kind === "invoices" ? planShop(payments, recording.file) : planPeople(payments, spendWindow_s);
	return { payments, plan };
}

function countOf(text: string | undefined, option: string): number | undefined {
	if (text === undefined) return undefined;
	if (!/^[1-9]\d{0,8}$/.test(text)) throw new BadInput(`${option} takes a whole number above zero`);
	return Number(text);
}
