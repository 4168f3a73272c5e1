/** What a run of the matrix came to, as scripts read it; and whether all is well. */
import { hashOf, type RanCell } from "@tenten/sim";
import type { MatrixRun } from "./run.ts";

/** Flows that follow the published rule of time-outs to the letter, which creates and destroys value: it is shown. */
export const isLiteral = (flow: string): boolean => flow.startsWith("28-timeout");

/** Flows in which milliseconds decide: by a time-out, or by which seal a step comes before. Two worlds need not agree on them. */
export const isByClock = (flow: string): boolean => isLiteral(flow) || flow === "crossing";

/** Why all is not well, in words; nothing where it is. */
export function problemsOf({ cells, unharmed, disagreements }: MatrixRun): readonly string[] {
	const all = [...unharmed, ...cells];
	const named = (what: string, is: (ran: RanCell) => boolean): readonly string[] =>
		all.filter(is).map((ran) => `${what}: ${where(ran)}`);
	const isSound = ({ flow }: RanCell): boolean => !isLiteral(flow);
	return [
		...(all.length === 0 ? ["nothing that was asked for was run"] : []),
		...named("value created", (ran) => isSound(ran) && ran.verdict.created > 0n),
		...named("value lost", (ran) => isSound(ran) && ran.verdict.lost > 0n),
		...named("value stranded", (ran) => isSound(ran) && ran.verdict.stranded > 0n),
		...named("never at rest", ({ trace }) => !trace.isAtRest),
		...named("its fault was not met", ({ cell, trace }) => cell !== undefined && !trace.hasStruck),
		...disagreements.flatMap(({ flow, words }) => (isByClock(flow) ? [] : [`the worlds disagree: ${words}`])),
	];
}

function where({ flow, cell }: RanCell): string {
	return cell === undefined
		? `flow ${flow}, unharmed`
		: `flow ${flow}, step ${cell.step}, ${cell.party}, ${cell.fault}`;
}

export function resultOf(run: MatrixRun, world: string): object {
	return {
		cells: run.cells.map(asResult),
		unharmed: run.unharmed.map(asResult),
		world,
		seed: run.seed,
		runAgain: run.again,
		disagreements: run.disagreements.map(({ words }) => words),
		traceHash: hashOf([...run.unharmed, ...run.cells]),
		problems: problemsOf(run),
	};
}

function asResult({ flow, cell, verdict }: RanCell): object {
	const { atTimeOut, atEnd, hasPaidAgain, ...figures } = verdict;
	return {
		flow,
		...(cell && { step: cell.step, party: cell.party, fault: cell.fault }),
		...figures,
		paidAgain: hasPaidAgain,
		payerAtTimeOut: atTimeOut.payer,
		payeeAtTimeOut: atTimeOut.payee,
		payerAtEnd: atEnd.payer,
		payeeAtEnd: atEnd.payee,
	};
}
