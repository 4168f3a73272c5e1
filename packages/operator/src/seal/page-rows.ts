/**
 * Pages of sparse trees as rows keep them: two bits for each of the sixteen places (nothing, an entry, a page below),
 * then what stands in those that are taken, in their order. Rows of its own: one that does not read is damage.
 */
import { type Bytes, concatBytes, type Page, type Slot, type SumNode } from "@tenten/protocol";

/** How entries and nodes of one kind of tree are written, each at its own fixed length. */
export type Form<E, N> = {
	readonly entryBytes: number;
	readonly nodeBytes: number;
	readonly writeEntry: (entry: E) => Bytes;
	readonly readEntry: (bytes: Bytes) => E;
	readonly writeNode: (node: N) => Bytes;
	readonly readNode: (bytes: Bytes) => N;
};

const slots = 16;
const keyBytes = 32;
const hashBytes = 32;
const amountBytes = 8;
const kindsBytes = slots / 4;
const [vacant, leaf, below] = [0, 1, 2] as const;

const same = (bytes: Bytes): Bytes => bytes;

/** Digests under keys. */
export const stateForm: Form<Bytes, Bytes> = {
	entryBytes: hashBytes,
	nodeBytes: hashBytes,
	writeEntry: same,
	readEntry: same,
	writeNode: same,
	readNode: same,
};

/** Amounts under keys. */
export const sumForm: Form<bigint, SumNode> = {
	entryBytes: amountBytes,
	nodeBytes: hashBytes + amountBytes,
	writeEntry: writeAmount,
	readEntry: readAmount,
	writeNode: ({ hash, sum }) => concatBytes(hash, writeAmount(sum)),
	readNode: (bytes) => ({ hash: bytes.subarray(0, hashBytes), sum: readAmount(bytes.subarray(hashBytes)) }),
};

function writeAmount(amount: bigint): Bytes {
	const bytes = new Uint8Array(amountBytes);
	new DataView(bytes.buffer).setBigUint64(0, amount);
	return bytes;
}

function readAmount(bytes: Bytes): bigint {
	return new DataView(bytes.buffer, bytes.byteOffset, amountBytes).getBigUint64(0);
}

export function writePage<E, N>(form: Form<E, N>, page: Page<E, N>): Bytes {
	const kinds = new Uint8Array(kindsBytes);
	const parts: Bytes[] = [kinds];
	for (const [place, slot] of page.entries()) {
		if (slot === null) continue;
		const kind = slot.kind === "leaf" ? leaf : below;
		kinds[place >> 2] = (kinds[place >> 2] as number) | (kind << (2 * (place & 3)));
		if (slot.kind === "leaf") parts.push(slot.key, form.writeEntry(slot.entry));
		else parts.push(form.writeNode(slot.node));
	}
	return concatBytes(...parts);
}

/** Throws where the row is damaged. */
export function readPage<E, N>(form: Form<E, N>, content: Bytes): Page<E, N> {
	let at = kindsBytes;
	const take = (length: number): Bytes => {
		const bytes = content.subarray(at, at + length);
		at += length;
		if (at > content.length) throw new Error("the database is damaged: a page of a seal's tree is cut off");
		return bytes;
	};
	const page = Array.from({ length: slots }, (_, place): Slot<E, N> => {
		const kind = ((content[place >> 2] ?? 0) >> (2 * (place & 3))) & 3;
		if (kind === vacant) return null;
		if (kind === below) return { kind: "page", node: form.readNode(take(form.nodeBytes)) };
		return { kind: "leaf", key: take(keyBytes), entry: form.readEntry(take(form.entryBytes)) };
	});
	if (at !== content.length) throw new Error("the database is damaged: a page of a seal's tree is too long");
	return page;
}
