/**
 * Windows: when operators can be reached, whoever has a reason to comes, and the books are checked.
 *
 *   join ─▶ redeem ─▶ draw ─▶ refresh what ends before the next window closes, or has grown long
 *
 * A wallet that holds, afterwards, anything else than the plan says ends the run; so does a book that does
 * not balance, or an outstanding amount that differs from what all wallets hold.
 */
import type { Bytes, Totals } from "@tenten/protocol";
import type { Forgers } from "./forgers.ts";
import type { Host } from "./host.ts";
import type { Party } from "./party.ts";
import type { Balances, WalletName, WindowStep } from "./plan.ts";
import type { ReplayStatistics } from "./statistics.ts";
import type { Town } from "./town.ts";

/** What lies between one window and the next. */
export type Week = {
	/** who pays or is paid in it */
	readonly wallets: readonly WalletName[];
	/** whether the window after it is the last */
	readonly isLast: boolean;
};

export type WindowsOptions = {
	readonly town: Town;
	readonly statistics: ReplayStatistics;
	/** what the plan says that wallets hold; it has applied the window when it opens */
	readonly balances: Balances;
	readonly forgers: Forgers | null;
};

export class Windows {
	readonly #options: WindowsOptions;
	readonly #accounts = new Map<WalletName, Bytes>();
	readonly #deposited = new Map<WalletName, bigint>();
	/** when the first token of a wallet ends, as of its last visit */
	readonly #endsAt = new Map<WalletName, number>();
	/** wallets that paid or were paid since the last window */
	readonly #moved = new Set<WalletName>();
	#passed = 0;

	constructor(options: WindowsOptions) {
		this.#options = options;
	}

	/** These paid or were paid: in the next window they see whether their tokens need care. */
	moved(...names: readonly WalletName[]): void {
		for (const name of names) this.#moved.add(name);
	}

	async pass(step: WindowStep, week: Week): Promise<Totals> {
		const { town, forgers } = this.#options;
		await town.operator.openWindow(step.opensAt);
		const byHost = new Map<Host, WalletName[]>();
		for (const name of this.#visitors(step, week)) {
			const neighbours = byHost.get(town.hostOf(name));
			if (neighbours === undefined) byHost.set(town.hostOf(name), [name]);
			else neighbours.push(name);
		}
		// One after another where they share a process.
		await Promise.all([...byHost.values()].map((names) => this.#inTurn(names, step)));
		this.#moved.clear();
		if (week.isLast) await forgers?.draw(town, step.opensAt);
		return this.#close();
	}

	/** A payer whose tokens are too many or too long for a payment comes once between two windows. */
	async tidy(payer: Party, now: number): Promise<void> {
		const { town, statistics } = this.#options;
		await town.operator.openWindow(now);
		const { refreshes } = await payer.runErrand({ now, redemption: null, topUp: null, lastsUntil: now });
		statistics.refreshed(refreshes);
		await this.#close();
	}

	/** How often operators could be reached. */
	get passed(): number {
		return this.#passed;
	}

	async #close(): Promise<Totals> {
		const { town, forgers, balances } = this.#options;
		const held = balances.holders().reduce((sum, { amount }) => sum + amount, 0n);
		const totals = await town.operator.checkedTotals(held + (forgers?.holds ?? 0n));
		town.operator.shutWindow();
		this.#passed++;
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

	/** Who draws, gives back, is new, has moved, or holds what ends before the next window closes. */
	#visitors({ tops, redemptions, lastsUntil }: WindowStep, { wallets }: Week): readonly WalletName[] {
		const named = [...redemptions, ...tops].map(({ wallet }) => wallet);
		if (lastsUntil === null) return [...new Set(named)];
		const newcomers = wallets.filter((name) => !this.#accounts.has(name));
		const ending = [...this.#endsAt].filter(([, endsAt]) => endsAt <= lastsUntil).map(([name]) => name);
		return [...new Set([...named, ...newcomers, ...this.#moved, ...ending])];
	}

	async #inTurn(names: readonly WalletName[], step: WindowStep): Promise<void> {
		for (const name of names) await this.#visit(name, step);
	}

	async #visit(name: WalletName, step: WindowStep): Promise<void> {
		const { town, statistics, forgers, balances } = this.#options;
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
		const expected = balances.of(name);
		if (after.holds !== expected) throw new Error(`${name} holds ${after.holds} and not ${expected}`);
		if (after.evidence.length > 0 && forgers === null)
			throw new Error(`${name} was paid what was spent twice`);
		forgers?.told(after);
		statistics.refreshed(after.refreshes);
		if (after.endsAt === null) this.#endsAt.delete(name);
		else this.#endsAt.set(name, after.endsAt);
	}

	/** Brings from outside what an account lacks of `needed`. */
	async #deposit(name: WalletName, account: Bytes, needed: bigint): Promise<void> {
		const { operator } = this.#options.town;
		const lacking = needed - (await operator.balance(account));
		if (lacking <= 0n) return;
		await operator.deposit(account, lacking);
		this.#deposited.set(name, (this.#deposited.get(name) ?? 0n) + lacking);
	}
}
