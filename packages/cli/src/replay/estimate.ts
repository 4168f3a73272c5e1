/**
 * Estimates: a plan carried through purses, to say beforehand what its replay will look like.
 *
 * Wallets refresh in windows: what ends before the next window closes, or what has grown long, is merged
 * into one fresh token. What the estimate cannot pay within the limits it counts as `beyondLimits`.
 */
import { limits } from "@tenten/protocol";
import type { UpkeepPolicy } from "@tenten/wallet";
import type { FundStep, PayStep, Plan, WalletName, WindowStep } from "./plan.ts";
import { Purse, type PurseToken } from "./purse.ts";

type Counts = {
	readonly payments: number;
	readonly withChange: number;
	readonly withSeveralTokens: number;
	/** most tokens in one payment */
	readonly mostTokens: number;
	/** most links in a token, as its payee gets it */
	readonly mostLinks: number;
	readonly refreshes: number;
	/** orders that redeem, at most `limits.orderTokens` tokens each */
	readonly redemptionOrders: number;
	readonly tops: number;
};

export type Estimate = Counts & { readonly beyondLimits: readonly (PayStep | FundStep)[] };

const none: Counts = {
	payments: 0,
	withChange: 0,
	withSeveralTokens: 0,
	mostTokens: 0,
	mostLinks: 0,
	refreshes: 0,
	redemptionOrders: 0,
	tops: 0,
};

/** When a wallet refreshes in a window although its tokens have time left: `time` depends on the window. */
export const windowUpkeep: Omit<UpkeepPolicy, "time"> = { links: 12, bytes: 8192, count: 8 };

export class Estimator {
	readonly #spendWindow_s: number;
	readonly #purses = new Map<WalletName, Purse>();
	#counts: { -readonly [K in keyof Counts]: Counts[K] } = { ...none };

	constructor(spendWindow_s: number) {
		this.#spendWindow_s = spendWindow_s;
	}

	/** An estimator of its own that goes on from here. */
	copy(): Estimator {
		const copied = new Estimator(this.#spendWindow_s);
		for (const [name, { tokens }] of this.#purses) copied.#purses.set(name, new Purse(tokens));
		copied.#counts = { ...this.#counts };
		return copied;
	}

	counts(): Counts {
		return { ...this.#counts };
	}

	window({ opensAt, lastsUntil, tops, redemptions }: WindowStep): void {
		const spendUntil = opensAt + this.#spendWindow_s;
		for (const { wallet, amount } of redemptions) this.#redeem(this.#purse(wallet), amount, spendUntil);
		for (const { wallet, amount, tokens } of tops) {
			for (const part of splitEvenly(amount, tokens))
				this.#purse(wallet).put({ amount: part, spendUntil, links: 0 });
			this.#counts.tops++;
		}
		if (lastsUntil === null) return;
		const isOld = (token: PurseToken): boolean =>
			token.spendUntil <= lastsUntil || token.links >= windowUpkeep.links;
		for (const purse of this.#purses.values()) {
			const old = purse.removeWhere(purse.tokens.length >= windowUpkeep.count ? () => true : isOld);
			if (old.length === 0) continue;
			purse.put({ amount: old.reduce((sum, { amount }) => sum + amount, 0n), spendUntil, links: 0 });
			this.#counts.refreshes += Math.ceil(old.length / limits.orderTokens);
		}
	}

	/** Whether the payment fits into the limits. Nothing moves where it does not. */
	pay({ kind, payer, payee, amount }: PayStep | FundStep): boolean {
		const selection = this.#purse(payer).take(amount);
		if (selection === undefined) return false;
		const { tokens, change } = selection;
		const receiving = this.#purse(payee);
		tokens.forEach((token, i) => {
			const given = i === tokens.length - 1 ? token.amount - change : token.amount;
			receiving.put({ ...token, amount: given, links: token.links + 1 });
			this.#counts.mostLinks = Math.max(this.#counts.mostLinks, token.links + 1);
		});
		this.#counts.mostTokens = Math.max(this.#counts.mostTokens, tokens.length);
		if (kind === "fund") return true;
		this.#counts.payments++;
		if (change > 0n) this.#counts.withChange++;
		if (tokens.length > 1) this.#counts.withSeveralTokens++;
		return true;
	}

	/** Everything goes to the operator, in orders; what is kept comes back as one fresh token. */
	#redeem(purse: Purse, amount: bigint, spendUntil: number): void {
		const given = purse.removeWhere(() => true);
		const kept = given.reduce((sum, token) => sum + token.amount, 0n) - amount;
		if (kept > 0n) purse.put({ amount: kept, spendUntil, links: 0 });
		this.#counts.redemptionOrders += Math.ceil(given.length / limits.orderTokens);
	}

	#purse(wallet: WalletName): Purse {
		let purse = this.#purses.get(wallet);
		if (purse === undefined) {
			purse = new Purse();
			this.#purses.set(wallet, purse);
		}
		return purse;
	}
}

/** `amount` in `parts` of about equal size, all above zero where there is enough. */
export function splitEvenly(amount: bigint, parts: number): readonly bigint[] {
	const count = BigInt(parts) > amount ? 1n : BigInt(parts);
	const part = amount / count;
	return [amount - part * (count - 1n), ...Array.from({ length: Number(count - 1n) }, () => part)];
}

/** What to expect of `plan` where tokens can be spent for `spendWindow_s` seconds after their issue. */
export function estimate({ steps }: Plan, spendWindow_s: number): Estimate {
	const estimator = new Estimator(spendWindow_s);
	const beyondLimits: (PayStep | FundStep)[] = [];
	for (const step of steps) {
		if (step.kind === "window") estimator.window(step);
		else if (!estimator.pay(step)) beyondLimits.push(step);
	}
	return { ...estimator.counts(), beyondLimits };
}
