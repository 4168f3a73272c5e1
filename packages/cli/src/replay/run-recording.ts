/**
 * Runs a planned recording from beginning to end: a town is built, the plan carried out, the books read.
 *
 * Nothing is believed from the plan at the end: what everybody gained or lost is read from the operator's
 * accounts, and must be what the file says, wallet by wallet.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { type Executed, execute, type Paperwork } from "./execute.ts";
import { Forgers, type ForkReport, forkLimit } from "./forgers.ts";
import { invoiceDocuments } from "./invoice-document.ts";
import type { FundStep, PayStep, Plan } from "./plan.ts";
import { tills } from "./plan-shop.ts";
import { type InvoiceLine, InvoiceLines } from "./read-lines.ts";
import type { Recording } from "./recording.ts";
import { ReplayStatistics } from "./statistics.ts";
import { Town } from "./town.ts";

export type RunOptions = {
	readonly recording: Recording;
	readonly plan: Plan;
	/** the lines behind the invoices, where the recording has invoices */
	readonly lines: string | null;
	/** forgers who double spend, besides the recording */
	readonly forks: number;
	/** where wallets, the operator's books and case files are kept; a temporary folder without */
	readonly keep?: string;
	/** the operator is a process of its own, asked over HTTP; in this one without */
	readonly isOverHttp?: boolean;
	/** the address of a PostgreSQL database for the operator's books; a file without */
	readonly database?: string;
	readonly progress: (payments: number) => void;
};

export type RunReport = Executed & {
	readonly statistics: ReplayStatistics;
	readonly forks: ForkReport;
	/** calls to the operator that were tried outside its windows */
	readonly turnedAway: number;
	/** of the operator's books */
	readonly commits: number;
	readonly elapsed_s: number;
};

export async function runRecording(options: RunOptions): Promise<RunReport> {
	const folder = options.keep ?? mkdtempSync(join(tmpdir(), "tenten-replay-"));
	mkdirSync(folder, { recursive: true });
	try {
		return await runIn(folder, options);
	} finally {
		if (options.keep === undefined) rmSync(folder, { recursive: true });
	}
}

async function runIn(folder: string, options: RunOptions): Promise<RunReport> {
	const { recording, plan, lines, progress } = options;
	const started = performance.now();
	const isShop = recording.kind === "invoices";
	const statistics = new ReplayStatistics();
	let commits = 0;
	const forgers = isShop && options.forks > 0 ? new Forgers(options.forks, tills) : null;
	const town = await Town.open({
		folder,
		database: options.database ?? join(folder, "operator.sqlite"),
		isOverHttp: options.isOverHttp === true,
		asset: recording.asset,
		now: plan.steps.find((step) => step.kind === "window")?.opensAt ?? 0,
		forkLimit,
		tills: isShop ? tills : [],
		called: (route) => statistics.operatorCall(route),
		committed: () => commits++,
	});
	const source = lines === null ? null : new InvoiceLines(lines);
	try {
		const paperwork =
			source === null ? async () => null : (step: PayStep | FundStep) => paperworkOf(step, source);
		const executed = await execute(plan, { town, statistics, paperwork, progress, forgers });
		const forks = forgers?.report(await town.operator.trustList(), town.operator.asset.operator) ?? noForks;
		if (options.keep !== undefined) await keepEvidence(folder, forgers, town);
		const elapsed_s = (performance.now() - started) / 1000;
		return { ...executed, statistics, forks, turnedAway: town.operator.gate.turnedAway, commits, elapsed_s };
	} finally {
		await source?.close();
		await town.close();
	}
}

const noForks: ForkReport = { made: 0, proven: 0, wronglyAccused: 0, drawn: 0n, due: 0n, takings: 0n };

async function paperworkOf(step: PayStep | FundStep, source: InvoiceLines): Promise<Paperwork> {
	const invoice = step.kind === "pay" ? step.invoice : null;
	const lines =
		invoice === null ? [floatLine(step.amount)] : await source.take(invoice.number, invoice.lines);
	const number = invoice?.number ?? "float";
	return { invoice: number, lines: lines.length, documents: invoiceDocuments(number, lines) };
}

/** What one till writes to another that it funds. */
function floatLine(amount: bigint): InvoiceLine {
	return { stockCode: "FLOAT", description: "for refunds", quantity: 1n, unitPriceTenths: amount * 10n };
}

/** The trust list and every case file, for `tenten evidence verify`. */
async function keepEvidence(folder: string, forgers: Forgers | null, town: Town): Promise<void> {
	writeFileSync(join(folder, "trust-list.cbor"), await town.operator.trustList());
	for (const [i, evidence] of (forgers?.caseFiles ?? []).entries())
		writeFileSync(join(folder, `case-${i + 1}.cbor`), evidence);
}
