/**
 * Where a cell's fault strikes: once, at its one place, in whichever world runs.
 *
 *   leaving (a sender has it durably) ──▶ write before ──▶ write after ──▶ taken (its acknowledgement leaves)
 *
 * The party that writes a step loses power inside its durable write. The sender of a message loses it just before or
 * just after the message is on its way. Anyone else goes down as the step's message leaves, or when it was taken.
 * A step of recovery happens only where something does not arrive: the injection loses that until its fault struck.
 */
import type { Cell } from "./cell.ts";
import type { Flow, Message, Moment, Step } from "./party.ts";

/** What the network does with one transmission; what is held arrives after an outage, with all its repeats. */
export type Fate = "arrives" | "lost" | "twice" | "held";

export type Leaving = {
	/** goes down before the message is on its way: where it is the sender, the message is not sent */
	readonly downBefore: string | undefined;
	readonly downAfter: string | undefined;
	readonly fate: Fate;
};

export type Taken = { readonly down: string | undefined; readonly fate: Fate };

const unharmed: Leaving = { downBefore: undefined, downAfter: undefined, fate: "arrives" };

export class Injection {
	readonly #cell: Cell | undefined;
	readonly #step: Step | undefined;
	/** the message that is held, once it is */
	#held: string | undefined;
	#hasStruck = false;

	/** Without a cell nothing strikes. */
	constructor(flow: Flow, cell: Cell | undefined) {
		this.#cell = cell;
		this.#step = cell && flow.steps.find(({ number }) => number === cell.step);
		if (cell !== undefined && this.#step === undefined)
			throw new Error(`${flow.name} has no step ${cell.step}`);
	}

	/** Whether the fault was met: a cell whose fault was not is no cell. */
	get hasStruck(): boolean {
		return this.#hasStruck;
	}

	/** A message is about to leave its sender, for the first time or again. */
	leaving(message: Message): Leaving {
		const [cell, step] = [this.#cell, this.#step];
		if (cell === undefined || step === undefined) return unharmed;
		if (this.#held === `${message.id} goes`) return { ...unharmed, fate: "held" };
		if (this.#hasStruck) return unharmed;
		if (message.step === step.whenCut) return { ...unharmed, fate: "lost" };
		if (message.step !== messageOf(step) || writerOf(step) === cell.party) return unharmed;
		const isSender = step.kind === "message" && step.from === cell.party;
		switch (cell.fault) {
			case "crash-before":
			case "paid-again":
				return this.#strikes({ ...unharmed, downBefore: cell.party });
			case "crash-after":
				return isSender ? this.#strikes({ ...unharmed, downAfter: cell.party }) : unharmed;
			case "lost":
				return this.#strikes({ ...unharmed, fate: "lost" });
			case "duplicated":
				return this.#strikes({ ...unharmed, fate: "twice" });
			case "delayed":
				this.#held = `${message.id} goes`;
				return this.#strikes({ ...unharmed, fate: "held" });
			default:
				return cell.fault satisfies never;
		}
	}

	/** A message is durable with its receiver, and its acknowledgement is about to leave. */
	taken(message: Message): Taken {
		const [cell, step] = [this.#cell, this.#step];
		const unharmed: Taken = { down: undefined, fate: "arrives" };
		if (this.#held === `${message.id} is taken`) return { down: undefined, fate: "held" };
		if (cell === undefined || step === undefined || this.#hasStruck) return unharmed;
		if (message.step !== messageOf(step)) return unharmed;
		const isWriter = writerOf(step) === cell.party;
		switch (cell.fault) {
			case "crash-before":
			case "paid-again":
				return unharmed;
			case "crash-after":
				return isWriter ? unharmed : this.#strikes({ down: cell.party, fate: "arrives" });
			case "lost":
				return this.#strikes({ down: undefined, fate: "lost" });
			case "duplicated":
				return this.#strikes({ down: undefined, fate: "twice" });
			case "delayed":
				this.#held = `${message.id} is taken`;
				return this.#strikes({ down: undefined, fate: "held" });
			default:
				return cell.fault satisfies never;
		}
	}

	/** Whether a party's power fails on this side of a durable write of these steps. */
	failsIn(party: string, steps: readonly number[], moment: Moment): boolean {
		const [cell, step] = [this.#cell, this.#step];
		if (cell === undefined || step === undefined || this.#hasStruck || party !== cell.party) return false;
		if (writerOf(step) !== party || !steps.includes(step.number)) return false;
		const fails = cell.fault === "crash-after" ? moment === "after" : isDown(cell) && moment === "before";
		if (fails) this.#hasStruck = true;
		return fails;
	}

	/** It struck in another process, which can say so no more. */
	struck(): void {
		this.#hasStruck = true;
	}

	/** The held message passes from now on. */
	release(): void {
		this.#held = undefined;
	}

	#strikes<T>(how: T): T {
		this.#hasStruck = true;
		return how;
	}
}

function isDown({ fault }: Cell): boolean {
	return fault === "crash-before" || fault === "paid-again";
}

/** The step whose message brings a step about. */
function messageOf(step: Step): number {
	return step.kind === "message" ? step.number : step.within;
}

/** Whoever makes a step durable. */
function writerOf(step: Step): string {
	return step.kind === "message" ? step.to : step.at;
}
