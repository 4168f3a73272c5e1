/** What the cells of a flow add up to: the numbers of the published argument, from the run and nothing else. */
import type { RanCell } from "@tenten/sim";
import type { MatrixRun } from "./run.ts";

/** Cells of one party, by the steps in which they are. */
export type ByParty = { readonly party: string; readonly cells: number; readonly steps: readonly number[] };

export type Findings = {
	readonly flow: string;
	readonly cells: number;
	readonly created: readonly RanCell[];
	readonly lost: readonly RanCell[];
	readonly stranded: readonly RanCell[];
	/** with the fault `paid-again` */
	readonly outages: number;
	/** in which the payer did pay again */
	readonly paidAgain: number;
	/** in which the payee has the price twice at the end */
	readonly twice: readonly RanCell[];
	readonly twiceByParty: readonly ByParty[];
	/** minor units, of all of `twice` */
	readonly twiceSum: bigint;
	/** in which the payee could spend while the payer had waited in vain to be told */
	readonly spendable: readonly RanCell[];
	readonly spendableMost: bigint;
	/** milliseconds: without a fault, and at most with one */
	readonly usualDoubt: number;
	readonly longestDoubt: number;
	/** without a fault */
	readonly messages: number;
	readonly centralMessages: number;
	/** of all cells together, repeats included */
	readonly repeats: number;
};

export function findingsOf({ flows, cells, unharmed }: MatrixRun): readonly Findings[] {
	return flows.flatMap(({ name }) => {
		const plain = unharmed.find(({ flow }) => flow === name);
		const own = cells.filter(({ flow }) => flow === name);
		return plain === undefined ? [] : [findings(name, plain, own)];
	});
}

function findings(flow: string, { verdict: plain }: RanCell, cells: readonly RanCell[]): Findings {
	const having = (key: "created" | "lost" | "stranded" | "paidTwice" | "spendableInDoubt") =>
		cells.filter(({ verdict }) => verdict[key] > 0n);
	const twice = having("paidTwice");
	const spendable = having("spendableInDoubt");
	return {
		flow,
		cells: cells.length,
		created: having("created"),
		lost: having("lost"),
		stranded: having("stranded"),
		outages: cells.filter(({ cell }) => cell?.fault === "paid-again").length,
		paidAgain: cells.filter(({ verdict }) => verdict.hasPaidAgain).length,
		twice,
		twiceByParty: byParty(twice),
		twiceSum: twice.reduce((sum, { verdict }) => sum + verdict.paidTwice, 0n),
		spendable,
		spendableMost: spendable.reduce(
			(most, { verdict: { spendableInDoubt: amount } }) => (amount > most ? amount : most),
			0n,
		),
		usualDoubt: plain.inDoubtMs,
		longestDoubt: Math.max(0, ...cells.map(({ verdict }) => verdict.inDoubtMs)),
		messages: plain.messages,
		centralMessages: plain.centralMessages,
		repeats: cells.reduce((sum, { verdict }) => sum + verdict.repeats, 0),
	};
}

export function byParty(cells: readonly RanCell[]): readonly ByParty[] {
	const parties = [...new Set(cells.map(({ cell }) => cell?.party ?? ""))];
	return parties.map((party) => {
		const own = cells.filter(({ cell }) => cell?.party === party);
		return { party, cells: own.length, steps: [...new Set(own.map(({ cell }) => cell?.step ?? 0))] };
	});
}
