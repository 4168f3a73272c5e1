/**
 * `tenten replay`: recorded payments, driven through wallets and checked against their file.
 *
 * A folder of GTFS tries conditions against its fares. A file of payments is, with `--plan`, planned and
 * its totals checked, without moving any value.
 */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { BadInput } from "../bad-input.ts";
import type { Output } from "../output.ts";
import { estimate } from "../replay/estimate.ts";
import { checkFares } from "../replay/fare-check.ts";
import type { Plan } from "../replay/plan.ts";
import { planPeople } from "../replay/plan-people.ts";
import { planShop } from "../replay/plan-shop.ts";
import { openFares } from "../replay/read-fares.ts";
import { InvoiceLines, sumOfLines } from "../replay/read-lines.ts";
import { isFolder, openRecording, type RecordedPayment, type Recording } from "../replay/recording.ts";
import { netOf, totalsOfPlan, totalsOfRecording } from "../replay/totals.ts";
import { type Outcome, subcommand } from "../subcommand.ts";

type Options = { readonly plan?: true; readonly lines?: string };

/** A quarter: short enough to bound doubt, long enough that a wallet at rest is rarely woken. */
const spendWindow_s = 13 * 7 * 86_400;

export function replayCommand(): Command {
	return subcommand<[file: string], Options>(
		{
			usage: "replay <file>",
			summary: "drive recorded payments through wallets; a GTFS folder tries conditions against its fares",
			example: "tenten replay online-retail-invoices.csv.gz --plan",
			options: [
				["--plan", "plan and check totals only: no value moves"],
				["--lines <file>", "the lines behind the invoices (default: the file beside them)"],
			],
		},
		async (output, options, file) => {
			if (isFolder(file)) return replayFares(output, file);
			const recording = await openRecording(file);
			if (options.plan !== true) throw new BadInput("payments can so far only be planned: add --plan");
			return planRecording(output, recording, options.lines);
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

async function planRecording(
	output: Output,
	recording: Recording,
	lines: string | undefined,
): Promise<Outcome> {
	const payments: RecordedPayment[] = [];
	for await (const payment of recording.payments) payments.push(payment);
	const isShop = recording.kind === "invoices";
	const plan = isShop ? planShop(payments, recording.file) : planPeople(payments, spendWindow_s);
	const recorded = totalsOfRecording(payments);
	const planned = totalsOfPlan(plan);
	const netToPayee = isShop ? netOf(plan.steps, (wallet) => wallet.startsWith("till ")) : recorded.net;
	const expected = estimate(plan, spendWindow_s);
	const itemised = isShop ? await checkLines(output, payments, lines ?? linesBeside(recording.file)) : null;
	sayPlan(output, recording, plan, netToPayee);
	output.say(
		`Expected: change in ${percent(expected.withChange, expected.payments)} of payments, several tokens in ${percent(expected.withSeveralTokens, expected.payments)}, ${expected.refreshes} refreshes, at most ${expected.mostLinks} links and ${expected.mostTokens} tokens.`,
	);
	const { beyondLimits, ...shares } = expected;
	const ok =
		planned.payments === recorded.payments &&
		planned.refunds === recorded.refunds &&
		netToPayee === recorded.net &&
		planned.outstanding === 0n &&
		beyondLimits.length === 0 &&
		(itemised?.differ ?? 0) === 0;
	return {
		ok,
		result: { ...planned, people: recorded.people, netToPayee, itemised, estimate: shares, moved: false },
	};
}

function sayPlan(output: Output, { asset }: Recording, plan: Plan, netToPayee: bigint): void {
	const { payments, refunds, windows, topUps, redemptions, fundings, issued, redeemed, outstanding } =
		totalsOfPlan(plan);
	output.say(`${payments} payments (${refunds} refunds) between ${plan.wallets.length} wallets.`);
	output.say(
		`${windows} windows: ${topUps} top-ups, ${redemptions} redemptions; ${fundings} fundings between tills.`,
	);
	output.say(
		`Minor units of ${asset.code}: issued ${issued}, redeemed ${redeemed}, outstanding ${outstanding}, net to payee ${netToPayee}.`,
	);
}

function percent(part: number, whole: number): string {
	return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
}

function linesBeside(file: string): string | undefined {
	const beside = file.replace("invoices", "lines");
	return beside !== file && existsSync(beside) ? beside : undefined;
}

type Itemised = { readonly checked: number; readonly differ: number; readonly belowOneUnit: number };

/** Whether the lines of every invoice add up to it. Null where there is no file of lines. */
async function checkLines(
	output: Output,
	payments: readonly RecordedPayment[],
	file: string | undefined,
): Promise<Itemised | null> {
	if (file === undefined) return null;
	const lines = new InvoiceLines(file);
	const bar = output.progress("invoices itemised", payments.length);
	let differ = 0;
	let belowOneUnit = 0;
	for (const [i, { invoice, amount }] of payments.entries()) {
		if (invoice === null) continue;
		const { minor, tenths } = sumOfLines(await lines.take(invoice.number, invoice.lines));
		const recorded = invoice.isRefund ? -amount : amount;
		if (tenths !== 0n) belowOneUnit++;
		if (minor !== recorded) {
			differ++;
			output.say(`invoice ${invoice.number}: lines add up to ${minor}, not ${recorded}`);
		}
		if (i % 100 === 0) bar.reach(i);
	}
	bar.reach(payments.length);
	bar.end();
	await lines.close();
	output.say(`Lines add up to ${payments.length - differ} of ${payments.length} invoices.`);
	return { checked: payments.length, differ, belowOneUnit };
}
