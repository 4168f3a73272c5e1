/**
 * Paths of sparse trees as they travel: a bit for each step says whether the other half is empty, and only those that
 * are not stand in the list.
 *
 * The last step's other half is never empty: a part of the tree with a single entry is that entry's leaf, one step
 * up. So the last bit that is set says how many steps there are, bytes after it are left out, and each key has one path
 * under one root.
 */
import { type Bytes, isRefusal, type Refusal, refuse } from "../codec/index.ts";

export type ShortPath<N> = { readonly bitmap: Bytes; readonly siblings: readonly N[] };

export function shortPath<N>(siblings: readonly (N | null)[]): ShortPath<N> {
	const bitmap = new Uint8Array(Math.ceil(siblings.length / 8));
	for (const [step, sibling] of siblings.entries())
		if (sibling !== null) bitmap[step >> 3] = (bitmap[step >> 3] as number) | (0x80 >> (step & 7));
	return { bitmap, siblings: siblings.filter((sibling) => sibling !== null) };
}

/** The other half at each step from the root down, null where it is empty. */
function longPath<N>({ bitmap, siblings }: ShortPath<N>): readonly (N | null)[] | Refusal {
	if (bitmap.at(-1) === 0) return refuse("proof-invalid", "a longer bitmap than its path");
	const bits = [...bitmap].flatMap((byte) =>
		[7, 6, 5, 4, 3, 2, 1, 0].map((bit) => ((byte >> bit) & 1) === 1),
	);
	const steps = bits.slice(0, bits.lastIndexOf(true) + 1);
	if (steps.filter((isThere) => isThere).length !== siblings.length)
		return refuse("proof-invalid", "another number of siblings than bits");
	let next = 0;
	return steps.map((isThere) => (isThere ? (siblings[next++] as N) : null));
}

/**
 * The node that a path leads to from its end, null where that is empty. `joined` makes each node of its halves; a
 * refusal of it is handed on. `shares` is a key that must agree with `key` as far as the path goes, or null. A half that
 * `isEmpty` is not listed, or one path could be written in two ways.
 */
export function climb<N>(
	path: ShortPath<N>,
	key: Bytes,
	{ end, shares }: { readonly end: N | null; readonly shares: Bytes | null },
	isEmpty: (node: N) => boolean,
	joined: (left: N | null, right: N | null, isRight: boolean) => N | Refusal,
): N | null | Refusal {
	const siblings = longPath(path);
	if (isRefusal(siblings)) return siblings;
	if (path.siblings.some(isEmpty)) return refuse("proof-invalid", "an empty half is listed");
	let node = end;
	for (let step = siblings.length - 1; step >= 0; step--) {
		const sibling = siblings[step] ?? null;
		const isRight = bitAt(key, step);
		if (shares !== null && bitAt(shares, step) !== isRight)
			return refuse("proof-invalid", "an entry that stands elsewhere");
		const above = isRight ? joined(sibling, node, true) : joined(node, sibling, false);
		if (isRefusal(above)) return above;
		node = above;
	}
	return node;
}

function bitAt(key: Bytes, step: number): boolean {
	return (((key[step >> 3] as number) >> (7 - (step & 7))) & 1) === 1;
}
