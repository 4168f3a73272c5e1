/** Messages with one part changed, re-encoded: wrong in one way and in no other. */
import { type Bytes, decodeItem, encodeItem, type Item, isRefusal } from "@tenten/protocol";

type Path = readonly number[];

/** `encoded` with the item at `path` (positions in nested arrays) made into what `change` gives for it. */
export function edited(encoded: Bytes, path: Path, change: (item: Item) => Item): Bytes {
	const item = decodeItem(encoded, 1 << 20);
	if (isRefusal(item)) throw new Error(item.detail);
	return encodeItem(changed(item, path, change));
}

export function replaced(encoded: Bytes, path: Path, item: Item): Bytes {
	return edited(encoded, path, () => item);
}

/** With the last bit of the byte string at `path` turned over. */
export function turned(encoded: Bytes, path: Path): Bytes {
	return edited(encoded, path, (item) => {
		if (!(item instanceof Uint8Array)) throw new Error(`no bytes at ${path}`);
		const bytes = Uint8Array.from(item);
		bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
		return bytes;
	});
}

function changed(item: Item, [at, ...rest]: Path, change: (item: Item) => Item): Item {
	if (at === undefined) return change(item);
	if (!Array.isArray(item) || item.length <= at) throw new Error("no such item");
	return (item as readonly Item[]).map((entry, position) =>
		position === at ? changed(entry, rest, change) : entry,
	);
}
