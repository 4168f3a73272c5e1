/**
 * Execution: walks a plan through a town, and holds every step to what the plan expected of it.
 *
 *   window   everything under way ends; the operator can be reached (windows.ts)
 *   pay      request ◀── payee; the payer hands over with the invoice; the reply is checked
 *   fund     the same between two tills
 *
 * Between windows nobody reaches the operator. Steps that share no wallet run side by side.
 */
import { type Document, isRefusal, type Totals } from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import type { Forgers } from "./forgers.ts";
import { isReplyTo } from "./invoice-document.ts";
import { Lanes } from "./lanes.ts";
import { Balances, type FundStep, type PayStep, type Plan, type Step, type WalletName } from "./plan.ts";
import type { ReplayStatistics } from "./statistics.ts";
import type { Town } from "./town.ts";
import { type Week, Windows } from "./windows.ts";

/** What travels with a hand-over, and what its reply must name. */
export type Paperwork = {
	readonly invoice: string;
	readonly lines: number;
	readonly documents: readonly Document[];
};

type ExecutionOptions = {
	readonly town: Town;
	readonly statistics: ReplayStatistics;
	/** called in the order of the plan; null where nothing travels with the value */
	readonly paperwork: (step: PayStep | FundStep) => Promise<Paperwork | null>;
	readonly progress: (payments: number) => void;
	/** who double spend in the last week, if anybody does */
	readonly forgers: Forgers | null;
};

/** Hand-overs under way at once, where wallets are in several processes. */
const width = 8;

export type Executed = {
	/** at the end; they were checked in every window */
	readonly totals: Totals;
	/** how often operators could be reached */
	readonly windows: number;
	/** what each wallet's account gained or lost, as the operator's books say; forged value is in it */
	readonly nets: ReadonlyMap<WalletName, bigint>;
	/** hand-overs by HTTP between two processes: payments, and fundings of one till by another */
	readonly betweenProcesses: number;
};

/** Runs the whole plan. */
export async function execute({ steps }: Plan, options: ExecutionOptions): Promise<Executed> {
	const { town, forgers } = options;
	const balances = new Balances();
	const lanes = new Lanes(town.hasTills ? width : 1);
	const windows = new Windows({ ...options, balances });
	let payments = 0;
	let betweenProcesses = 0;
	let totals: Totals | undefined;
	for (const [i, step] of steps.entries()) {
		balances.apply(step);
		if (step.kind === "window") {
			await lanes.finish();
			if (step.lastsUntil === null) await forgers?.spend(town, step.opensAt - 1);
			totals = await windows.pass(step, weekAfter(steps, i));
			continue;
		}
		const paperwork = await options.paperwork(step);
		await lanes.start([step.payer, step.payee], async () => {
			await handOver(step, paperwork, windows, options);
			if (town.hostOf(step.payer) !== town.hostOf(step.payee)) betweenProcesses++;
			if (step.kind === "pay") options.progress(++payments);
		});
	}
	if (totals === undefined) throw new Error("a plan without a window");
	return { totals, windows: windows.passed, nets: await windows.nets(), betweenProcesses };
}

async function handOver(
	step: PayStep | FundStep,
	paperwork: Paperwork | null,
	windows: Windows,
	{ town, statistics }: ExecutionOptions,
): Promise<void> {
	const { time: now, amount } = step;
	const [payer, payee] = [town.party(step.payer), town.party(step.payee)];
	const { invoice = "", documents = [] } = paperwork ?? {};
	const request = await payee.request(now, amount, invoice);
	const to = await payee.listen();
	let handed = await payer.handOver({ now, request, documents, to });
	if (isRefusal(handed) && !town.hasTills) {
		await windows.tidy(payer, now);
		handed = await payer.handOver({ now, request, documents, to });
	}
	const { reply, ...facts } = must(handed);
	if (!town.isTill(step.payee)) await payee.hush();
	if (paperwork !== null && !isReplyTo(reply, { ...paperwork, amount }))
		throw new Error(`invoice ${invoice}: not the reply that is due`);
	windows.moved(step.payer, step.payee);
	if (step.kind === "pay") statistics.payment({ ...facts, isRefund: step.invoice?.isRefund === true });
}

function weekAfter(steps: readonly Step[], window: number): Week {
	const next = steps.findIndex((step, i) => i > window && step.kind === "window");
	const between = steps.slice(window + 1, next < 0 ? steps.length : next);
	const wallets = between.flatMap((step) => (step.kind === "window" ? [] : [step.payer, step.payee]));
	const last = steps[next];
	return { wallets, isLast: last?.kind === "window" && last.lastsUntil === null };
}
