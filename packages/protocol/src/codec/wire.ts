/**
 * Shapes: each wire structure is described once, and that one description reads, writes and types it.
 *
 * A structure is a CBOR array whose fields stand in the order of the description. Reading is strict: other
 * lengths, types and ranges are refused. Because items are deterministic, what is read writes back to the
 * same bytes. Inside a reader a bad item throws `Malformed`; `parse` alone turns that into a refusal.
 */
import type { Bytes } from "./bytes.ts";
import { decodeItem, decodeOwnItem, encodeItem, type Item } from "./cbor.ts";
import { limits, ticksMost } from "./limits.ts";
import { isRefusal, type Refusal, type RefusalCode, refuse } from "./refusal.ts";

// Methods, so that a union can hold the shapes of its variants.
export type Shape<T> = { read(item: Item): T; write(value: T): Item };

/** The type that a shape reads and writes. */
export type TypeOf<S> = S extends Shape<infer T> ? T : never;

/** No `Error`: to note a stack, which `parse` drops, took several times as long as all the rest of a refusal. */
class Malformed {
	readonly code: RefusalCode;
	readonly detail: string;
	constructor(code: RefusalCode, detail: string) {
		this.code = code;
		this.detail = detail;
	}
}

/** For shapes written by hand: stops the reader; `parse` turns it into a refusal. */
export function malformed(detail: string, code: RefusalCode = "malformed"): never {
	throw new Malformed(code, detail);
}

/** The structure that `bytes` encode, or why not. */
export function parse<T>(shape: Shape<T>, bytes: Bytes, maximumBytes: number = limits.message): T | Refusal {
	const item = decodeItem(bytes, maximumBytes);
	if (isRefusal(item)) return item;
	return parseItem(shape, item);
}

/** As `parse`, of bytes that this program encoded and sealed itself: see `decodeOwnItem`. */
export function parseOwn<T>(shape: Shape<T>, bytes: Bytes): T | Refusal {
	const item = decodeOwnItem(bytes, bytes.length);
	if (isRefusal(item)) return item;
	return parseItem(shape, item);
}

/** As `parse`, of an item already decoded. */
export function parseItem<T>(shape: Shape<T>, item: Item): T | Refusal {
	try {
		return shape.read(item);
	} catch (error) {
		if (error instanceof Malformed) return refuse(error.code, error.detail);
		throw error;
	}
}

/** The one encoding of a structure. */
export function serialize<T>(shape: Shape<T>, value: T): Bytes {
	return encodeItem(shape.write(value));
}

export function bytes(minimum: number, maximum: number = minimum): Shape<Bytes> {
	return {
		read: (item) =>
			item instanceof Uint8Array && item.length >= minimum && item.length <= maximum
				? item
				: malformed(`expected ${minimum} to ${maximum} bytes`),
		write: (value) => value,
	};
}

/** A SHA-256 digest, nonce, salt or secret. */
export const bytes32: Shape<Bytes> = bytes(32);

export function text(maximum: number): Shape<string> {
	return {
		read: (item) =>
			typeof item === "string" && item.length <= maximum ? item : malformed(`expected text up to ${maximum}`),
		write: (value) => value,
	};
}

export function integer(minimum: number, maximum: number): Shape<number> {
	return {
		read: (item) =>
			typeof item === "number" && Number.isSafeInteger(item) && item >= minimum && item <= maximum
				? item
				: malformed(`expected a whole number from ${minimum} to ${maximum}`),
		write: (value) => value,
	};
}

/** Seconds since 1970-01-01T00:00:00Z. */
export const unixSeconds: Shape<number> = integer(0, Number.MAX_SAFE_INTEGER);

/** How many ticks of a meter, and where there may be none. */
export const tickCount: Shape<number> = integer(1, ticksMost);
export const tickCountOrZero: Shape<number> = integer(0, ticksMost);

/** Minor units of an asset: at least one, at most what a signed 64-bit column holds. */
export const amount: Shape<bigint> = {
	read: (item) => {
		if (typeof item !== "number" && typeof item !== "bigint")
			malformed("expected an amount", "amount-invalid");
		const minor = BigInt(item);
		return minor >= 1n && minor <= limits.amount ? minor : malformed("amount out of range", "amount-invalid");
	},
	write: (minor) => minor,
};

/** Minor units where none is an answer too: a running count, an open request. */
export const amountOrZero: Shape<bigint> = {
	read: (item) => (item === 0 ? 0n : amount.read(item)),
	write: (minor) => minor,
};

export const boolean: Shape<boolean> = {
	read: (item) => (typeof item === "boolean" ? item : malformed("expected true or false")),
	write: (value) => value,
};

/** A name on our side, its number on the wire. */
export function enumeration<N extends string>(numbers: Readonly<Record<N, number>>): Shape<N> {
	const names = new Map(Object.entries<number>(numbers).map(([name, number]) => [number, name as N]));
	return {
		read: (item) =>
			(typeof item === "number" ? names.get(item) : undefined) ?? malformed("not one of the listed numbers"),
		write: (name) => numbers[name],
	};
}

export function nullable<T>(shape: Shape<T>): Shape<T | null> {
	return {
		read: (item) => (item === null ? null : shape.read(item)),
		write: (value) => (value === null ? null : shape.write(value)),
	};
}

export function list<T>(shape: Shape<T>, maximum: number, minimum = 0): Shape<readonly T[]> {
	return {
		read: (item) => {
			if (!Array.isArray(item)) malformed("expected a list");
			if (item.length > maximum) malformed(`more than ${maximum} entries`, "too-many");
			if (item.length < minimum) malformed(`fewer than ${minimum} entries`);
			return (item as readonly Item[]).map((entry) => shape.read(entry));
		},
		write: (values) => values.map((value) => shape.write(value)),
	};
}

/** A fixed array whose fields stand in the order in which `fields` names them. */
export function record<T extends Record<string, unknown>>(
	fields: {
		readonly [K in keyof T]: Shape<T[K]>;
	},
): Shape<Readonly<T>> {
	const entries = Object.entries(fields) as readonly (readonly [string, Shape<unknown>])[];
	return {
		read: (item) => {
			if (!Array.isArray(item) || item.length !== entries.length)
				malformed(`expected an array of ${entries.length}`);
			const value: Record<string, unknown> = {};
			for (let i = 0; i < entries.length; i++) {
				const [name, shape] = entries[i] as readonly [string, Shape<unknown>];
				value[name] = shape.read(item[i]);
			}
			return value as T;
		},
		write: (value) => entries.map(([name, shape]) => shape.write(value[name])),
	};
}

/** As `record`, with one field more at its end, which is left out where there is nothing to say. */
export function recordWithTail<T extends Record<string, unknown>, K extends string, V>(
	fields: { readonly [F in keyof T]: Shape<T[F]> },
	name: K,
	tail: Shape<V>,
): Shape<Readonly<T> & { readonly [F in K]?: V }> {
	const head = record<T>(fields);
	const length = Object.keys(fields).length;
	return {
		read: (item) => {
			if (!Array.isArray(item) || item.length !== length + 1)
				return head.read(item) as Readonly<T> & { readonly [F in K]?: V };
			return { ...head.read(item.slice(0, length)), [name]: tail.read(item[length]) } as Readonly<T> & {
				readonly [F in K]?: V;
			};
		},
		write: (value) => {
			const said = value[name];
			const items = head.write(value) as readonly Item[];
			return said === undefined ? items : [...items, tail.write(said as V)];
		},
	};
}

/** Bytes, or a structure in their place. */
export function bytesOr<T extends object>(plain: Shape<Bytes>, other: Shape<T>): Shape<Bytes | T> {
	return {
		read: (item) => (Array.isArray(item) ? other : plain).read(item),
		write: (value) => (value instanceof Uint8Array ? plain.write(value) : other.write(value)),
	};
}

/** A map with one label (an integer key, as in COSE and CWT) a field. A field that is null is left out. */
export function labelled<T extends Record<string, unknown>>(
	fields: {
		readonly [K in keyof T]: readonly [number, Shape<T[K]>];
	},
): Shape<Readonly<T>> {
	const entries = Object.entries(fields) as readonly (readonly [string, readonly [number, Shape<unknown>]])[];
	return {
		read: (item) => {
			if (!(item instanceof Map)) malformed("expected a map");
			const value = Object.fromEntries(
				entries.map(([name, [label, shape]]) => [name, shape.read(item.get(label) ?? null)]),
			);
			const present = entries.filter(([name]) => value[name] !== null).length;
			return present === item.size ? (value as T) : malformed("a label that is not known, or null");
		},
		write: (value) =>
			new Map(
				entries
					.filter(([name]) => value[name] !== null)
					.map(([name, [label, shape]]) => [label, shape.write(value[name])]),
			),
	};
}

/** Always this one number. */
export function constant(number: number): Shape<number> {
	return {
		read: (item) => (item === number ? number : malformed(`expected ${number}`)),
		write: () => number,
	};
}

/** Another view of a shape: `read` may call `malformed`. */
export function mapped<A, B>(shape: Shape<A>, read: (value: A) => B, write: (value: B) => A): Shape<B> {
	return { read: (item) => read(shape.read(item)), write: (value) => shape.write(write(value)) };
}

/**
 * A closed union: an array whose first element is the number of the variant and whose rest is its record.
 * In code each variant carries its name in `kind`. Numbers not named are refused with `unknownCode`.
 */
export function union<V extends Record<string, readonly [number, Shape<object>]>>(
	variants: V,
	unknownCode: RefusalCode = "type-unknown",
): Shape<{ [K in keyof V]: { readonly kind: K } & TypeOf<V[K][1]> }[keyof V]> {
	type Value = { [K in keyof V]: { readonly kind: K } & TypeOf<V[K][1]> }[keyof V];
	const byNumber = new Map(
		Object.entries(variants).map(([kind, [number, shape]]) => [number, { kind, shape }]),
	);
	return {
		read: (item) => {
			if (!Array.isArray(item) || typeof item[0] !== "number") malformed("expected [number, …]");
			const variant = byNumber.get(item[0]) ?? malformed(`variant ${item[0]}`, unknownCode);
			return { kind: variant.kind, ...variant.shape.read(item.slice(1)) } as Value;
		},
		write: (value) => {
			const [number, shape] = variants[value.kind] as readonly [number, Shape<object>];
			return [number, ...(shape.write(value) as readonly Item[])];
		},
	};
}
