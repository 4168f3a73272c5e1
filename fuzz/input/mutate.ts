/**
 * Hostile inputs: a valid one, then a few edits, of its items while it still is a tree, of its bytes after that.
 */
import { type Dice, pick } from "./dice.ts";
import { type Node, readTree, writeTree } from "./item-tree.ts";
import { mutateTree, type Pool, poolOf } from "./mutate-item.ts";
import { mutateText } from "./mutate-text.ts";

/** What mutations are made from. */
export type Stock = {
	readonly seeds: readonly Uint8Array[];
	readonly trees: readonly (Node | undefined)[];
	readonly pool: Pool;
	readonly form: Form;
};

/** `items`: CBOR. `text`: JSON, CSV, links. */
export type Form = "items" | "text";

/** bytes that an input may have: four times what the longest decoder takes */
const longest = 1 << 20;

export function stockOf(seeds: readonly Uint8Array[], form: Form): Stock {
	const items = form === "items";
	return {
		seeds,
		trees: seeds.map((s) => (items ? readTree(s) : undefined)),
		pool: poolOf(items ? seeds : []),
		form,
	};
}

/** How many edits: mostly one, because the second often hides what the first would have found. */
const edited = [0, 1, 1, 1, 1, 1, 2, 2, 2, 3, 3, 4, 6];

/** One input. A tape of zeros gives the first valid one. */
export function makeInput(dice: Dice, stock: Stock): Uint8Array {
	const at = dice(stock.seeds.length);
	const seed = stock.seeds[at] as Uint8Array;
	const edits = pick(dice, edited);
	if (stock.form === "text") return mutateText(seed, edits, dice, stock.seeds);
	const isGentle = dice(2) === 0;
	let tree = stock.trees[at];
	let bytes: Uint8Array | undefined;
	for (let i = 0; i < edits; i++) {
		if (tree === undefined || (!isGentle && dice(5) === 0)) {
			bytes = mutateBytes(bytes ?? (tree === undefined ? seed : writeTree(tree)), dice, stock.seeds);
			tree = undefined;
		} else tree = mutateTree(tree, dice, stock.pool, isGentle);
	}
	const made = bytes ?? (tree === undefined ? seed : writeTree(tree));
	return made.length > longest ? made.slice(0, longest) : Uint8Array.from(made);
}

/** One edit of bytes, whatever they mean. */
function mutateBytes(bytes: Uint8Array, dice: Dice, seeds: readonly Uint8Array[]): Uint8Array {
	const at = dice(bytes.length + 1);
	const length = 1 + dice(pick(dice, [1, 4, 16, 256]));
	switch (dice(7)) {
		case 0: {
			const flipped = Uint8Array.from(bytes);
			if (at < flipped.length) flipped[at] = (flipped[at] as number) ^ (1 << dice(8));
			return flipped;
		}
		case 1: {
			const set = Uint8Array.from(bytes);
			if (at < set.length)
				set[at] = pick(dice, [0, 1, 0x18, 0x1b, 0x40, 0x5f, 0x7f, 0x80, 0x9f, 0xff, dice(256)]);
			return set;
		}
		case 2:
			return joined(bytes.subarray(0, at), bytes.subarray(at + length));
		case 3:
			return joined(
				bytes.subarray(0, at),
				Uint8Array.from({ length }, () => dice(256)),
				bytes.subarray(at),
			);
		case 4:
			return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - length)));
		case 5:
			return bytes.slice(0, at);
		default: {
			const other = pick(dice, seeds);
			return joined(bytes.subarray(0, at), other.subarray(dice(other.length + 1)));
		}
	}
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
	return new Uint8Array(Buffer.concat(parts));
}
