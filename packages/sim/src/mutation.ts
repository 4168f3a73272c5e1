/**
 * Mutation: what was said once is said again with something changed in it, as somebody hostile on the wire would.
 *
 * Bytes are flipped, cut and joined; of what decodes, single items are changed and the rest encoded again, so
 * that shapes hold and only what they say is false. No key is used: what is signed stays signed as it was.
 */
import { type Bytes, concatBytes, decodeItem, encodeItem, type Item, isRefusal } from "@tenten/protocol";
import type { Chance } from "./chance.ts";

const flip = 3;
/** The second byte of an encoded document: its kind. */
const documentKind = 10;

/**
 * Bytes like these, and not these. Of a sealed document, which real chance made, only a byte is flipped: what is
 * drawn must not depend on it, or one seed would be two runs.
 */
export function mutated(chance: Chance, bytes: Bytes): Bytes {
	if (bytes.length === 0) return chance.bytes(chance.between(1, 40));
	const isDocument = bytes[1] === documentKind;
	switch (isDocument ? flip : chance.below(8)) {
		case 0:
			return chance.bytes(chance.between(1, 300));
		case 1:
			return bytes.slice(0, chance.below(bytes.length) || 1);
		case 2:
			return concatBytes(bytes, chance.bytes(chance.between(1, 8)));
		case flip: {
			const at = chance.below(bytes.length);
			return bytes.with(at, (bytes[at] as number) ^ (1 << chance.below(8)));
		}
		default: {
			const item = decodeItem(bytes);
			return isRefusal(item) ? chance.bytes(8) : encodeItem(changed(chance, item));
		}
	}
}

/** An item with one of its parts changed. */
function changed(chance: Chance, item: Item): Item {
	if (Array.isArray(item) && item.length > 0) {
		const items = item as readonly Item[];
		const at = chance.below(items.length);
		switch (chance.below(12)) {
			case 0:
				return items.toSpliced(at, 1);
			case 1:
				return [...items, items[at] as Item];
			case 2:
				return items.toReversed();
			default:
				return items.with(at, changed(chance, items[at] as Item));
		}
	}
	if (item instanceof Uint8Array) return changedBytes(chance, item);
	if (typeof item === "number") return chance.happens(0.5) ? item + 1 : chance.below(2 ** 20);
	if (typeof item === "bigint") return item + 1n;
	if (typeof item === "string") return `${item}x`;
	if (item === null) return chance.below(5);
	return null;
}

/** Byte strings hold what is encoded by itself, or names and signatures. */
function changedBytes(chance: Chance, bytes: Bytes): Item {
	const inner = bytes.length > 64 ? decodeItem(bytes) : undefined;
	if (inner !== undefined && !isRefusal(inner)) return encodeItem(changed(chance, inner));
	if (bytes.length === 0) return chance.bytes(1);
	const at = chance.below(bytes.length);
	return bytes.with(at, (bytes[at] as number) ^ (1 << chance.below(8)));
}
