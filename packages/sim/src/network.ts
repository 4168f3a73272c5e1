/**
 * A virtual network: asks go out, arrive some time, perhaps twice or never, and so do their answers.
 *
 *   ask ──▶ waits ──▶ arrives ──▶ the other side's work ──▶ waits ──▶ answer          time limit ──▶ nothing
 *
 * What was sent is kept for a while: an old ask may arrive again at any time, and at somebody else.
 */
import type { Chance } from "./chance.ts";
import type { Faults } from "./faults.ts";
import type { Life, Scheduler } from "./scheduler.ts";

/** Somebody who can be asked. `life` is undefined while it is off. */
export type Peer<Q, A> = {
	readonly name: string;
	readonly life: () => Life | undefined;
	readonly receive: (question: Q) => Promise<A>;
	/** a question like this one, with something changed in it */
	readonly forged: (question: Q, chance: Chance) => Q;
};

type NetworkFault = "forgery" | "loss" | "repeat" | "delay" | "partition" | "replay";

export type NetworkSettings = {
	readonly scheduler: Scheduler;
	readonly chance: Chance;
	readonly faults: () => Faults;
	readonly happened: (fault: NetworkFault) => void;
	/** an error that a peer's work ended in */
	readonly failed: (peer: string, error: unknown) => void;
};

type Kept = { readonly again: () => void; readonly forged: () => void };

const keptAsks = 64;

export class Network {
	readonly #settings: NetworkSettings;
	readonly #wire: Life = { name: "network", isOver: false };
	#cut: ReadonlySet<string> = new Set();
	#kept: Kept[] = [];

	constructor(settings: NetworkSettings) {
		this.#settings = settings;
	}

	/** From now on those named reach each other, and all others each other, but not across. */
	part(names: ReadonlySet<string>): void {
		this.#cut = names;
		if (names.size > 0) this.#settings.happened("partition");
	}

	/** The answer, or undefined after a time limit: then it is not known whether the ask arrived. */
	ask<Q, A>(from: Life, to: Peer<Q, A>, what: string, question: Q): Promise<A | undefined> {
		const { scheduler, chance, faults } = this.#settings;
		return new Promise((resolve) => {
			const callOff = scheduler.limit(from, `gives up: ${what}`, () => resolve(undefined));
			const answered = (answer: A): void => {
				callOff();
				if (!from.isOver) resolve(answer);
			};
			void this.#send(from.name, to, what, question, answered);
			if (chance.happens(faults().repeats)) {
				this.#settings.happened("repeat");
				void this.#send(from.name, to, `${what} again`, question, answered);
			}
			this.#keep({
				again: () => void this.#send(from.name, to, `${what} replayed`, question, () => undefined),
				forged: () => {
					const other = to.forged(question, chance);
					void this.#send(from.name, to, `${what} forged`, other, () => undefined);
				},
			});
		});
	}

	/** Lets something that was sent before arrive once more. */
	replay(): void {
		const kept = this.#settings.chance.of(this.#kept);
		if (kept === undefined) return;
		this.#settings.happened("replay");
		kept.again();
	}

	/** Lets something like what was sent before arrive, with something changed in it. */
	forge(): void {
		const kept = this.#settings.chance.of(this.#kept);
		if (kept === undefined) return;
		this.#settings.happened("forgery");
		kept.forged();
	}

	#keep(kept: Kept): void {
		if (this.#kept.length < keptAsks) this.#kept.push(kept);
		else this.#kept[this.#settings.chance.below(keptAsks)] = kept;
	}

	async #send<Q, A>(
		from: string,
		to: Peer<Q, A>,
		what: string,
		question: Q,
		answered: (answer: A) => void,
	): Promise<void> {
		const { failed } = this.#settings;
		if (!(await this.#carry(from, to.name, `${what} to ${to.name}`))) return;
		const life = to.life();
		if (life === undefined) return;
		let answer: A;
		try {
			answer = await to.receive(question);
		} catch (error) {
			if (!life.isOver) failed(to.name, error);
			return;
		}
		if (await this.#carry(to.name, from, `answer to ${what}`)) answered(answer);
	}

	/** Whether it arrives. */
	async #carry(from: string, to: string, what: string): Promise<boolean> {
		const { scheduler, chance, faults, happened } = this.#settings;
		const { loss, delays, longestDelay } = faults();
		if (chance.happens(loss)) {
			happened("loss");
			return false;
		}
		const isDelayed = chance.happens(delays);
		if (isDelayed) happened("delay");
		await scheduler.park(this.#wire, what, isDelayed ? chance.below(longestDelay) : 0);
		return this.#cut.has(from) === this.#cut.has(to);
	}
}
