/**
 * The matrix: every cell of every flow, run and judged, one after another.
 *
 * A cell's seed follows from the run's seed and its own name, so a cell alone runs as it does among all others.
 */
import { createHash } from "node:crypto";
import { type Bytes, sha256, toHex } from "@tenten/protocol";
import { type Cell, cellsOf } from "./cell.ts";
import { type Case, judge, type Verdict } from "./judge.ts";
import type { Flow, PartyKind } from "./party.ts";
import type { CellTrace } from "./trace.ts";
import { VirtualWorld } from "./virtual-world.ts";

/** What a cell came to. Without a cell: the flow as it goes where nothing fails. */
export type RanCell = {
	readonly flow: string;
	readonly cell: Cell | undefined;
	readonly verdict: Verdict;
	readonly trace: CellTrace;
};

/** Runs one cell in some world. */
export type RunCell = (flow: Flow, cell: Cell | undefined, seed: number) => Promise<CellTrace>;

export const runVirtually: RunCell = (flow, cell, seed) =>
	new VirtualWorld(flow, cell, seed).run(cell?.fault === "paid-again");

export async function runCell(
	run: RunCell,
	flow: Flow,
	cell: Cell | undefined,
	seed: number,
): Promise<RanCell> {
	const own = seedOf(seed, flow, cell);
	const trace = await run(flow, cell, own);
	return { flow: flow.name, cell, trace, verdict: judge(trace, caseOf(flow, await flow.parties(own), own)) };
}

/** All cells of a flow by its own steps and parties. */
export async function allCells(flow: Flow, seed: number): Promise<readonly Cell[]> {
	return cellsOf(
		flow,
		(await flow.parties(seed)).map(({ name }) => name),
	);
}

/** Each event and each verdict of these cells, in their order, as one hash. */
export function hashOf(cells: readonly RanCell[]): string {
	const hash = createHash("sha256");
	for (const { trace, verdict } of cells) hash.update(asText({ trace, verdict }));
	return toHex(new Uint8Array(hash.digest()));
}

function seedOf(seed: number, flow: Flow, cell: Cell | undefined): number {
	const name = cell === undefined ? flow.name : `${flow.name}/${cell.step}/${cell.party}/${cell.fault}`;
	const digest: Bytes = sha256(new TextEncoder().encode(`tenten/matrix/${seed}/${name}`));
	return new DataView(digest.buffer, digest.byteOffset).getUint32(0) >>> 1;
}

function caseOf(flow: Flow, parties: readonly PartyKind[], seed: number): Case {
	const central = parties.filter(({ isCentral }) => isCentral).map(({ name }) => name);
	const { amount } = flow.begin(seed);
	return { payer: flow.payer, payee: flow.payee, amount, central: new Set(central) };
}

function asText(value: object): string {
	return JSON.stringify(value, (_, entry) => (typeof entry === "bigint" ? `${entry}` : entry));
}
