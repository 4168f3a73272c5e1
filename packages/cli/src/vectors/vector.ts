/**
 * Test vectors as files: what a judge is given, and what it must answer (vectors/README.md).
 *
 * A file names its judge and may hold what all of its vectors are given. Byte strings are lower-case
 * hexadecimal, amounts decimal text, times and counts numbers. What does not read so is a mistake in the file,
 * and thrown: it says nothing about a verdict.
 */
import {
	type Bytes,
	fromHex,
	isRefusal,
	parse,
	type Refusal,
	Trust,
	toHex,
	trustList,
	type Verify,
} from "@tenten/protocol";

export type Json = null | boolean | number | string | readonly Json[] | Facts;
export type Facts = { readonly [name: string]: Json };

/** `about`: what a refusal of a transfer names, its attempt or its request. */
export type Verdict = { readonly accepted: Facts } | { readonly refused: string; readonly about?: string };

export type Vector = { readonly comment: string; readonly input: Facts; readonly expect: Verdict };

export type VectorFile = {
	readonly comment: string;
	/** see `judges` */
	readonly judge: string;
	/** what every vector of the file is given, unless its own input says otherwise */
	readonly given: Facts;
	readonly vectors: readonly Vector[];
};

/** What there is to tell of an accepted input, or why it is refused. */
export type Judge = (input: Facts, verify: Verify) => Facts | Refusal | Promise<Facts | Refusal>;

/** The verdict of a judge on one vector of a file. */
export async function verdictOf(
	judge: Judge,
	file: VectorFile,
	vector: Vector,
	verify: Verify,
): Promise<Verdict> {
	const result = await judge({ ...file.given, ...vector.input }, verify);
	if (!isRefusal(result)) return { accepted: result };
	const { code, about } = result as Refusal & { readonly about?: string };
	return about === undefined ? { refused: code } : { refused: code, about };
}

/** Whether two JSON values say the same, whatever the order of their names. */
export function sameJson(a: Json, b: Json): boolean {
	return ordered(a) === ordered(b);
}

function ordered(value: Json): string {
	return JSON.stringify(value, (_, inner: Json) =>
		typeof inner === "object" && inner !== null && !Array.isArray(inner)
			? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
			: inner,
	);
}

/** A decoded structure as JSON: bytes in hexadecimal, amounts as text, everything else as it is. */
export function factsOf(value: unknown): Json {
	if (typeof value === "bigint") return value.toString();
	if (value instanceof Uint8Array) return toHex(value);
	if (Array.isArray(value)) return value.map(factsOf);
	if (typeof value === "object" && value !== null)
		return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, factsOf(inner)]));
	return value as Json;
}

export function bytesIn(input: Facts, name: string): Bytes {
	return hexBytes(input[name], name);
}

function hexBytes(value: Json | undefined, name: string): Bytes {
	const bytes = typeof value === "string" ? fromHex(value) : undefined;
	if (bytes === undefined) throw new TypeError(`${name} is not hexadecimal`);
	return bytes;
}

export function bytesOrNull(input: Facts, name: string): Bytes | null {
	return (input[name] ?? null) === null ? null : bytesIn(input, name);
}

export function numberIn(input: Facts, name: string): number {
	const value = input[name];
	if (typeof value !== "number") throw new TypeError(`${name} is not a number`);
	return value;
}

export function textIn(input: Facts, name: string): string {
	const value = input[name];
	if (typeof value !== "string") throw new TypeError(`${name} is not text`);
	return value;
}

/** A list of byte strings; none where it is left out. */
export function bytesListIn(input: Facts, name: string): readonly Bytes[] {
	const value = input[name] ?? [];
	if (!Array.isArray(value)) throw new TypeError(`${name} is not a list`);
	return (value as readonly Json[]).map((entry) => hexBytes(entry, name));
}

/** Documents by position; none where they are left out. */
export function contentsIn(input: Facts): ReadonlyMap<number, Bytes> {
	const documents = (input["documents"] ?? []) as readonly Facts[];
	return new Map(documents.map((entry) => [numberIn(entry, "position"), bytesIn(entry, "content")]));
}

/** The trust list that a vector is given counts as verified. */
export function trustIn(input: Facts, verify: Verify): Trust {
	const list = parse(trustList, bytesIn(input, "trustList"));
	if (isRefusal(list)) throw new TypeError(`trustList: ${list.detail}`);
	return new Trust(list.body, verify);
}

/** What is judged here is a structure alone: it must decode, else the vector is the file's mistake. */
export function must<T>(value: T | Refusal, name: string): T {
	if (isRefusal(value)) throw new TypeError(`${name}: ${value.code} ${value.detail}`);
	return value as T;
}
