/**
 * What the page is given: flows, cells and their traces, each state once.
 *
 * A trace is a list of `[at_ms, happening, step, from, to, [party, state, …]]`, with indices in place of names.
 */
import type { Flow, RanCell, State, TraceEvent } from "@tenten/sim";
import { faults } from "@tenten/sim";
import type { MatrixRun } from "./run.ts";

const happenings = [
	"tapped",
	"sent",
	"sent-again",
	"lost",
	"held",
	"doubled",
	"missed",
	"taken",
	"acknowledged",
	"acknowledgement-lost",
	"acknowledgement-held",
	"woke",
	"down",
	"up",
	"patience-ended",
	"cash",
] as const satisfies readonly TraceEvent["happening"][];

export async function pageData(run: MatrixRun): Promise<object> {
	const flows = await Promise.all(run.flows.map((flow) => flowData(flow, run)));
	return { faults, happenings, flows };
}

async function flowData(flow: Flow, { unharmed, cells, seed }: MatrixRun): Promise<object> {
	const parties = (await flow.parties(seed)).map(({ name, isCentral }) => ({ name, isCentral }));
	const states = new States();
	const own = [...unharmed, ...cells].filter((ran) => ran.flow === flow.name);
	const steps = flow.steps.map(({ number, what }) => ({ number, ...what }));
	const names = parties.map(({ name }) => name);
	return {
		name: flow.name,
		title: flow.title,
		parties,
		steps,
		cells: own.map((ran) => cellData(ran, names, states)),
		// After all cells: they are what fills it.
		states: states.all,
	};
}

function cellData({ cell, verdict, trace }: RanCell, parties: readonly string[], states: States): object {
	const changes = (changed: Readonly<Record<string, State>>): readonly number[] =>
		Object.entries(changed).flatMap(([party, state]) => [parties.indexOf(party), states.index(state)]);
	const { created, lost, doublyAvailable, paidTwice, stranded, spendableInDoubt } = verdict;
	const { inDoubtMs, messages, centralMessages, repeats, atTimeOut, atEnd, hasPaidAgain } = verdict;
	return {
		...(cell && { step: cell.step, party: cell.party, fault: cell.fault }),
		amounts: [created, lost, doublyAvailable, paidTwice, stranded, spendableInDoubt].map(String),
		counts: [inDoubtMs, messages, centralMessages, repeats],
		seen: [atTimeOut.payer, atTimeOut.payee, atEnd.payer, atEnd.payee],
		hasPaidAgain,
		begun: changes(trace.begun),
		events: trace.events.map(({ at_ms, happening, step, from, to, changed }) => [
			Math.round(at_ms),
			happenings.indexOf(happening),
			step,
			parties.indexOf(from),
			parties.indexOf(to),
			changes(changed),
		]),
	};
}

/** Each state that a party was in, once: up, what it says, and what it holds by holder. */
class States {
	readonly all: (readonly [isUp: 0 | 1, sees: string, holdings: object])[] = [];
	readonly #known = new Map<string, number>();

	index({ isUp, sees, holdings }: State): number {
		const { available, locked, reserved } = holdings;
		const plain = [isUp ? 1 : 0, sees ?? "", [available, locked, reserved].map(digits)] as const;
		const key = JSON.stringify(plain);
		const at = this.#known.get(key) ?? this.all.push(plain) - 1;
		this.#known.set(key, at);
		return at;
	}
}

/** What is nothing is left out. */
function digits(amounts: Readonly<Record<string, bigint>>): Readonly<Record<string, string>> {
	const some = Object.entries(amounts).filter(([, amount]) => amount !== 0n);
	return Object.fromEntries(some.map(([holder, amount]) => [holder, `${amount}`]));
}
