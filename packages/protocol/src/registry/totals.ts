/**
 * Totals: where every minor unit of an asset is, and the equalities that must hold between the books.
 *
 *   issued = outstanding + redeemed + refunded + burned
 *
 * Amounts in minor units. What the fork reserve paid is no redemption: the culprits owe it.
 */
export type Totals = {
	/** brought into circulation, refreshes included */
	readonly issued: bigint;
	/** came back by claims, refreshes included */
	readonly redeemed: bigint;
	/** came back by rulings */
	readonly refunded: bigint;
	/** ended by their condition `expires` */
	readonly burned: bigint;
	/** still in circulation */
	readonly outstanding: bigint;
	/** on holders' accounts */
	readonly held: bigint;
	/** came from outside onto accounts */
	readonly deposited: bigint;
	/** paid by the fork reserve, ever */
	readonly drawn: bigint;
	/** of it, still owed by culprits */
	readonly debts: bigint;
	/** of it, repaid */
	readonly repaid: bigint;
	/** of it, given up */
	readonly chargedOff: bigint;
};

/** The same facts, counted from the registry's own rows rather than from the books. */
export type Recount = {
	/** sum of all issues */
	readonly issued: bigint;
	/** sum of what was taken of them: paid, or waiting to be */
	readonly paid: bigint;
	/** of that, what payout records hold that no settlement has paid yet: the books hear of it then */
	readonly waiting: bigint;
	/** issues for which more was paid than was issued */
	readonly overpaid: number;
	/** sum of all lines of the books: zero when each entry balances */
	readonly lines: bigint;
};

/** Every invariant that does not hold, in words: empty when all is well. */
export function brokenInvariants(totals: Totals, recount: Recount): readonly string[] {
	const { issued, redeemed, refunded, burned, outstanding, held } = totals;
	const checks: readonly (readonly [string, boolean])[] = [
		[
			"issued = outstanding + redeemed + refunded + burned",
			issued === outstanding + redeemed + refunded + burned,
		],
		["nothing is negative", Object.values(totals).every((amount) => amount >= 0n)],
		[
			"the fork reserve is owed, repaid or charged off",
			totals.drawn === totals.debts + totals.repaid + totals.chargedOff,
		],
		["value in = value held", totals.deposited + totals.drawn === held + outstanding + burned],
		["every entry balances", recount.lines === 0n],
		["issues add up to what was issued", recount.issued === issued],
		["payouts add up to what came back", recount.paid - recount.waiting === redeemed + refunded + burned],
		["no issue paid more than it holds", recount.overpaid === 0],
	];
	return checks.filter(([, holds]) => !holds).map(([name]) => name);
}
