/**
 * The virtual world: all parties of a flow in this process, on virtual time, one event after another.
 *
 *   earliest of {transmissions, acknowledgements, restarts, the payer's patience, what is due at a party} ──▶ done whole
 *   ──▶ recorded ──▶ the next … until nothing is left
 *
 * Nothing runs between two events, and latencies come from the seed, so a seed has one trace. A crash throws a party
 * away, with whatever it was doing; what it knows is what its store gives when it is opened again.
 */
import type { Bytes } from "@tenten/protocol";
import { Chance } from "../chance.ts";
import type { Cell } from "./cell.ts";
import { type Fate, Injection } from "./injection.ts";
import type { Flow, Message, Party, PartyKind } from "./party.ts";
import { Recorder } from "./recorder.ts";
import type { CellTrace, State } from "./trace.ts";

/** 2026-01-01: where both worlds begin, so that dates in certificates hold. */
export const beginning_ms = 1_767_225_600_000;
const latency_ms = [8, 24] as const;
/** Outages after which something that still goes on never ends. */
const patience_outages = 40;

/** One life of a party: from an opening to the next crash. */
type Life = { readonly number: number; party: Party | undefined; isOver: boolean };

class PowerFailure extends Error {}

/** What a party draws in one of its lives, numbered from one: never what it drew in another. */
export function randomOf(seed: number, party: string, life: number): (length: number) => Bytes {
	return new Chance(seed, `${party}/${life}`).bytes;
}

export class VirtualWorld {
	readonly #flow: Flow;
	readonly #injection: Injection;
	readonly #seed: number;
	readonly #chance: Chance;
	readonly #recorder = new Recorder();
	readonly #kinds = new Map<string, PartyKind>();
	readonly #lives = new Map<string, Life>();
	readonly #queue: { readonly at_ms: number; readonly order: number; readonly go: () => Promise<void> }[] =
		[];
	/** what a person has to do at a party, until it is done */
	readonly #taps: Message[] = [];
	#now_ms: number = beginning_ms;
	#order = 0;
	#releasedAt_ms: number | undefined;

	/** One cell of a flow, or a run without a fault. */
	constructor(flow: Flow, cell: Cell | undefined, seed: number) {
		this.#flow = flow;
		this.#injection = new Injection(flow, cell);
		this.#seed = seed;
		this.#chance = new Chance(seed, "matrix");
	}

	/** Pays once, drives everything to rest, and tells what happened. `paysAgain`: on the spot, seeing no result. */
	async run(paysAgain: boolean): Promise<CellTrace> {
		const kinds = await this.#flow.parties(this.#seed);
		for (const kind of kinds) this.#kinds.set(kind.name, kind);
		for (const { name } of kinds) {
			const party = await this.#open(name);
			this.#recorder.begins(name, await this.#read(name));
			if (party !== undefined) this.#leave(await party.wake());
		}
		const { payment, first } = this.#flow.begin(this.#seed);
		this.#recorder.starts(this.#now_ms);
		this.#at(0, () => this.#tap(first));
		this.#at(this.#flow.patience_ms, () => this.#losePatience(payment, paysAgain));
		const until_ms = this.#now_ms + patience_outages * this.#flow.outage_ms;
		const isAtRest = await this.#drive(until_ms);
		for (const { party } of this.#lives.values()) await party?.close();
		return this.#recorder.trace({ isAtRest, hasStruck: this.#injection.hasStruck });
	}

	/** Whether it came to rest. */
	async #drive(until_ms: number): Promise<boolean> {
		for (;;) {
			const next = this.#queue.toSorted((a, b) => a.at_ms - b.at_ms || a.order - b.order)[0];
			const due = this.#firstDue();
			if (next === undefined && due === undefined) return true;
			const isDue = due !== undefined && (next === undefined || due.at_ms < next.at_ms);
			const at_ms = isDue ? due.at_ms : (next?.at_ms ?? this.#now_ms);
			this.#now_ms = Math.max(this.#now_ms, at_ms);
			if (this.#now_ms > until_ms) return false;
			if (isDue) await this.#wake(due.name);
			else if (next !== undefined) {
				this.#queue.splice(this.#queue.indexOf(next), 1);
				await next.go();
			}
		}
	}

	#firstDue(): { readonly name: string; readonly at_ms: number } | undefined {
		return [...this.#lives]
			.flatMap(([name, { party }]) => {
				const at_ms = party?.dueAt();
				return at_ms === undefined ? [] : [{ name, at_ms }];
			})
			.toSorted((a, b) => a.at_ms - b.at_ms)[0];
	}

	#at(delay_ms: number, go: () => Promise<void>): void {
		this.#queue.push({ at_ms: this.#now_ms + delay_ms, order: ++this.#order, go });
	}

	/** Opens a party from its store; undefined where its power fails as it is opened. */
	async #open(name: string): Promise<Party | undefined> {
		const kind = this.#kinds.get(name);
		if (kind === undefined) throw new Error(`${this.#flow.name} has no party ${name}`);
		const number = (this.#lives.get(name)?.number ?? 0) + 1;
		const life: Life = { number, party: undefined, isOver: false };
		this.#lives.set(name, life);
		return this.#within(name, life, async () => {
			life.party = await kind.open({
				now: () => this.#now_ms,
				random: randomOf(this.#seed, name, number),
				write: (steps, moment) => {
					if (!life.isOver && this.#injection.failsIn(name, steps, moment)) life.isOver = true;
					if (life.isOver) throw new PowerFailure();
				},
			});
			return life.party;
		});
	}

	/** Lets a party work; undefined where its power failed meanwhile, whatever it made of that. */
	async #within<T>(name: string, life: Life, work: () => Promise<T>): Promise<T | undefined> {
		try {
			const done = await work();
			if (!life.isOver) return done;
		} catch (error) {
			if (!life.isOver) throw error;
		}
		this.#down(name, life);
		return undefined;
	}

	#down(name: string, life: Life): void {
		life.isOver = true;
		life.party = undefined;
		const state = { ...this.#recorder.lastOf(name), isUp: false, sees: undefined };
		this.#note("down", name, state);
		this.#at(this.#flow.outage_ms, () => this.#restart(name));
	}

	async #restart(name: string): Promise<void> {
		if ((await this.#open(name)) === undefined) return;
		this.#note("up", name, await this.#read(name));
		await this.#wake(name);
		for (const tap of this.#taps.filter(({ to }) => to === name)) await this.#tap(tap);
	}

	#note(happening: "down" | "up" | "woke", name: string, state: State): void {
		const where = { step: 0, from: name, to: name };
		this.#recorder.event(this.#now_ms, happening, where, { [name]: state });
	}

	async #wake(name: string): Promise<void> {
		const life = this.#lives.get(name);
		const messages = await this.#work(name, (party) => party.wake());
		if (messages === undefined || life === undefined || life.isOver) return;
		this.#note("woke", name, await this.#read(name));
		this.#leave(messages, life);
	}

	async #work<T>(name: string, work: (party: Party) => Promise<T>): Promise<T | undefined> {
		const life = this.#lives.get(name);
		const party = life?.party;
		if (life === undefined || party === undefined) return undefined;
		return this.#within(name, life, () => work(party));
	}

	async #read(name: string): Promise<State> {
		const party = this.#lives.get(name)?.party;
		if (party === undefined) return this.#recorder.lastOf(name);
		const { payment } = this.#flow.begin(this.#seed);
		return { isUp: true, holdings: await party.holdings(), sees: await party.sees(payment) };
	}

	/** A person's hand: what is done is done; where the party is down, it is done when it is up again. */
	async #tap(tap: Message): Promise<void> {
		if (!this.#taps.includes(tap)) this.#taps.push(tap);
		const { downBefore, downAfter } = this.#injection.leaving(tap);
		this.#goesDown(downBefore);
		const messages = await this.#work(tap.to, (party) => party.take(tap));
		if (messages === undefined) return;
		this.#taps.splice(this.#taps.indexOf(tap), 1);
		this.#recorder.event(this.#now_ms, "tapped", tap, { [tap.to]: await this.#read(tap.to) });
		this.#goesDown(downAfter);
		this.#goesDown(this.#injection.taken(tap).down);
		this.#leave(messages, this.#lives.get(tap.to));
	}

	#goesDown(name: string | undefined): void {
		const life = name === undefined ? undefined : this.#lives.get(name);
		if (name !== undefined && life !== undefined && !life.isOver) this.#down(name, life);
	}

	/** Sends one after another what a party returned, as long as it lives. */
	#leave(messages: readonly Message[], life?: Life): void {
		for (const message of messages) {
			if (isOver(life)) return;
			const { downBefore, downAfter, fate } = this.#injection.leaving(message);
			this.#goesDown(downBefore);
			if (isOver(life)) return;
			this.#recorder.sent(this.#now_ms, message);
			if (fate === "lost") this.#recorder.event(this.#now_ms, "lost", message);
			if (fate === "held") this.#recorder.event(this.#now_ms, "held", message);
			if (fate === "twice") this.#recorder.event(this.#now_ms, "doubled", message);
			for (const delay_ms of this.#delays(fate)) this.#at(delay_ms, () => this.#arrive(message));
			this.#goesDown(downAfter);
		}
	}

	/** After how long each copy of a transmission arrives. */
	#delays(fate: Fate): readonly number[] {
		const latency = (): number => this.#chance.between(...latency_ms);
		switch (fate) {
			case "arrives":
				return [latency()];
			case "lost":
				return [];
			case "twice":
				return [latency(), latency()];
			case "held":
				return [this.#untilReleased() + latency()];
			default:
				return fate satisfies never;
		}
	}

	#untilReleased(): number {
		if (this.#releasedAt_ms === undefined) {
			this.#releasedAt_ms = this.#now_ms + this.#flow.outage_ms;
			this.#at(this.#flow.outage_ms, async () => this.#injection.release());
		}
		return Math.max(0, this.#releasedAt_ms - this.#now_ms);
	}

	async #arrive(message: Message): Promise<void> {
		const life = this.#lives.get(message.to);
		if (life?.party === undefined) return this.#recorder.event(this.#now_ms, "missed", message);
		const messages = await this.#work(message.to, (party) => party.take(message));
		if (messages === undefined) return;
		this.#recorder.event(this.#now_ms, "taken", message, { [message.to]: await this.#read(message.to) });
		const { down, fate } = this.#injection.taken(message);
		this.#goesDown(down);
		if (fate === "lost") this.#recorder.event(this.#now_ms, "acknowledgement-lost", message);
		if (fate === "held") this.#recorder.event(this.#now_ms, "acknowledgement-held", message);
		for (const delay_ms of this.#delays(fate)) this.#at(delay_ms, () => this.#acknowledge(message));
		this.#leave(messages, life);
	}

	async #acknowledge(message: Message): Promise<void> {
		const sender = this.#lives.get(message.from)?.party;
		if (sender === undefined) return;
		await this.#work(message.from, (party) => party.delivered(message.id));
		this.#recorder.event(this.#now_ms, "acknowledged", message);
	}

	async #losePatience(payment: string, paysAgain: boolean): Promise<void> {
		const { payer, payee } = this.#flow;
		const where = { step: 0, from: payer, to: payee };
		const [ofPayer, ofPayee] = [await this.#read(payer), await this.#read(payee)];
		this.#recorder.event(this.#now_ms, "patience-ended", where, { [payer]: ofPayer, [payee]: ofPayee });
		const isSettled = this.#recorder.hasSeen(payer, "paid") || this.#recorder.hasSeen(payee, "received");
		if (!paysAgain || isSettled) return;
		this.#recorder.event(this.#now_ms, "cash", where);
		const tap = this.#flow.paidAgain(payment);
		if (tap !== undefined) await this.#tap(tap);
	}
}

function isOver(life: Life | undefined): boolean {
	return life?.isOver === true;
}
