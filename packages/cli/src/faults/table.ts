/** The matrix in a terminal: flow by fault, and of each what was worst in how many of its cells. */
import { type Fault, faults, type RanCell } from "@tenten/sim";
import type { MatrixRun } from "./run.ts";

const width = 15;

/** One row a flow. `18: 108` are its cells; `3 twice` are cells in which the payee was paid twice. */
export function tableOf({ flows, cells }: MatrixRun): readonly string[] {
	const first = Math.max(6, ...flows.map(({ name }) => name.length)) + 2;
	const head = ["flow".padEnd(first), ...faults.map((fault) => fault.padEnd(width))].join("");
	const rows = flows.flatMap(({ name }) => {
		const own = cells.filter(({ flow }) => flow === name);
		const of = (fault: Fault): readonly RanCell[] => own.filter(({ cell }) => cell?.fault === fault);
		const lines = faults.map((fault) => [`${of(fault).length} cells`, ...worstOf(of(fault))]);
		return Array.from({ length: Math.max(...lines.map(({ length }) => length)) }, (_, i) =>
			[(i === 0 ? name : "").padEnd(first), ...lines.map((column) => (column[i] ?? "").padEnd(width))].join(
				"",
			),
		);
	});
	return [head, ...rows].map((line) => line.trimEnd());
}

/** What went wrong in these cells, and the longest doubt. */
function worstOf(cells: readonly RanCell[]): readonly string[] {
	const counted = (word: string, is: (ran: RanCell) => boolean): readonly string[] => {
		const count = cells.filter(is).length;
		return count === 0 ? [] : [`${count} ${word}`];
	};
	const longest_ms = Math.max(0, ...cells.map(({ verdict }) => verdict.inDoubtMs));
	return [
		...counted("created", ({ verdict }) => verdict.created > 0n),
		...counted("lost", ({ verdict }) => verdict.lost > 0n),
		...counted("stranded", ({ verdict }) => verdict.stranded > 0n),
		...counted("doubly", ({ verdict }) => verdict.doublyAvailable > 0n),
		...counted("twice", ({ verdict }) => verdict.paidTwice > 0n),
		...(cells.length === 0 ? [] : [`≤ ${(longest_ms / 1000).toFixed(1)} s doubt`]),
	];
}
