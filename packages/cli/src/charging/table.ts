/**
 * What a charging replay came to, side by side: each number counted by somebody else, and all of them the same.
 *
 *   money     the file · chargers' ticks · chargers' accounts · what cars spent · statements of either side · banks
 *   energy    the file · statements of either side
 */
import type { ChargingReport } from "./run.ts";

export type Row = { readonly what: string; readonly counted: bigint; readonly expected: bigint };

export function rowsOf(report: ChargingReport): readonly Row[] {
	const { oracle, counted, books, bank, statements, months } = report;
	const sum = (of: (month: ChargingReport["months"][number]) => bigint): bigint =>
		months.reduce((all, month) => all + of(month), 0n);
	const { minor, wattHours } = oracle;
	const money = (what: string, amount: bigint): Row => ({ what, counted: amount, expected: minor });
	const energy = (what: string, amount: bigint): Row => ({ what, counted: amount, expected: wattHours });
	return [
		{ what: "sessions that took place", counted: BigInt(counted.sessions), expected: BigInt(oracle.rows) },
		{ what: "sessions that were paid", counted: BigInt(counted.paid), expected: BigInt(oracle.paid) },
		money("due by the chargers' ticks", counted.due),
		money("on the chargers' accounts", books.chargers),
		money("spent by the cars", books.cars),
		money("paid, by the drivers' statements", statements.money.paid),
		money("received, by the sites' statements", statements.money.received),
		money(
			"claimed from drivers",
			sum(({ claimed }) => claimed.debit),
		),
		money(
			"claimed for sites",
			sum(({ claimed }) => claimed.credit),
		),
		money(
			"debits booked by banks",
			sum(({ booked }) => booked.debit),
		),
		money(
			"credits booked by banks",
			sum(({ booked }) => booked.credit),
		),
		money("gone from the drivers' bank accounts", bank.drivers),
		money("come onto the sites' bank accounts", bank.sites),
		energy("watt-hours given, by the sites' statements", statements.energy.paid),
		energy("watt-hours received, by the drivers' statements", statements.energy.received),
	];
}

/** Every promise that was not kept, in words; none where all is as it should be. */
export function wrongIn(report: ChargingReport): readonly string[] {
	const { books, bank, months, faults, suspended } = report;
	const open = months.at(-1)?.open ?? 0;
	const promises: readonly (readonly [string, boolean])[] = [
		...rowsOf(report).map(
			({ what, counted, expected }) =>
				[`${what}: ${counted}, not ${expected}`, counted === expected] as const,
		),
		[`${books.outstanding} are outstanding`, books.outstanding === 0n],
		[`the books: ${books.broken.join("; ")}`, books.broken.length === 0],
		[`companies' accounts: ${bank.companies.join(", ")}`, bank.companies.every((net) => net === 0n)],
		[`${open} claims are not paid`, open === 0],
		[`${suspended} suspended for ${faults.debitsRefused} refusals`, suspended === faults.debitsRefused],
	];
	return promises.filter(([, isKept]) => !isKept).map(([words]) => words);
}
