/**
 * The recorder: writes a cell's trace, and with each event whatever changed of what parties hold and say.
 *
 * An event is begun where it happens and its changes are those of the party that it happened to.
 */
import type { Message, Seen } from "./party.ts";
import type { CellTrace, Happening, State, TraceEvent } from "./trace.ts";

export class Recorder {
	readonly #begun: Record<string, State> = {};
	readonly #last = new Map<string, State>();
	readonly #events: TraceEvent[] = [];
	readonly #sent = new Set<string>();
	#from_ms: number | undefined;

	/** What a party holds before the payer taps. */
	begins(party: string, state: State): void {
		this.#begun[party] = state;
		this.#last.set(party, state);
	}

	/** The payer taps now: times count from here. */
	starts(at_ms: number): void {
		this.#from_ms = at_ms;
	}

	event(
		at_ms: number,
		happening: Happening,
		{ step, from, to }: Pick<Message, "step" | "from" | "to">,
		states: Readonly<Record<string, State>> = {},
	): void {
		const changed = Object.entries(states).filter(([party, state]) => this.#isNew(party, state));
		// Whoever looked at the clock and changed nothing only sends, and that is told by itself.
		if (happening === "woke" && changed.length === 0) return;
		for (const [party, state] of changed) this.#last.set(party, state);
		const since_ms = at_ms - (this.#from_ms ?? at_ms);
		this.#events.push({ at_ms: since_ms, happening, step, from, to, changed: Object.fromEntries(changed) });
	}

	/** A message leaves its sender: the first time, or again. */
	sent(at_ms: number, message: Message): void {
		const isRepeat = this.#sent.has(message.id);
		this.#sent.add(message.id);
		this.event(at_ms, isRepeat ? "sent-again" : "sent", message);
	}

	/** Whether a party has told its user this, at any time: whoever read it knows it, also when the screen is dark. */
	hasSeen(party: string, seen: Seen): boolean {
		const states = [this.#begun[party], ...this.#events.map(({ changed }) => changed[party])];
		return states.some((state) => state?.sees === seen);
	}

	lastOf(party: string): State {
		const state = this.#last.get(party);
		if (state === undefined) throw new Error(`nothing is known of ${party}`);
		return state;
	}

	trace(end: Pick<CellTrace, "isAtRest" | "hasStruck">): CellTrace {
		return { begun: this.#begun, events: this.#events, ...end };
	}

	#isNew(party: string, state: State): boolean {
		const last = this.#last.get(party);
		return last === undefined || fingerprint(last) !== fingerprint(state);
	}
}

/** The same for the same state: amounts as digits, and what is nothing left out. */
function fingerprint(state: State): string {
	return JSON.stringify(state, (_, value) => (typeof value === "bigint" ? `${value}` : value));
}
