/**
 * Running one target: what is kept in its corpus and dense inputs first, then inputs from a seed, each made from its
 * own number.
 *
 * The n-th input of a seed depends on nothing but both numbers, so a failure is replayed alone.
 */

import { keptInputs } from "./corpus.ts";
import { denseInputs } from "./input/dense.ts";
import { type Dice, seededDice } from "./input/dice.ts";
import { makeInput, type Stock, stockOf } from "./input/mutate.ts";
import { Hunger } from "./memory.ts";
import { limit_us, type OpenTarget, type Target } from "./target.ts";

export type Budget = {
	readonly seed: number;
	/** inputs at most */
	readonly inputs: number;
	/** ms at most */
	readonly time_ms: number;
};

type Failure = {
	readonly target: string;
	/** in hexadecimal */
	readonly input: string;
	/** the number of the input, or null where it was kept or is a dense one */
	readonly number: number | null;
	readonly seed: number;
	readonly reason: string;
};

export type Report = {
	readonly target: string;
	readonly inputs: number;
	/** of them, from the corpus */
	readonly kept: number;
	readonly accepted: number;
	/** inputs by the code of their refusal */
	readonly refused: Readonly<Record<string, number>>;
	readonly perSecond: number;
	/** the dearest input: the least of nine runs, which other programs disturb little */
	readonly dearest_us: number;
	readonly dearestBytes: number;
	/** what it may be */
	readonly limit_us: number;
	/** in hexadecimal, where it cost more */
	readonly tooDear: string | null;
	/** bytes that the hungriest input made be allocated, and what it may be */
	readonly allocated: number;
	readonly allocatedLimit: number;
	readonly hungriestBytes: number;
	/** in hexadecimal, where it was more */
	readonly tooHungry: string | null;
	readonly failure: Failure | null;
};

/** Which input a seed's n-th is. */
export function diceOf(seed: number, number: number): Dice {
	return seededDice(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
}

export async function runTarget(target: Target, budget: Budget): Promise<Report> {
	const open = await target.open();
	const stock = stockOf(open.seeds, open.form);
	const tally = new Tally(target, budget.seed);
	try {
		for (const input of keptInputs(target.name)) await tally.takeKept(open, input);
		for (const input of denseInputs(open.form)) await tally.take(open, input, null);
		const until = performance.now() + budget.time_ms;
		for (let number = 0; number < budget.inputs && tally.failure === null; number++) {
			await tally.take(open, inputOf(stock, budget.seed, number), number);
			if (number % 64 === 63 && performance.now() > until) break;
		}
		return await tally.report(open);
	} finally {
		await open.close?.();
	}
}

export function inputOf(stock: Stock, seed: number, number: number): Uint8Array {
	return makeInput(diceOf(seed, number), stock);
}

class Tally {
	readonly #target: Target;
	readonly #seed: number;
	readonly #outcomes = new Map<string, number>();
	readonly #started = performance.now();
	#inputs = 0;
	#kept = 0;
	/** the slowest inputs, slowest first */
	#slowest: readonly Slow[] = [];
	readonly #hunger = new Hunger();
	failure: Failure | null = null;

	constructor(target: Target, seed: number) {
		this.#target = target;
		this.#seed = seed;
	}

	async takeKept(open: OpenTarget, input: Uint8Array): Promise<void> {
		this.#kept++;
		await this.take(open, input, null);
	}

	async take(open: OpenTarget, input: Uint8Array, number: number | null): Promise<void> {
		const before = performance.now();
		try {
			const outcome = await this.#hunger.watch(input, () => open.run(input));
			this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
		} catch (error) {
			const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
			const hex = Buffer.from(input).toString("hex");
			this.failure ??= { target: this.#target.name, input: hex, number, seed: this.#seed, reason };
		}
		this.#note({ ms: performance.now() - before, input });
		this.#inputs++;
	}

	#note(run: Slow): void {
		const last = this.#slowest[slowKept - 1];
		if (last !== undefined && last.ms >= run.ms) return;
		this.#slowest = [...this.#slowest, run].sort((a, b) => b.ms - a.ms).slice(0, slowKept);
	}

	async report(open: OpenTarget): Promise<Report> {
		const seconds = (performance.now() - this.#started) / 1000;
		const dearest = await dearestOf(open, this.failure === null ? this.#slowest : []);
		const limit = this.#target.limit_us ?? limit_us;
		const run = this.failure === null ? open.run : () => undefined;
		const hungriest = await this.#hunger.hungriest(run, this.#target.memory);
		const { accepted = 0, ...refused } = Object.fromEntries(this.#outcomes);
		return {
			target: this.#target.name,
			inputs: this.#inputs,
			kept: this.#kept,
			accepted,
			refused,
			perSecond: Math.round(this.#inputs / seconds),
			dearest_us: dearest.us,
			dearestBytes: dearest.input.length,
			limit_us: limit,
			tooDear: dearest.us > limit ? Buffer.from(dearest.input).toString("hex") : null,
			allocated: hungriest.bytes,
			allocatedLimit: hungriest.limit,
			hungriestBytes: hungriest.input.length,
			tooHungry: hungriest.bytes > hungriest.limit ? Buffer.from(hungriest.input).toString("hex") : null,
			failure: this.failure,
		};
	}
}

type Slow = { readonly ms: number; readonly input: Uint8Array };

const slowKept = 8;

type Dear = { readonly us: number; readonly input: Uint8Array };

/** Most slow runs were somebody else's doing: each is run again, and the least of nine counts. */
async function dearestOf(open: OpenTarget, slow: readonly Slow[]): Promise<Dear> {
	let dearest: Dear = { us: 0, input: new Uint8Array() };
	for (const { input } of slow) {
		let least = Number.POSITIVE_INFINITY;
		for (let i = 0; i < 9; i++) {
			const before = performance.now();
			await open.run(input);
			least = Math.min(least, performance.now() - before);
		}
		const us = Math.round(1000 * least);
		if (us > dearest.us) dearest = { us, input };
	}
	return dearest;
}
