/**
 * What the generators write: for each vector the verdict that it must get, said by hand; the facts of what is
 * accepted are told by the judge, and checked by whoever reads them in another language.
 */
import { judges } from "../../packages/cli/src/vectors/all-judges.ts";
import {
	type Facts,
	type Json,
	sameJson,
	type VectorFile,
	verdictOf,
} from "../../packages/cli/src/vectors/vector.ts";
import { verify } from "../../packages/module/src/index.ts";
import {
	type Bytes,
	decodeItem,
	encodeItem,
	type Item,
	isRefusal,
	toHex,
} from "../../packages/protocol/src/index.ts";

export type Value =
	| null
	| boolean
	| number
	| string
	| Bytes
	| readonly Value[]
	| { readonly [name: string]: Value };
export type Inputs = { readonly [name: string]: Value };

export type Case = {
	readonly comment: string;
	readonly input: Facts;
	readonly refused: string | null;
	/** what is said by hand of the facts of what is accepted */
	readonly facts?: Facts;
};

export type Draft = {
	readonly name: string;
	readonly comment: string;
	readonly judge: string;
	readonly given: Inputs;
	readonly cases: readonly Case[];
};

export function accepts(comment: string, input: Inputs, facts: Inputs = {}): Case {
	return { comment, input: jsonOf(input) as Facts, refused: null, facts: jsonOf(facts) as Facts };
}

export function refuses(code: string, comment: string, input: Inputs): Case {
	return { comment, input: jsonOf(input) as Facts, refused: code };
}

function jsonOf(value: Value): Json {
	if (value instanceof Uint8Array) return toHex(value);
	if (Array.isArray(value)) return value.map(jsonOf);
	if (typeof value === "object" && value !== null)
		return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, jsonOf(inner)]));
	return value as Json;
}

/** The file of a draft. Throws where the judge does not say what the draft says. */
export async function fileOf({ comment, judge, given, cases }: Draft): Promise<VectorFile> {
	const file = { comment, judge, given: jsonOf(given) as Facts, vectors: [] };
	const run = judges[judge];
	if (run === undefined) throw new Error(`no judge ${judge}`);
	const vectors = [];
	for (const { comment, input, refused, facts = {} } of cases) {
		const expect = await verdictOf(run, file, { comment, input, expect: { accepted: {} } }, verify);
		const said = "refused" in expect ? expect.refused : null;
		if (said !== refused)
			throw new Error(`${judge}: ${comment}: ${said ?? "accepted"}, not ${refused ?? "accepted"}`);
		const told = "accepted" in expect ? expect.accepted : {};
		for (const [name, fact] of Object.entries(facts))
			if (!sameJson(told[name] ?? null, fact))
				throw new Error(`${judge}: ${comment}: ${JSON.stringify(told)}, not ${JSON.stringify(facts)}`);
		vectors.push({ comment, input, expect });
	}
	return { ...file, vectors };
}

/** An encoding with the item at `path` (positions and labels) replaced, or taken out where `to` is undefined. */
export function changed(encoded: Bytes, path: readonly number[], to: Item | undefined): Bytes {
	const item = decodeItem(encoded, 1_000_000);
	if (isRefusal(item)) throw new Error(item.detail);
	return encodeItem(replaced(item, path, to));
}

function replaced(item: Item, path: readonly number[], to: Item | undefined): Item {
	const [first, ...rest] = path;
	if (first === undefined) return to as Item;
	if (item instanceof Map) {
		const entries = [...item].filter(([key]) => key !== first || rest.length > 0 || to !== undefined);
		const map = new Map(entries);
		if (rest.length > 0 || to !== undefined) map.set(first, replaced(item.get(first) ?? null, rest, to));
		return map;
	}
	if (!Array.isArray(item)) throw new Error(`no list at ${path}`);
	if (rest.length === 0 && to === undefined) return item.filter((_, i) => i !== first);
	const copy = [...item] as Item[];
	copy[first] = replaced(copy[first] ?? null, rest, to);
	return copy;
}

/** The item at a path of an encoding. */
export function itemAt(encoded: Bytes, path: readonly number[]): Item {
	let item = decodeItem(encoded, 1_000_000);
	if (isRefusal(item)) throw new Error(item.detail);
	for (const step of path)
		item = item instanceof Map ? (item.get(step) as Item) : ((item as Item[])[step] as Item);
	return item as Item;
}

/** A byte string with one bit turned over. */
export function flipped(bytes: Bytes, position = 0): Bytes {
	return bytes.with(position, (bytes[position] as number) ^ 1);
}

/** The text of a file. */
export async function textOf(draft: Draft): Promise<string> {
	return `${JSON.stringify(await fileOf(draft), null, "\t")}\n`;
}
