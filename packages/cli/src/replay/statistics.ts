/**
 * Statistics of a replay, gathered payment by payment, and the result that scripts read.
 */
import type { Route } from "./gate.ts";

/** What one hand-over was like. */
export type PaymentFacts = {
	/** links of each token that passed, as its payee got it */
	readonly hops: readonly number[];
	/** of the message that carried them */
	readonly bytes: number;
	readonly hasChange: boolean;
	readonly isRefund: boolean;
};

export type ReplayResult = {
	readonly payments: number;
	readonly refunds: number;
	/** minor units, read from the operator's accounts */
	readonly netToPayee: bigint;
	readonly issued: bigint;
	readonly redeemed: bigint;
	readonly outstanding: bigint;
	readonly operatorCalls: number;
	readonly operatorCallsBy: Readonly<Partial<Record<Route, number>>>;
	readonly paymentsPerSecond: number;
	readonly hops: { readonly mean: number; readonly max: number };
	readonly bytes: { readonly mean: number; readonly max: number };
	readonly forks: { readonly made: number; readonly proven: number; readonly wronglyAccused: number };
	/** shares of all payments, from 0 to 1 */
	readonly withChange: number;
	readonly withSeveralTokens: number;
	readonly refreshes: number;
};

/** What only the operator and the clock know at the end of a run. */
export type Closing = Pick<ReplayResult, "netToPayee" | "issued" | "redeemed" | "outstanding" | "forks"> & {
	readonly elapsed_s: number;
};

export class ReplayStatistics {
	readonly #hops = new Map<number, number>();
	#payments = 0;
	#refunds = 0;
	#withChange = 0;
	#withSeveralTokens = 0;
	#bytes = 0;
	#mostBytes = 0;
	readonly #calls = new Map<Route, number>();
	#refreshes = 0;

	payment({ hops, bytes, hasChange, isRefund }: PaymentFacts): void {
		this.#payments++;
		if (isRefund) this.#refunds++;
		if (hasChange) this.#withChange++;
		if (hops.length > 1) this.#withSeveralTokens++;
		this.#bytes += bytes;
		this.#mostBytes = Math.max(this.#mostBytes, bytes);
		for (const count of hops) this.#hops.set(count, (this.#hops.get(count) ?? 0) + 1);
	}

	/** One request to an operator. */
	operatorCall(route: Route): void {
		this.#calls.set(route, (this.#calls.get(route) ?? 0) + 1);
	}

	/** Requests to operators, by what they asked for. */
	callsByRoute(): ReadonlyMap<Route, number> {
		return this.#calls;
	}

	/** Orders that replaced tokens by fresh ones; their calls are counted as all others. */
	refreshed(orders: number): void {
		this.#refreshes += orders;
	}

	result(closing: Closing): ReplayResult {
		const { elapsed_s, ...totals } = closing;
		const payments = this.#payments;
		const tokens = [...this.#hops.values()].reduce((sum, count) => sum + count, 0);
		const links = [...this.#hops].reduce((sum, [hops, count]) => sum + hops * count, 0);
		return {
			payments,
			refunds: this.#refunds,
			...totals,
			operatorCalls: [...this.#calls.values()].reduce((sum, calls) => sum + calls, 0),
			operatorCallsBy: Object.fromEntries(this.#calls),
			paymentsPerSecond: share(payments, elapsed_s),
			hops: { mean: share(links, tokens), max: Math.max(0, ...this.#hops.keys()) },
			bytes: { mean: share(this.#bytes, payments), max: this.#mostBytes },
			withChange: share(this.#withChange, payments),
			withSeveralTokens: share(this.#withSeveralTokens, payments),
			refreshes: this.#refreshes,
		};
	}

	/** Lines of text: how many tokens arrived with so many links. */
	hopsHistogram(): readonly string[] {
		const rows = [...this.#hops].sort(([a], [b]) => a - b);
		const most = Math.max(1, ...rows.map(([, count]) => count));
		return rows.map(
			([hops, count]) =>
				`${`${hops}`.padStart(4)} ${"█".repeat(Math.ceil((histogramWidth * count) / most))} ${count}`,
		);
	}
}

const histogramWidth = 40;

/** Rounded to three decimals; zero of nothing. */
function share(part: number, whole: number): number {
	return whole === 0 ? 0 : Math.round((1000 * part) / whole) / 1000;
}
