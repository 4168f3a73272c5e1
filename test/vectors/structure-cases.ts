/** Cases of one structure: what its encodings say, and what its reader refuses of the first. */
import {
	type Bytes,
	concatBytes,
	type Item,
	type Shape,
	serialize,
} from "../../packages/protocol/src/index.ts";
import { accepts, type Case, changed, refuses } from "./drafts.ts";

export type Structure = {
	readonly name: string;
	readonly encodings: readonly (readonly [comment: string, bytes: Bytes])[];
	/** code, what is wrong, path from the first encoding, what stands there */
	readonly wrong?: readonly (readonly [
		code: string,
		comment: string,
		path: readonly number[],
		to: Item | undefined,
	])[];
};

export function casesOf({ name, encodings, wrong = [] }: Structure): readonly Case[] {
	const [, first] = encodings[0] as readonly [string, Bytes];
	const given = (bytes: Bytes): { readonly structure: string; readonly bytes: Bytes } => ({
		structure: name,
		bytes,
	});
	return [
		...encodings.map(([comment, bytes]) => accepts(`${name}: ${comment}`, given(bytes))),
		refuses("malformed", `${name}: a field short`, given(shortened(first))),
		refuses("malformed", `${name}: a field more`, given(lengthened(first))),
		refuses("malformed", `${name}: a byte after it`, given(concatBytes(first, Uint8Array.of(0)))),
		refuses("malformed", `${name}: a number in its place`, given(Uint8Array.of(0))),
		...wrong.map(([code, comment, path, to]) =>
			refuses(code, `${name}: ${comment}`, given(changed(first, path, to))),
		),
	];
}

const isMap = (encoded: Bytes): boolean => (encoded[0] as number) >> 5 === 5;
const fieldsOf = (encoded: Bytes): number => (encoded[0] as number) & 31;

function shortened(encoded: Bytes): Bytes {
	return changed(encoded, [isMap(encoded) ? -2 : fieldsOf(encoded) - 1], undefined);
}

function lengthened(encoded: Bytes): Bytes {
	return changed(encoded, [isMap(encoded) ? 9 : fieldsOf(encoded)], 0);
}

export const of = <T>(
	shape: Shape<T>,
	name: string,
	...values: readonly (readonly [string, T])[]
): Structure => ({
	name,
	encodings: values.map(([comment, value]) => [comment, serialize(shape, value)] as const),
});
export const also = (structure: Structure, ...wrong: NonNullable<Structure["wrong"]>): Structure => ({
	...structure,
	wrong,
});
