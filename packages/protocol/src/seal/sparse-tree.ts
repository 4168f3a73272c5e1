/**
 * Sparse Merkle trees: entries under 32-byte keys, one root whatever the order in which they came.
 *
 *   a key's bits, the first one first, lead from the root down; a subtree without entries is empty, one with a single
 *   entry is that entry's leaf, and any other joins its two halves
 *
 * So what stands at the end of a key's bits follows from the root alone, and a path shows it: the key's entry, nothing,
 * or the only entry in that part of the tree, under another key. Trees differ in what a node holds (`Algebra`).
 *
 * A tree is kept in pages of four levels, named by the hexadecimal digits that lead to them. Whoever changes a tree
 * gives the pages on the way to what changes, and gets those that changed. What could go wrong is that the same entries
 * give two roots: so a page stands only where a subtree has two entries or more, and goes when it has not.
 */
import { type Bytes, toHex } from "../codec/index.ts";

/** How nodes are made of entries `E`, and of other nodes `N`; null is an empty half. */
export type Algebra<E, N> = {
	readonly empty: N;
	readonly leaf: (key: Bytes, entry: E) => N;
	readonly join: (left: N | null, right: N | null) => N;
};

export type Leaf<E> = { readonly kind: "leaf"; readonly key: Bytes; readonly entry: E };
/** What one of a page's sixteen places holds: nothing, one entry, or the node of the page below. */
export type Slot<E, N> = null | Leaf<E> | { readonly kind: "page"; readonly node: N };
/** Sixteen slots, by the next hexadecimal digit of the key. */
export type Page<E, N> = readonly Slot<E, N>[];
/** By the digits that lead there: `""` is the root's. */
export type Pages<E, N> = ReadonlyMap<string, Page<E, N>>;

/** An entry that is to stand under a key, or null where none is. */
export type Change<E> = { readonly key: Bytes; readonly entry: E | null };

/** Where a key's bits end, and the other half at each step from the root down. */
export type Path<E, N> = { readonly end: Leaf<E> | null; readonly siblings: readonly (N | null)[] };

export const digits = 16;
const noSlots: Page<never, never> = new Array<null>(digits).fill(null);

/** The pages that `keys` lead to and `pages` lacks. Empty once all are there: load what it names, and ask again. */
export function missingPages<E, N>(pages: Pages<E, N>, keys: readonly Bytes[]): readonly string[] {
	const missing = new Set<string>();
	for (const key of keys) {
		const hex = toHex(key);
		for (let depth = 0; ; depth++) {
			const path = hex.slice(0, depth);
			const page = pages.get(path);
			if (page === undefined) missing.add(path);
			if (page?.[digitAt(hex, depth)]?.kind !== "page") break;
		}
	}
	return [...missing].sort();
}

/** What stands under a key, or null. */
export function entryIn<E, N>(pages: Pages<E, N>, key: Bytes): E | null {
	const hex = toHex(key);
	for (let depth = 0; ; depth++) {
		const slot = pageAt(pages, hex.slice(0, depth))[digitAt(hex, depth)] ?? null;
		if (slot === null) return null;
		if (slot.kind === "leaf") return toHex(slot.key) === hex ? slot.entry : null;
	}
}

/** The node of the whole tree. */
export function rootOf<E, N>(algebra: Algebra<E, N>, pages: Pages<E, N>): N {
	return folded(algebra, pageAt(pages, ""), 0, digits)?.node ?? algebra.empty;
}

/**
 * Makes all changes; the pages that are others now, null where a page is gone. `pages` holds all that `missingPages`
 * names for their keys. Of several changes of one key the last counts.
 */
export function changePages<E, N>(
	algebra: Algebra<E, N>,
	pages: Pages<E, N>,
	changes: readonly Change<E>[],
): ReadonlyMap<string, Page<E, N> | null> {
	const changed = new Map<string, Page<E, N> | null>();
	const byKey = new Map(changes.map((change) => [toHex(change.key), change]));
	const sorted: readonly Keyed<E>[] = [...byKey].map(([hex, change]) => ({ hex, ...change }));
	if (sorted.length > 0) changeSlot({ algebra, pages, changed }, "", rootSlot, sorted);
	return changed;
}

const rootSlot = { kind: "page", node: null } as const;

type Keyed<E> = Change<E> & { readonly hex: string };
type Work<E, N> = {
	readonly algebra: Algebra<E, N>;
	readonly pages: Pages<E, N>;
	readonly changed: Map<string, Page<E, N> | null>;
};

function changeSlot<E, N>(
	work: Work<E, N>,
	path: string,
	slot: Slot<E, N> | typeof rootSlot,
	changes: readonly Keyed<E>[],
): Slot<E, N> {
	if (slot?.kind === "page") return changePage(work, path, pageAt(work.pages, path), changes);
	const kept = slot === null || changes.some(({ hex }) => hex === toHex(slot.key)) ? [] : [keyed(slot)];
	const entries = [...kept, ...changes.filter(({ entry }) => entry !== null)];
	const [only] = entries;
	if (only === undefined) return null;
	if (entries.length === 1) return { kind: "leaf", key: only.key, entry: only.entry as E };
	return changePage(work, path, noSlots, entries);
}

function changePage<E, N>(
	work: Work<E, N>,
	path: string,
	page: Page<E, N>,
	changes: readonly Keyed<E>[],
): Slot<E, N> {
	const slots = [...page];
	const groups = new Map<number, Keyed<E>[]>();
	for (const change of changes) {
		const digit = digitAt(change.hex, path.length);
		const group = groups.get(digit);
		if (group === undefined) groups.set(digit, [change]);
		else group.push(change);
	}
	for (const [digit, group] of groups)
		slots[digit] = changeSlot(work, path + digit.toString(digits), slots[digit] ?? null, group);
	const taken = slots.filter((slot) => slot !== null);
	const [only] = taken;
	const isTooFew = only === undefined || (taken.length === 1 && only.kind === "leaf");
	// The root's page stands whatever it holds: a tree begins with it.
	if (path !== "" && isTooFew) {
		work.changed.set(path, null);
		return only ?? null;
	}
	work.changed.set(path, slots);
	return { kind: "page", node: folded(work.algebra, slots, 0, digits)?.node ?? work.algebra.empty };
}

function keyed<E>({ key, entry }: Leaf<E>): Keyed<E> {
	return { hex: toHex(key), key, entry };
}

/** The path of a key. `pages` holds all that `missingPages` names for it. */
export function pathTo<E, N>(algebra: Algebra<E, N>, pages: Pages<E, N>, key: Bytes): Path<E, N> {
	const hex = toHex(key);
	const siblings: (N | null)[] = [];
	for (let depth = 0; ; depth++) {
		const page = pageAt(pages, hex.slice(0, depth));
		const digit = digitAt(hex, depth);
		let here = folded(algebra, page, 0, digits);
		for (let size = digits / 2, from = 0; here !== null && here.leaf === null && size >= 1; size /= 2) {
			const isRight = digit >= from + size;
			siblings.push(folded(algebra, page, isRight ? from : from + size, size)?.node ?? null);
			if (isRight) from += size;
			here = folded(algebra, page, from, size);
		}
		if (here === null || here.leaf !== null) return { end: here?.leaf ?? null, siblings };
	}
}

/** The node over a part of a page, and its only entry where it has but one. */
type Folded<E, N> = { readonly node: N; readonly leaf: Leaf<E> | null } | null;

function folded<E, N>(algebra: Algebra<E, N>, page: Page<E, N>, from: number, size: number): Folded<E, N> {
	if (size === 1) {
		const slot = page[from] ?? null;
		if (slot === null) return null;
		return slot.kind === "page"
			? { node: slot.node, leaf: null }
			: { node: algebra.leaf(slot.key, slot.entry), leaf: slot };
	}
	const left = folded(algebra, page, from, size / 2);
	const right = folded(algebra, page, from + size / 2, size / 2);
	if (left === null && (right === null || right.leaf !== null)) return right;
	if (right === null && left?.leaf !== null) return left;
	return { node: algebra.join(left?.node ?? null, right?.node ?? null), leaf: null };
}

/** A tree without any page is empty. */
function pageAt<E, N>(pages: Pages<E, N>, path: string): Page<E, N> {
	const page = pages.get(path);
	if (page === undefined && path !== "") throw new RangeError(`page ${path} is not there`);
	return page ?? noSlots;
}

function digitAt(hex: string, depth: number): number {
	const code = hex.charCodeAt(depth);
	return code <= 0x39 ? code - 0x30 : code - 0x57;
}
