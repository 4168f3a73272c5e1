/**
 * Growing a corpus: inputs that run something which none before them ran, or are refused with a code of their own,
 * are kept and mutated further; then as few and as short ones as do the same are chosen.
 *
 * Asking V8 for its counters costs more than most inputs, so it is asked once a batch; a batch that ran something
 * new is halved until it is known which input it was.
 */
import { corpusLimits, inOrder, keptInputs } from "./corpus.ts";
import type { Coverage } from "./coverage.ts";
import { Ground } from "./ground.ts";
import { makeInput, stockOf } from "./input/mutate.ts";
import { diceOf } from "./run.ts";
import type { OpenTarget, Target } from "./target.ts";

/** inputs of a target whose weight is 1 */
const batch = 256;

/** bytes: longer inputs are worth nothing to a corpus that is to stay small */
const longest = 4096;

export type Grown = {
	readonly inputs: number;
	/** what was kept, before and after, shortest first */
	readonly before: number;
	readonly kept: readonly Uint8Array[];
	/** characters of our sources that the valid inputs ran, and that ran in the end */
	readonly groundBefore: number;
	readonly ground: number;
	/** what did not hold, with the input */
	readonly failure: { readonly input: Uint8Array; readonly reason: string } | null;
};

/** `coverage` must have started before the target's code was loaded. */
export async function growCorpus(
	target: Target,
	coverage: Coverage,
	seed: number,
	inputs: number,
	time_ms: number,
): Promise<Grown> {
	const open = await target.open();
	try {
		const size = Math.max(4, Math.round(batch / target.weight));
		return await new Loop(open, coverage, keptInputs(target.name), size).run(seed, inputs, time_ms);
	} finally {
		await open.close?.();
	}
}

/** What was seen: ground, and what inputs were refused with. */
class Seen {
	readonly ground = new Ground();
	readonly #outcomes = new Set<string>();
	readonly #coverage: Coverage;

	constructor(coverage: Coverage) {
		this.#coverage = coverage;
	}

	/** Whether what ran since the last look, with these outcomes, is new; known from then on where that is wanted. */
	async look(outcomes: readonly string[], isNoted: boolean): Promise<boolean> {
		const isNew = outcomes.some((outcome) => !this.#outcomes.has(outcome));
		if (isNoted) for (const outcome of outcomes) this.#outcomes.add(outcome);
		return this.ground.newIn(await this.#coverage.take(), isNoted) > 0 || isNew;
	}
}

class Loop {
	readonly #open: OpenTarget;
	readonly #coverage: Coverage;
	readonly #before: readonly Uint8Array[];
	readonly #batch: number;
	readonly #found: Uint8Array[] = [];
	#failure: Grown["failure"] = null;

	constructor(open: OpenTarget, coverage: Coverage, before: readonly Uint8Array[], size: number) {
		this.#open = open;
		this.#coverage = coverage;
		this.#before = before;
		this.#batch = size;
	}

	async run(seed: number, most: number, time_ms: number): Promise<Grown> {
		const until = performance.now() + time_ms;
		const seen = new Seen(this.#coverage);
		await seen.look(await this.#tryAll(this.#open.seeds), true);
		const groundBefore = seen.ground.size;
		await seen.look(await this.#tryAll(this.#before), true);
		let inputs = 0;
		while (inputs < most && performance.now() < until && this.#failure === null) {
			const stock = stockOf([...this.#open.seeds, ...this.#before, ...this.#found], this.#open.form);
			const size = Math.min(this.#batch, most - inputs);
			const made = Array.from({ length: size }, (_, i) => makeInput(diceOf(seed, inputs + i), stock));
			inputs += size;
			await this.#search(seen, made);
		}
		const ground = seen.ground.size;
		const kept = this.#failure === null ? await this.#chosen() : this.#before;
		return { inputs, before: this.#before.length, kept, groundBefore, ground, failure: this.#failure };
	}

	/** Which of these inputs do something new: they are run again, by halves, where all together do. */
	async #search(seen: Seen, inputs: readonly Uint8Array[]): Promise<void> {
		const isOne = inputs.length === 1;
		if (!(await seen.look(await this.#tryAll(inputs), isOne))) return;
		if (isOne) {
			this.#found.push(...inputs.filter(({ length }) => length <= longest));
			return;
		}
		const half = inputs.length >> 1;
		await this.#search(seen, inputs.slice(0, half));
		await this.#search(seen, inputs.slice(half));
	}

	/** Of all that is known, shortest first: what does something that neither valid inputs nor shorter ones do. */
	async #chosen(): Promise<readonly Uint8Array[]> {
		const all = inOrder([...this.#before, ...this.#found]);
		// What runs once and never again, such as the filling of a cache, is nobody's merit.
		await this.#tryAll(all);
		await this.#coverage.take();
		const seen = new Seen(this.#coverage);
		await seen.look(await this.#tryAll(this.#open.seeds), true);
		const chosen: Uint8Array[] = [];
		let bytes = 0;
		for (const input of all) {
			const isNew = await seen.look(await this.#tryAll([input]), true);
			if (!isNew || chosen.length === corpusLimits.inputs) continue;
			if (bytes + input.length > corpusLimits.bytes) continue;
			bytes += input.length;
			chosen.push(input);
		}
		return chosen;
	}

	async #tryAll(inputs: readonly Uint8Array[]): Promise<readonly string[]> {
		const outcomes: string[] = [];
		for (const input of inputs)
			try {
				outcomes.push(await this.#open.run(input));
			} catch (error) {
				const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
				this.#failure ??= { input, reason };
			}
		return outcomes;
	}
}
