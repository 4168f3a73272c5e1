/**
 * The two trees by their definition (docs/spec/seals.md): a recursion over the bits of all keys, with the platform's
 * hash. And a tree in pages that is loaded as a store loads it: page by page, only what is asked for.
 */
import { createHash } from "node:crypto";
import {
	type Algebra,
	type Bytes,
	type Change,
	changePages,
	encodeItem,
	type Item,
	missingPages,
	type Page,
	rootOf,
	type SumNode,
	toHex,
} from "@tenten/protocol";

const zeros = new Uint8Array(32);

function hash(tag: string, content: Item): Bytes {
	const digest = createHash("sha256")
		.update(encodeItem(`tenten/1/${tag}`))
		.update(encodeItem(content));
	return new Uint8Array(digest.digest());
}

export type Entries<E> = ReadonlyMap<string, { readonly key: Bytes; readonly entry: E }>;

/** Bit by bit, over everything. */
function byDefinition<E, N>(
	entries: readonly { readonly key: Bytes; readonly entry: E }[],
	depth: number,
	made: { readonly empty: N; leaf(key: Bytes, entry: E): N; join(left: N, right: N): N },
): N {
	const [only] = entries;
	if (only === undefined) return made.empty;
	if (entries.length === 1) return made.leaf(only.key, only.entry);
	const isRight = ({ key }: { readonly key: Bytes }): boolean =>
		(((key[Math.floor(depth / 8)] as number) >> (7 - (depth % 8))) & 1) === 1;
	const halves = [entries.filter((entry) => !isRight(entry)), entries.filter(isRight)] as const;
	return made.join(byDefinition(halves[0], depth + 1, made), byDefinition(halves[1], depth + 1, made));
}

export function naiveStateRoot(entries: Entries<Bytes>): Bytes {
	return byDefinition([...entries.values()], 0, {
		empty: zeros,
		leaf: (key, value) => hash("state-leaf", [key, value]),
		join: (left, right) => hash("state-node", [left, right]),
	});
}

export function naiveSumRoot(entries: Entries<bigint>): SumNode {
	return byDefinition<bigint, SumNode>([...entries.values()], 0, {
		empty: { hash: zeros, sum: 0n },
		leaf: (key, sum) => ({ hash: hash("sum-leaf", [key, sum]), sum }),
		join: (left, right) => ({
			hash: hash("sum-node", [left.hash, left.sum, right.hash, right.sum]),
			sum: left.sum + right.sum,
		}),
	});
}

/** A tree whose pages are kept apart, and given out only where they are missed. */
export class PagedTree<E, N> {
	readonly stored = new Map<string, Page<E, N>>();
	readonly #algebra: Algebra<E, N>;

	constructor(algebra: Algebra<E, N>) {
		this.#algebra = algebra;
	}

	/** What a store would have loaded for these keys. */
	pagesFor(keys: readonly Bytes[]): Map<string, Page<E, N>> {
		const loaded = new Map<string, Page<E, N>>();
		for (;;) {
			const missing = missingPages(loaded, keys).filter((path) => this.stored.has(path));
			if (missing.length === 0) return loaded;
			for (const path of missing) loaded.set(path, this.stored.get(path) as Page<E, N>);
		}
	}

	change(changes: readonly Change<E>[]): void {
		const pages = this.pagesFor(changes.map(({ key }) => key));
		for (const [path, page] of changePages(this.#algebra, pages, changes))
			if (page === null) this.stored.delete(path);
			else this.stored.set(path, page);
	}

	root(): N {
		return rootOf(this.#algebra, this.stored);
	}
}

/** A tree of these entries alone, made at once. */
export function pagedFrom<E, N>(algebra: Algebra<E, N>, entries: Entries<E>): PagedTree<E, N> {
	const tree = new PagedTree(algebra);
	tree.change([...entries.values()]);
	return tree;
}

export function entriesAfter<E>(changes: readonly Change<E>[]): Entries<E> {
	const entries = new Map<string, { key: Bytes; entry: E }>();
	for (const { key, entry } of changes)
		if (entry === null) entries.delete(toHex(key));
		else entries.set(toHex(key), { key, entry });
	return entries;
}
