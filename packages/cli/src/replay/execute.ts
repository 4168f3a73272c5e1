/**
 * Execution: walks a plan through a town, and holds every step to what the plan expected of it.
 *
 *   window   the gate opens; whoever has a reason to comes to the operator; the books are checked; it shuts
 *   pay      request ◀── payee; the payer hands over with the invoice; the reply is checked
 *   fund     the same between two tills
 *
 * Between windows nobody reaches the operator. Steps that share no wallet run side by side. What a step was
 * planned to do and did not is a bug, and ends the run.
 */
import { type Bytes, type Document, isRefusal, type Totals } from "@tenten/protocol";
import { must } from "../ecosystem.ts";
import type { Forgers } from "./forgers.ts";
import { isReplyTo } from "./invoice-document.ts";
import { Lanes } from "./lanes.ts";
import type { Party } from "./party.ts";
import {
	Balances,
	type FundStep,
	type PayStep,
	type Plan,
	type Step,
	type WalletName,
	type WindowStep,
} from "./plan.ts";
import type { ReplayStatistics } from "./statistics.ts";
import type { Town } from "./town.ts";

/** What travels with a hand-over, and what its reply must name. */
export type Paperwork = {
	readonly invoice: string;
	readonly lines: number;
	readonly documents: readonly Document[];
};

export type ExecutionOptions = {
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

export class Execution {
	readonly #options: ExecutionOptions;
	readonly #balances = new Balances();
	readonly #lanes: Lanes;
	readonly #accounts = new Map<WalletName, Bytes>();
	readonly #deposited = new Map<WalletName, bigint>();
	/** when the first token of a wallet ends, as of its last errand */
	readonly #endsAt = new Map<WalletName, number>();
	/** wallets that paid or were paid since the last window */
	readonly #moved = new Set<WalletName>();
	#payments = 0;

	constructor(options: ExecutionOptions) {
		this.#options = options;
		this.#lanes = new Lanes(options.town.hasTills ? width : 1);
	}

	/** Runs the whole plan. The totals at its end. */
	async run({ steps }: Plan): Promise<Totals> {
		let totals: Totals | undefined;
		for (const [i, step] of steps.entries()) {
			if (step.kind === "window") {
				await this.#lanes.finish();
				totals = await this.#window(step, weekAfter(steps, i));
			} else {
				this.#balances.apply(step);
				await this.#start(step);
			}
		}
		if (totals === undefined) throw new Error("a plan without a window");
		return totals;
	}

	/** What each wallet's account holds beyond what was deposited on it, read from the operator. */
	async nets(): Promise<ReadonlyMap<WalletName, bigint>> {
		const nets = new Map<WalletName, bigint>();
		for (const [name, account] of this.#accounts) {
			const balance = await this.#options.town.operator.balance(account);
			nets.set(name, balance - (this.#deposited.get(name) ?? 0n));
		}
		return nets;
	}

	async #window(step: WindowStep, week: Week): Promise<Totals> {
		const { town, forgers } = this.#options;
		if (step.lastsUntil === null) await forgers?.spend(town, step.opensAt - 1);
		this.#balances.apply(step);
		town.operator.openWindow(step.opensAt);
		const visitors = this.#visitors(step, week);
		const tills = visitors.filter((name) => town.isTill(name));
		await Promise.all([
			...tills.map((name) => this.#visit(name, step)),
			this.#inTurn(
				visitors.filter((name) => !town.isTill(name)),
				step,
			),
		]);
		this.#moved.clear();
		if (week.isLast) await forgers?.draw(town, step.opensAt);
		const held = this.#balances.holders().reduce((sum, { amount }) => sum + amount, 0n);
		const totals = await town.operator.checkedTotals(held + (forgers?.holds ?? 0n));
		town.operator.shutWindow();
		return totals;
	}

	async #inTurn(names: readonly WalletName[], step: WindowStep): Promise<void> {
		for (const name of names) await this.#visit(name, step);
	}

	/** Who draws, gives back, is new, has moved, or holds what ends before the next window closes. */
	#visitors({ tops, redemptions, lastsUntil }: WindowStep, { wallets }: Week): readonly WalletName[] {
		const named = [...redemptions, ...tops].map(({ wallet }) => wallet);
		if (lastsUntil === null) return [...new Set(named)];
		const newcomers = wallets.filter((name) => !this.#accounts.has(name));
		const ending = [...this.#endsAt].filter(([, endsAt]) => endsAt <= lastsUntil).map(([name]) => name);
		return [...new Set([...named, ...newcomers, ...this.#moved, ...ending])];
	}

	async #visit(name: WalletName, step: WindowStep): Promise<void> {
		const { town, statistics, forgers } = this.#options;
		const { opensAt: now, lastsUntil } = step;
		const party = town.party(name);
		const account = this.#accounts.get(name) ?? (await party.join(now));
		this.#accounts.set(name, account);
		const topUp = step.tops.find(({ wallet }) => wallet === name) ?? null;
		const planned = step.redemptions.find(({ wallet }) => wallet === name)?.amount ?? null;
		if (topUp !== null) await this.#deposit(name, account, topUp.amount - (planned ?? 0n));
		// What forgers paid to a till was never planned: at the end it redeems all that it has.
		const redemption = forgers !== null && lastsUntil === null ? "all" : planned;
		const after = await party.runErrand({ now, redemption, topUp, lastsUntil });
		const expected = this.#balances.of(name);
		if (after.holds !== expected) throw new Error(`${name} holds ${after.holds} and not ${expected}`);
		if (after.evidence.length > 0 && forgers === null)
			throw new Error(`${name} was paid what was spent twice`);
		forgers?.told(after);
		statistics.refreshed(after.refreshes);
		if (after.endsAt === null) this.#endsAt.delete(name);
		else this.#endsAt.set(name, after.endsAt);
	}

	/** Between people, a payer whose tokens are too many or too long for a payment goes to the operator first. */
	async #tidy(payer: Party, now: number): Promise<void> {
		const { operator } = this.#options.town;
		operator.openWindow(now);
		const { refreshes } = await payer.runErrand({ now, redemption: null, topUp: null, lastsUntil: now });
		this.#options.statistics.refreshed(refreshes);
		operator.shutWindow();
	}

	/** Brings from outside what an account lacks of `needed`. */
	async #deposit(name: WalletName, account: Bytes, needed: bigint): Promise<void> {
		const { operator } = this.#options.town;
		const lacking = needed - (await operator.balance(account));
		if (lacking <= 0n) return;
		await operator.deposit(account, lacking);
		this.#deposited.set(name, (this.#deposited.get(name) ?? 0n) + lacking);
	}

	async #start(step: PayStep | FundStep): Promise<void> {
		const paperwork = await this.#options.paperwork(step);
		await this.#lanes.start([step.payer, step.payee], () => this.#handOver(step, paperwork));
	}

	async #handOver(step: PayStep | FundStep, paperwork: Paperwork | null): Promise<void> {
		const { town, statistics, progress } = this.#options;
		const { time: now, amount } = step;
		const payee = town.party(step.payee);
		const invoice = paperwork?.invoice ?? "";
		const request = await payee.request(now, amount, invoice);
		const to = await payee.listen();
		const documents = paperwork?.documents ?? [];
		const payer = town.party(step.payer);
		const handOver = { now, request, documents, to };
		let handed = await payer.handOver(handOver);
		if (isRefusal(handed) && !town.hasTills) {
			await this.#tidy(payer, now);
			handed = await payer.handOver(handOver);
		}
		const { reply, ...facts } = must(handed);
		if (!town.isTill(step.payee)) await payee.hush();
		if (paperwork !== null && !isReplyTo(reply, { ...paperwork, amount }))
			throw new Error(`invoice ${invoice}: not the reply that is due`);
		for (const name of [step.payer, step.payee]) this.#moved.add(name);
		if (step.kind === "fund") return;
		statistics.payment({ ...facts, isRefund: step.invoice?.isRefund === true });
		progress(++this.#payments);
	}
}

/** What lies between one window and the next. */
type Week = {
	/** who pays or is paid in it */
	readonly wallets: readonly WalletName[];
	/** whether the window after it is the last */
	readonly isLast: boolean;
};

function weekAfter(steps: readonly Step[], window: number): Week {
	const next = steps.findIndex((step, i) => i > window && step.kind === "window");
	const between = steps.slice(window + 1, next < 0 ? steps.length : next);
	const wallets = between.flatMap((step) => (step.kind === "window" ? [] : [step.payer, step.payee]));
	const last = steps[next];
	return { wallets, isLast: last?.kind === "window" && last.lastsUntil === null };
}
