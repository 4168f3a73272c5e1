/**
 * A coverage-guided loop: inputs that run a block which none before them ran are kept, and mutated further.
 *
 * Asking V8 for its counters costs more than most inputs, so it is asked once a batch; a batch that ran something
 * new is run again one by one to find which input it was.
 */
import { Coverage } from "./coverage.ts";
import { makeInput, type Stock, stockOf } from "./input/mutate.ts";
import { diceOf } from "./run.ts";
import type { OpenTarget, Target } from "./target.ts";

const batch = 256;

export type Guided = {
	readonly inputs: number;
	/** inputs kept because they ran something new */
	readonly kept: readonly Uint8Array[];
	/** blocks that the valid inputs ran, and that ran in the end */
	readonly blocksBefore: number;
	readonly blocks: number;
	/** what did not hold, with the input */
	readonly failure: { readonly input: Uint8Array; readonly reason: string } | null;
};

export async function runGuided(
	target: Target,
	seed: number,
	inputs: number,
	time_ms: number,
): Promise<Guided> {
	const coverage = new Coverage();
	await coverage.start();
	const open = await target.open();
	try {
		return await new Loop(open, coverage).run(seed, inputs, time_ms);
	} finally {
		await open.close?.();
		await coverage.stop();
	}
}

class Loop {
	readonly #open: OpenTarget;
	readonly #coverage: Coverage;
	readonly #seen = new Set<string>();
	readonly #kept: Uint8Array[] = [];
	#failure: Guided["failure"] = null;

	constructor(open: OpenTarget, coverage: Coverage) {
		this.#open = open;
		this.#coverage = coverage;
	}

	async run(seed: number, most: number, time_ms: number): Promise<Guided> {
		const until = performance.now() + time_ms;
		for (const input of this.#open.seeds) await this.#try(input);
		await this.#isNew();
		const blocksBefore = this.#seen.size;
		let stock = this.#stock();
		let inputs = 0;
		while (inputs < most && performance.now() < until && this.#failure === null) {
			const made = Array.from({ length: batch }, (_, i) => makeInput(diceOf(seed, inputs + i), stock));
			inputs += batch;
			for (const input of made) await this.#try(input);
			if (!(await this.#isNew(false))) continue;
			for (const input of made) {
				await this.#try(input);
				if (await this.#isNew()) this.#kept.push(input);
			}
			stock = this.#stock();
		}
		return { inputs, kept: this.#kept, blocksBefore, blocks: this.#seen.size, failure: this.#failure };
	}

	#stock(): Stock {
		return stockOf([...this.#open.seeds, ...this.#kept], this.#open.form);
	}

	async #try(input: Uint8Array): Promise<void> {
		try {
			await this.#open.run(input);
		} catch (error) {
			this.#failure ??= { input, reason: error instanceof Error ? (error.stack ?? "") : String(error) };
		}
	}

	/** Whether a block ran that had not run before; noted unless it is to be found again. */
	async #isNew(isNoted = true): Promise<boolean> {
		let isNew = false;
		for (const [file, ranges] of await this.#coverage.take())
			for (const { from, to, count } of ranges) {
				const block = `${file} ${from} ${to}`;
				if (count === 0 || this.#seen.has(block)) continue;
				isNew = true;
				if (isNoted) this.#seen.add(block);
			}
		return isNew;
	}
}
