/**
 * A run of the matrix: the chosen cells of the chosen flows, each flow also without a fault, in lanes side by side.
 *
 * In processes every cell is run in the virtual world as well, and both must agree about value and about what people are
 * told. How often something is asked again is a matter of milliseconds: messages must agree where nothing fails. Where a
 * busy machine let a time-out pass that a message had met, the cell is run again on a slower clock.
 */
import { allCells, type Cell, type Flow, type RanCell, runCell, runVirtually } from "@tenten/sim";
import type { Cast } from "./member.ts";
import { ProcessesWorld } from "./processes-world.ts";

export type MatrixRun = {
	readonly seed: number;
	readonly flows: readonly Flow[];
	/** each flow as it goes where nothing fails */
	readonly unharmed: readonly RanCell[];
	readonly cells: readonly RanCell[];
	/** cells in which the processes came to something else than the virtual world, in words */
	readonly disagreements: readonly { readonly flow: string; readonly words: string }[];
	/** cells run again on a slower clock */
	readonly again: number;
};

export type RunOptions = {
	readonly flows: readonly Flow[];
	readonly seed: number;
	readonly isWanted: (cell: Cell) => boolean;
	/** whose processes play the parties; the virtual world alone where left out */
	readonly cast?: Cast;
	readonly lanes: number;
	readonly progress: (done: number, of: number) => void;
	readonly isStopped: () => boolean;
};

/** Real milliseconds that a payer's patience takes in processes, one try after another. */
const patiences_ms = [1_000, 4_000, 12_000] as const;

export async function runMatrix(options: RunOptions): Promise<MatrixRun> {
	const { flows, seed, isWanted, progress, isStopped, lanes } = options;
	const wanted = await wantedCells(flows, seed, isWanted);
	const ran: (RanCell | undefined)[] = wanted.map(() => undefined);
	const disagreements: MatrixRun["disagreements"][number][] = [];
	let [next, done, again] = [0, 0, 0];
	const lane = async (): Promise<void> => {
		while (next < wanted.length && !isStopped()) {
			const at = next++;
			const { flow, cell } = wanted[at] as (typeof wanted)[number];
			const one = await runOne(options, flow, cell);
			ran[at] = one.ran;
			if (one.disagreement !== undefined)
				disagreements.push({ flow: flow.name, words: `${nameOf(flow, cell)}: ${one.disagreement}` });
			if (one.tries > 1) again++;
			progress(++done, wanted.length);
			// A cell on virtual time leaves no turn to signals and to the clock of a progress bar.
			await new Promise((resolve) => setImmediate(resolve));
		}
	};
	await Promise.all(Array.from({ length: lanes }, lane));
	const all = ran.filter((each) => each !== undefined);
	return {
		seed,
		flows,
		unharmed: all.filter(({ cell }) => cell === undefined),
		cells: all.filter(({ cell }) => cell !== undefined),
		disagreements,
		again,
	};
}

type Wanted = { readonly flow: Flow; readonly cell: Cell | undefined };

async function wantedCells(
	flows: readonly Flow[],
	seed: number,
	isWanted: RunOptions["isWanted"],
): Promise<readonly Wanted[]> {
	const ofFlows = await Promise.all(
		flows.map(async (flow) => {
			const cells = (await allCells(flow, seed)).filter(isWanted);
			return [undefined, ...cells].map((cell) => ({ flow, cell }));
		}),
	);
	return ofFlows.flat();
}

type One = { readonly ran: RanCell; readonly disagreement: string | undefined; readonly tries: number };

async function runOne({ seed, cast }: RunOptions, flow: Flow, cell: Cell | undefined): Promise<One> {
	const virtual = await runCell(runVirtually, flow, cell, seed);
	if (cast === undefined) return { ran: virtual, disagreement: undefined, tries: 1 };
	let tries = 0;
	for (;;) {
		const haste = flow.patience_ms / (patiences_ms[tries++] ?? 1_000);
		const ran = await runCell(
			(...[of, what, own]) =>
				new ProcessesWorld(cast, of, what, own, haste).run(what?.fault === "paid-again"),
			flow,
			cell,
			seed,
		);
		const disagreement = difference(virtual, ran);
		if (disagreement === undefined || tries === patiences_ms.length) return { ran, disagreement, tries };
	}
}

/** In what two worlds differ, besides milliseconds and what follows from them alone. */
function difference(virtual: RanCell, processes: RanCell): string | undefined {
	const [one, other] = [comparable(virtual), comparable(processes)];
	const different = Object.keys(one).filter((key) => one[key] !== other[key]);
	return different.length === 0
		? undefined
		: different.map((key) => `${key} is ${one[key]} virtually, ${other[key]} in processes`).join("; ");
}

function comparable({ cell, verdict, trace }: RanCell): Readonly<Record<string, string>> {
	const { inDoubtMs: _, repeats: __, messages, centralMessages, atTimeOut, atEnd, ...rest } = verdict;
	const { isAtRest, hasStruck } = trace;
	const counts = cell === undefined ? { messages, centralMessages } : {};
	const plain = Object.entries({ ...rest, ...counts, isAtRest, hasStruck }).map(([key, value]) => [
		key,
		`${value}`,
	]);
	const seen = { atTimeOut: `${atTimeOut.payer}/${atTimeOut.payee}`, atEnd: `${atEnd.payer}/${atEnd.payee}` };
	return { ...Object.fromEntries(plain), ...seen };
}

function nameOf({ name }: Flow, cell: Cell | undefined): string {
	return cell === undefined
		? `${name}, unharmed`
		: `${name}, step ${cell.step}, ${cell.party}, ${cell.fault}`;
}
