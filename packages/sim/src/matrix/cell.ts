/**
 * The cells of the fault matrix: every step of a flow × every party × every fault that has a place there.
 *
 * They are counted off the flow's own list of steps, so a step that is added has its cells at once.
 */
import type { Flow, Step } from "./party.ts";

export const faults = ["crash-before", "crash-after", "lost", "duplicated", "delayed", "paid-again"] as const;

/**
 * `crash-before`, `crash-after`: the party goes down before or after the step and stays down for an outage.
 * `lost`, `duplicated`, `delayed`: the message of a sender, the acknowledgement of a receiver.
 * `paid-again`: as `crash-before`, and whoever pays sees no result in time and pays in cash on the spot.
 */
export type Fault = (typeof faults)[number];

export type Cell = {
	readonly flow: string;
	readonly step: number;
	readonly party: string;
	readonly fault: Fault;
};

/** Every cell of a flow, by step, party and fault, each in its order. `parties` by name. */
export function cellsOf(flow: Flow, parties: readonly string[]): readonly Cell[] {
	return flow.steps.flatMap((step) =>
		parties.flatMap((party) =>
			faults
				.filter((fault) => hasPlace(fault, step, party))
				.map((fault) => ({ flow: flow.name, step: step.number, party, fault })),
		),
	);
}

function hasPlace(fault: Fault, step: Step, party: string): boolean {
	switch (fault) {
		case "crash-before":
		case "crash-after":
		case "paid-again":
			return true;
		case "lost":
		case "duplicated":
		case "delayed":
			return step.kind === "message" && (step.from === party || step.to === party);
		default:
			return fault satisfies never;
	}
}
