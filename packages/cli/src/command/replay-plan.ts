/** `tenten replay --plan`: what a replay would do, and whether its totals are those of the file. */
import type { Output } from "../output.ts";
import { spendWindow_s } from "../replay/driven-operator.ts";
import { estimate } from "../replay/estimate.ts";
import type { Plan } from "../replay/plan.ts";
import { tills } from "../replay/plan-shop.ts";
import { InvoiceLines, sumOfLines } from "../replay/read-lines.ts";
import type { RecordedPayment, Recording } from "../replay/recording.ts";
import { gainsIn, netOf, netsOfRecording, totalsOfPlan, totalsOfRecording } from "../replay/totals.ts";
import type { Outcome } from "../subcommand.ts";

export type Planned = { readonly payments: readonly RecordedPayment[]; readonly plan: Plan };

export async function planRecording(
	output: Output,
	recording: Recording,
	{ payments, plan }: Planned,
	lines: string | undefined,
): Promise<Outcome> {
	const isShop = recording.kind === "invoices";
	const recorded = totalsOfRecording(payments);
	const planned = totalsOfPlan(plan);
	const netInFile = isShop ? recorded.net : gainsIn(netsOfRecording(payments));
	const netToPayee = isShop ? netOf(plan.steps, (wallet) => tills.includes(wallet)) : netInFile;
	const expected = estimate(plan, spendWindow_s);
	const itemised = isShop ? await checkLines(output, payments, lines) : null;
	sayPlan(output, recording, plan, netToPayee);
	output.say(
		`Expected: change in ${percent(expected.withChange, expected.payments)} of payments, several tokens in ${percent(expected.withSeveralTokens, expected.payments)}, ${expected.refreshes} refreshes, at most ${expected.mostLinks} links and ${expected.mostTokens} tokens.`,
	);
	const { beyondLimits, ...shares } = expected;
	const ok =
		planned.payments === recorded.payments &&
		planned.refunds === recorded.refunds &&
		netToPayee === netInFile &&
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

export function percent(part: number, whole: number): string {
	return `${((100 * part) / Math.max(1, whole)).toFixed(1)} %`;
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
