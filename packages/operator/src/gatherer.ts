/**
 * Gathering: what waits while a batch is under way becomes the next batch.
 *
 * So a batch is one question where there is little to do and many where there is much. A batch that fails is tried again in halves, down to single questions: only what fails alone fails.
 */

export type GathererOptions<Q> = {
	/** what the questions in one batch weigh, at most; one is a batch whatever it weighs */
	readonly most: number;
	readonly weigh: (question: Q) => number;
	/** batches under way at once */
	readonly abreast: number;
	/** whether a failure may be that of one question, so that the others are worth another try */
	readonly isWorthSplitting: (error: unknown) => boolean;
	/**
	 * Awaited before a batch is taken: whoever is about to ask may come along. `isFull`: nobody else can, but whatever
	 * else the thread has to do may be done first.
	 */
	readonly pause: (isFull: boolean) => Promise<void>;
};

type Waiting<Q, A> = {
	readonly question: Q;
	readonly resolve: (answer: A | Promise<A>) => void;
	readonly reject: (error: unknown) => void;
};

export class Gatherer<Q, A> {
	readonly #run: (questions: readonly Q[]) => Promise<readonly (A | Promise<A>)[]>;
	readonly #options: GathererOptions<Q>;
	readonly #waiting: Waiting<Q, A>[] = [];
	#underWay = 0;

	/** `run` answers each question, in their order; an answer may be one that is still to come. */
	constructor(
		run: (questions: readonly Q[]) => Promise<readonly (A | Promise<A>)[]>,
		options: GathererOptions<Q>,
	) {
		this.#run = run;
		this.#options = options;
	}

	ask(question: Q): Promise<A> {
		return new Promise<A>((resolve, reject) => {
			this.#waiting.push({ question, resolve, reject });
			if (this.#underWay < this.#options.abreast) void this.#gather();
		});
	}

	async #gather(): Promise<void> {
		this.#underWay++;
		while (this.#waiting.length > 0) {
			await this.#options.pause(this.#heaviest() < this.#waiting.length);
			const batch = this.#waiting.splice(0, this.#heaviest());
			// Another took what there was meanwhile.
			if (batch.length > 0) await this.#answer(batch);
		}
		this.#underWay--;
	}

	/** How many of those that wait go into one batch. */
	#heaviest(): number {
		const { most, weigh } = this.#options;
		let weight = 0;
		const beyond = this.#waiting.findIndex(({ question }) => {
			weight += weigh(question);
			return weight > most;
		});
		return beyond === -1 ? this.#waiting.length : Math.max(1, beyond);
	}

	async #answer(batch: readonly Waiting<Q, A>[]): Promise<void> {
		try {
			const answers = await this.#run(batch.map(({ question }) => question));
			for (const [position, { resolve }] of batch.entries()) resolve(answers[position] as A | Promise<A>);
		} catch (error) {
			if (batch.length === 1 || !this.#options.isWorthSplitting(error)) {
				for (const { reject } of batch) reject(error);
				return;
			}
			const middle = Math.ceil(batch.length / 2);
			await this.#answer(batch.slice(0, middle));
			await this.#answer(batch.slice(middle));
		}
	}
}
