/**
 * The scheduler: every effect of every process waits here until it is chosen, one a step.
 *
 *   process ── await park(life, what) ──▶ parked ── chosen ──▶ runs on, until everything waits again
 *
 * A process is what one *life* of a device or server does. When a life ends, what it had parked is dropped and
 * nothing of it ever runs again, as after a loss of power. Between two steps everything that can run has run:
 * a turn of the event loop comes only after all microtasks, and what other threads do is awaited and given out in
 * the order in which it began.
 */
import { setImmediate } from "node:timers";
import type { Chance } from "./chance.ts";

/** One process from its start to its end. */
export type Life = { readonly name: string; isOver: boolean };

type Parked = {
	readonly life: Life;
	readonly what: string;
	/** steps before which it is not chosen */
	readonly notBefore: number;
	readonly go: () => void;
};

/** Work of another thread: gives its result once it has one. */
type Job = { give: (() => void) | undefined };

/** A time limit is chosen this seldom while anything else could happen. */
const limitRate = 0.01;

export class Scheduler {
	readonly #chance: Chance;
	#parked: Parked[] = [];
	#limits: Parked[] = [];
	readonly #jobs: Job[] = [];
	steps = 0;
	/** nobody gives up before nothing else can happen */
	isPatient = false;

	constructor(chance: Chance) {
		this.#chance = chance;
	}

	/** Waits until chosen. Of a life that is over, for ever. `delay` in steps. */
	park(life: Life, what: string, delay = 0): Promise<void> {
		return new Promise((go) => {
			if (!life.isOver) this.#parked.push({ life, what, notBefore: this.steps + delay, go });
		});
	}

	/** What happens when nothing else does, and now and then before; unless it is called off. */
	limit(life: Life, what: string, go: () => void): () => void {
		const limit: Parked = { life, what, notBefore: 0, go };
		if (!life.isOver) this.#limits.push(limit);
		return () => {
			const at = this.#limits.indexOf(limit);
			if (at >= 0) take(this.#limits, at);
		};
	}

	/** Ends a life: nothing that it had begun goes on. */
	end(life: Life): void {
		life.isOver = true;
		this.#parked = this.#parked.filter((parked) => parked.life !== life);
		this.#limits = this.#limits.filter((parked) => parked.life !== life);
	}

	get waiting(): number {
		return this.#parked.length;
	}

	get isIdle(): boolean {
		return this.#parked.length === 0 && this.#limits.length === 0;
	}

	/** Work that other threads do. They end in any order; what they found is given out in that of their beginning. */
	offThread<T>(work: Promise<T>): Promise<T> {
		return new Promise((resolve, reject) => {
			const job: Job = { give: undefined };
			this.#jobs.push(job);
			work.then(
				(value) => {
					job.give = () => resolve(value);
				},
				(error: unknown) => {
					job.give = () => reject(error);
				},
			);
		});
	}

	/** Runs what can run, until everything waits. Of other threads' work one result is given out at a time. */
	async settle(): Promise<void> {
		for (;;) {
			await new Promise<void>((resolve) => setImmediate(resolve));
			const [first] = this.#jobs;
			if (first === undefined) return;
			if (first.give === undefined) continue;
			this.#jobs.shift();
			first.give();
		}
	}

	/** Lets one parked effect happen; what it was, or undefined where there is none. */
	async step(): Promise<string | undefined> {
		const chosen = this.#choose();
		if (chosen === undefined) return undefined;
		this.steps++;
		chosen.go();
		await this.settle();
		return `${chosen.life.name}: ${chosen.what}`;
	}

	#choose(): Parked | undefined {
		const [ready, limits] = [this.#parked, this.#limits];
		if (limits.length > 0 && (ready.length === 0 || (!this.isPatient && this.#chance.happens(limitRate))))
			return take(limits, this.#chance.below(limits.length));
		if (ready.length === 0) return undefined;
		const first = this.#chance.below(ready.length);
		// What is delayed stands aside while anything else is ready.
		for (let i = 0; i < ready.length; i++) {
			const at = (first + i) % ready.length;
			if ((ready[at] as Parked).notBefore <= this.steps) return take(ready, at);
		}
		return take(ready, first);
	}
}

function take(list: Parked[], at: number): Parked {
	const chosen = list[at] as Parked;
	list[at] = list.at(-1) as Parked;
	list.pop();
	return chosen;
}
