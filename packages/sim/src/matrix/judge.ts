/**
 * The judge: what a cell came to, by what the parties' stores held and what they said, event by event.
 *
 * It expects nothing of a flow: it adds up what holders have, before, at every event and at rest.
 */
import type { Amounts, Holdings, Seen } from "./party.ts";
import { type CellTrace, type State, statesOf } from "./trace.ts";

/** Amounts in minor units, times in milliseconds of the world's clock. */
export type Verdict = {
	/** what holders have at rest beyond what they had */
	readonly created: bigint;
	readonly lost: bigint;
	/** most that could be spent at any moment beyond what there is */
	readonly doublyAvailable: bigint;
	/** what the payee has at rest beyond the price, by any means */
	readonly paidTwice: bigint;
	/** set aside or reserved at rest: there, and nobody's to use */
	readonly stranded: bigint;
	/** most that the payee could spend while whoever paid had lost patience and had not once been told `paid` */
	readonly spendableInDoubt: bigint;
	/** longest time for which someone was told `unknown`, or value was neither side's to use */
	readonly inDoubtMs: number;
	/** first transmissions */
	readonly messages: number;
	/** those to or from central systems */
	readonly centralMessages: number;
	/** transmissions after the first */
	readonly repeats: number;
	readonly hasPaidAgain: boolean;
	readonly atTimeOut: SeenByBoth;
	readonly atEnd: SeenByBoth;
};

type SeenByBoth = { readonly payer: Seen; readonly payee: Seen };

/** What the judge has to know of a flow: who pays whom how much, and who counts as central. */
export type Case = {
	readonly payer: string;
	readonly payee: string;
	readonly amount: bigint;
	readonly central: ReadonlySet<string>;
};

type States = Readonly<Record<string, State>>;

export function judge(trace: CellTrace, { payer, payee, amount, central }: Case): Verdict {
	const supply = everything(trace.begun);
	const sides = sidesOf(trace.begun);
	const payeeBefore = heldBy(trace.begun, "payee");
	const seenBy = (states: States): SeenByBoth => ({
		payer: states[payer]?.sees ?? "nothing",
		payee: states[payee]?.sees ?? "nothing",
	});
	const counts = { messages: 0, centralMessages: 0, repeats: 0 };
	let [doublyAvailable, spendableInDoubt, cash] = [0n, 0n, 0n];
	let [doubtSince, inDoubtMs] = [undefined as number | undefined, 0];
	let [hasLostPatience, wasTold] = [false, false];
	let [atTimeOut, states] = [seenBy(trace.begun), trace.begun];
	for (const now of statesOf(trace)) {
		states = now.states;
		const at_ms = now.event?.at_ms ?? 0;
		const isBetween = (party: string | undefined): boolean => central.has(party ?? "");
		if (now.event?.happening === "sent") {
			counts.messages++;
			if (isBetween(now.event.from) || isBetween(now.event.to)) counts.centralMessages++;
		}
		if (now.event?.happening === "sent-again") counts.repeats++;
		if (now.event?.happening === "cash") cash += amount;
		const seen = seenBy(states);
		if (now.event?.happening === "patience-ended") {
			hasLostPatience = true;
			atTimeOut = seen;
		}
		const spendable = availableTo(states, "payer") + availableTo(states, "payee");
		for (const side of sides) doublyAvailable = greater(doublyAvailable, beyond(trace.begun, states, side));
		wasTold ||= seen.payer === "paid";
		if (hasLostPatience && !wasTold)
			spendableInDoubt = greater(spendableInDoubt, availableTo(states, "payee") - payeeBefore);
		const isInDoubt = spendable < supply || seen.payer === "unknown" || seen.payee === "unknown";
		if (doubtSince !== undefined) inDoubtMs = Math.max(inDoubtMs, at_ms - doubtSince);
		doubtSince = isInDoubt ? (doubtSince ?? at_ms) : undefined;
	}
	const gains = sides.map((side) => having(states, side) - having(trace.begun, side));
	return {
		created: gains.reduce((total, gain) => total + greater(0n, gain), 0n),
		lost: gains.reduce((total, gain) => total + greater(0n, -gain), 0n),
		doublyAvailable,
		paidTwice: greater(0n, heldBy(states, "payee") - payeeBefore + cash - amount),
		stranded: sum(states, ({ locked }) => locked) + sum(states, ({ reserved }) => reserved),
		spendableInDoubt,
		inDoubtMs: Math.round(inDoubtMs),
		...counts,
		hasPaidAgain: cash > 0n,
		atTimeOut,
		atEnd: seenBy(states),
	};
}

type Part = (holdings: Holdings) => Amounts;

function sum(states: States, part: Part, holder?: string): bigint {
	return Object.values(states)
		.flatMap(({ holdings }) => Object.entries(part(holdings)))
		.filter(([name]) => holder === undefined || name === holder)
		.reduce((total, [, amount]) => total + amount, 0n);
}

function availableTo(states: States, holder: string): bigint {
	return sum(states, ({ available }) => available, holder);
}

/** Whatever a holder has, in whichever way. */
function heldBy(states: States, holder: string): bigint {
	return (["available", "locked", "reserved"] as const)
		.map((part) => sum(states, (holdings) => holdings[part], holder))
		.reduce((total, amount) => total + amount, 0n);
}

function everything(states: States): bigint {
	return having(states, pair);
}

/** Holders whose sum a payment does not change: payer and payee together, and each other that takes part, alone. */
type Side = readonly string[];

const pair: Side = ["payer", "payee"];

function sidesOf(begun: States): readonly Side[] {
	const holders = Object.values(begun).flatMap(({ holdings }) =>
		[holdings.available, holdings.locked, holdings.reserved].flatMap((amounts) => Object.keys(amounts)),
	);
	return [
		pair,
		...[...new Set(holders)].filter((holder) => !pair.includes(holder)).map((holder) => [holder]),
	];
}

function having(states: States, side: Side): bigint {
	return side.reduce((total, holder) => total + heldBy(states, holder), 0n);
}

/** What a side can spend now beyond what it had. */
function beyond(begun: States, states: States, side: Side): bigint {
	const spendable = side.reduce((total, holder) => total + availableTo(states, holder), 0n);
	return spendable - having(begun, side);
}

function greater(one: bigint, other: bigint): bigint {
	return one > other ? one : other;
}
