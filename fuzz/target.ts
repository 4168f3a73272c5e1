/**
 * Targets: everything that meets bytes of a stranger, with valid inputs to start from and what must hold.
 *
 * A target is given any bytes and says what it made of them: `accepted`, or the code of a refusal. It throws where
 * a promise does not hold: something was thrown inside, what was accepted encodes to other bytes, or a refusal has
 * changed something.
 */
import { type Bytes, equalBytes, isRefusal, limits, parse, type Shape, serialize } from "@tenten/protocol";
import type { Form } from "./input/mutate.ts";
import type { MemoryLimits } from "./memory.ts";

/** `accepted`, or why not. */
export type Outcome = string;

export type OpenTarget = {
	/** valid inputs, at least one */
	readonly seeds: readonly Bytes[];
	readonly form: Form;
	readonly run: (input: Bytes) => Outcome | Promise<Outcome>;
	readonly close?: () => Promise<void>;
};

/** What the dearest input may cost (docs/reliability.md). */
export const limit_us = 50_000;

export type Target = {
	/** e.g. `token/signed`: also the name of its corpus */
	readonly name: string;
	/** what one input costs, where a small decoder's is 1: with little time, dear ones get fewer */
	readonly weight: number;
	/** what its dearest input may cost, where that is not `limit_us` */
	readonly limit_us?: number;
	/** what an input may make be allocated, where that is not `memoryLimits` */
	readonly memory?: MemoryLimits;
	readonly open: () => Promise<OpenTarget>;
};

/** A promise that does not hold. */
export class Broken extends Error {}

export function outcomeOf(result: unknown): Outcome {
	return isRefusal(result) ? result.code : "accepted";
}

export function mustBeSame(encoded: Bytes, input: Bytes): void {
	if (!equalBytes(encoded, input)) throw new Broken("accepted, and encodes to other bytes");
}

/** What a shape reads it writes back. */
export function runShape<T>(shape: Shape<T>, input: Bytes, maximumBytes: number = limits.evidence): Outcome {
	const value = parse(shape, input, maximumBytes);
	if (isRefusal(value)) return value.code;
	mustBeSame(serialize(shape, value as T), input);
	return "accepted";
}
