/**
 * What payments on the account rail ask of its systems, by how many intermediaries there are.
 *
 * Each intermediary runs a customer system and a ledger; for one payment it is the payer's (A, C), for another the
 * payee's (B, D). The messages are those of the flow itself, one for one; each may be lost on its way and is sent
 * again. Messages within one intermediary stay on its own lines; those between two go over a connection of that
 * pair, or through a hub that all are connected to. Those between an app and its system count for the system.
 */
import { Chance } from "../chance.ts";
import type { Step } from "../matrix/party.ts";

export type RailLoadOptions = {
	readonly seed: number;
	readonly steps: readonly Step[];
	readonly intermediaries: number;
	readonly hasHub: boolean;
	/** payments, all within this time */
	readonly payments: number;
	readonly duration_s: number;
	/** of the transmissions */
	readonly loss: number;
	/** whose customer the next payer or payee is, below `intermediaries` */
	readonly intermediary: (chance: Chance) => number;
};

export type RailLoad = {
	/** transmissions a payment, and those among them that were repeats */
	readonly messages: number;
	readonly retries: number;
	/** pairs of systems of different intermediaries that spoke with each other, or with the hub */
	readonly connections: number;
	/** messages a second, sent and received: of the average system, of the busiest but the hub, and of the hub */
	readonly mean_per_s: number;
	readonly busiest_per_s: number;
	readonly hub_per_s: number;
};

/** A part in a payment: on which side, and whether it is a ledger; undefined of an app. */
type Part = { readonly side: 0 | 1; readonly isLedger: boolean };

const parts: Readonly<Record<string, Part | undefined>> = {
	A: { side: 0, isLedger: false },
	B: { side: 1, isLedger: false },
	C: { side: 0, isLedger: true },
	D: { side: 1, isLedger: true },
};

export function runRailLoad(options: RailLoadOptions): RailLoad {
	const { seed, steps, intermediaries, hasHub, payments, duration_s, loss, intermediary } = options;
	const chance = new Chance(seed, "rail load");
	const hub = 2 * intermediaries;
	const handled = new Float64Array(hub + 1);
	const pairs = new Set<number>();
	const ways = steps.flatMap((step) => (step.kind === "message" ? [[parts[step.from], parts[step.to]]] : []));
	let [sent, retries] = [0, 0];
	const transmit = (from: number | undefined, to: number | undefined): void => {
		let times = 1;
		while (chance.happens(loss)) times++;
		sent += times;
		retries += times - 1;
		// What was lost was sent, and not received.
		if (from !== undefined) handled[from] = (handled[from] as number) + times;
		if (to !== undefined) handled[to] = (handled[to] as number) + 1;
	};
	for (let i = 0; i < payments; i++) {
		const sides = [intermediary(chance), intermediary(chance)];
		const place = (part: Part | undefined): number | undefined =>
			part && 2 * (sides[part.side] as number) + Number(part.isLedger);
		for (const [sender, receiver] of ways) {
			const [from, to] = [place(sender), place(receiver)];
			// Both sides of one intermediary: a system tells itself nothing.
			if (from !== undefined && from === to) continue;
			const isAcross = from !== undefined && to !== undefined && from >> 1 !== to >> 1;
			if (!isAcross) transmit(from, to);
			else if (hasHub) {
				transmit(from, hub);
				transmit(hub, to);
				pairs.add(pairOf(from, hub)).add(pairOf(to, hub));
			} else {
				transmit(from, to);
				pairs.add(pairOf(from, to));
			}
		}
	}
	const systems = handled.subarray(0, hub);
	const perSecond = (count: number): number => count / duration_s;
	return {
		messages: sent / payments,
		retries: retries / payments,
		connections: pairs.size,
		mean_per_s: perSecond(systems.reduce((sum, count) => sum + count, 0) / hub),
		busiest_per_s: perSecond(systems.reduce((most, count) => Math.max(most, count), 0)),
		hub_per_s: perSecond(handled[hub] as number),
	};
}

/** Messages of one payment that reach one of the four systems: what operators there are asked. */
export function messagesToSystems(steps: readonly Step[]): number {
	return steps.filter((step) => step.kind === "message" && parts[step.to] !== undefined).length;
}

function pairOf(a: number, b: number): number {
	return Math.min(a, b) * 1_000_000 + Math.max(a, b);
}
