/**
 * CBOR as a tree that may also be wrong: what a fuzzer cuts, doubles and lies about.
 *
 * A node keeps its major type (RFC 8949 section 3.1) and its parts, and can be written with a head that does not
 * fit. Byte strings that hold an encoded array or map are opened too, so that a certificate inside a token is
 * reached like everything else. Trees never change: an edit copies the path to one node and shares the rest.
 */
export type Node = {
	/** 0 to 7; -1: bytes that stand as they are */
	readonly major: number;
	/** the whole of an integer, simple value or raw node; the content of a string */
	readonly content: Uint8Array;
	/** elements; keys and values in turn; what a tag or a byte string holds */
	readonly parts: readonly Node[];
	/** nodes in it, itself counted */
	readonly size: number;
	/** what its head says instead of the truth, and in how many bytes */
	readonly head: { readonly argument: bigint; readonly width: number } | null;
};

const nothing = new Uint8Array();
const written = new WeakMap<Node, Uint8Array>();

/** Bytes that stand as they are. */
export function raw(content: Uint8Array): Node {
	return { major: -1, content, parts: [], size: 1, head: null };
}

export function node(major: number, parts: readonly Node[], content: Uint8Array = nothing): Node {
	let size = 1;
	for (const part of parts) size += part.size;
	return { major, content, parts, size, head: null };
}

/** The tree of one whole item in definite lengths, or undefined. */
export function readTree(bytes: Uint8Array): Node | undefined {
	const found = readNode(bytes, 0, 0);
	return found !== undefined && found.end === bytes.length ? found.node : undefined;
}

type Found = { readonly node: Node; readonly end: number };

const deepest = 64;

function readNode(bytes: Uint8Array, offset: number, depth: number): Found | undefined {
	const lead = readLead(bytes, offset);
	if (lead === undefined || depth > deepest) return undefined;
	const { major, argument, end } = lead;
	if (major === 0 || major === 1 || major === 7)
		return { node: node(major, [], bytes.subarray(offset, end)), end };
	if (major === 2 || major === 3) {
		const stop = end + argument;
		if (stop > bytes.length) return undefined;
		const content = bytes.subarray(end, stop);
		const inside = major === 2 && isContainer(content) ? readTree(content) : undefined;
		return { node: inside === undefined ? node(major, [], content) : node(2, [inside]), end: stop };
	}
	const count = major === 4 ? argument : major === 5 ? 2 * argument : 1;
	if (count > bytes.length) return undefined;
	const parts: Node[] = [];
	let next = end;
	for (let i = 0; i < count; i++) {
		const part = readNode(bytes, next, depth + 1);
		if (part === undefined) return undefined;
		parts.push(part.node);
		next = part.end;
	}
	const label = major === 6 ? bytes.subarray(offset, end) : nothing;
	return { node: node(major, parts, label), end: next };
}

/** Whether bytes may be an array or a map with something in it. */
function isContainer(content: Uint8Array): boolean {
	const first = content[0] ?? 0;
	return content.length > 2 && (first >> 5 === 4 || first >> 5 === 5) && (first & 31) > 0;
}

type Lead = { readonly major: number; readonly argument: number; readonly end: number };

function readLead(bytes: Uint8Array, offset: number): Lead | undefined {
	const first = bytes[offset];
	if (first === undefined || (first & 31) > 27) return undefined;
	const width = (first & 31) < 24 ? 0 : 1 << ((first & 31) - 24);
	const end = offset + 1 + width;
	if (end > bytes.length) return undefined;
	let argument = width === 0 ? first & 31 : 0;
	for (let i = offset + 1; i < end; i++) argument = argument * 256 + (bytes[i] as number);
	return { major: first >> 5, argument, end };
}

/** The bytes of a tree, wrong where it is wrong. Written once for each node. */
export function writeTree(tree: Node): Uint8Array {
	const known = written.get(tree);
	if (known !== undefined) return known;
	const encoded = writeNode(tree);
	written.set(tree, encoded);
	return encoded;
}

function writeNode(tree: Node): Uint8Array {
	const { major, content, parts, head } = tree;
	if (major === -1 || major === 0 || major === 1 || major === 7) return content;
	const bodies = parts.map(writeTree);
	if (major === 6) return joined(content, bodies);
	let length = content.length;
	for (const body of bodies) length += body.length;
	const counted = major === 4 ? parts.length : major === 5 ? Math.floor(parts.length / 2) : length;
	const lead = head === null ? leadOf(major, counted) : leadIn(major, head.argument, head.width);
	// An indefinite string is made of chunks that are strings themselves.
	if (head?.width === -1)
		return major < 4
			? joined(lead, [leadOf(major, length), content, ...bodies, breakByte])
			: joined(lead, [...bodies, breakByte]);
	return joined(lead, content.length > 0 ? [content, ...bodies] : bodies);
}

const breakByte = Uint8Array.of(0xff);

function joined(lead: Uint8Array, bodies: readonly Uint8Array[]): Uint8Array {
	let length = lead.length;
	for (const body of bodies) length += body.length;
	const bytes = new Uint8Array(length);
	bytes.set(lead);
	let offset = lead.length;
	for (const body of bodies) {
		bytes.set(body, offset);
		offset += body.length;
	}
	return bytes;
}

/** A major type and its argument in the fewest bytes. */
function leadOf(major: number, argument: number): Uint8Array {
	if (argument < 24) return Uint8Array.of((major << 5) | argument);
	if (argument < 0x100) return Uint8Array.of((major << 5) | 24, argument);
	if (argument < 0x1_0000) return Uint8Array.of((major << 5) | 25, argument >> 8, argument & 255);
	return leadIn(major, BigInt(argument), argument < 0x1_0000_0000 ? 4 : 8);
}

/** As `leadOf`, in 0, 1, 2, 4 or 8 bytes; -1 means an indefinite length. */
export function leadIn(major: number, argument: bigint, width: number): Uint8Array {
	if (width === -1) return Uint8Array.of((major << 5) | 31);
	if (width === 0) return Uint8Array.of((major << 5) | Number(argument & 31n));
	const bytes = new Uint8Array(1 + width);
	bytes[0] = (major << 5) | (24 + Math.log2(width));
	for (let i = 0; i < width; i++) bytes[i + 1] = Number((argument >> BigInt(8 * (width - 1 - i))) & 0xffn);
	return bytes;
}

/** The node at `position`, counted from the root in the order in which nodes are written. */
export function nodeAt(tree: Node, position: number): Node {
	let rest = position;
	if (rest === 0) return tree;
	rest--;
	for (const part of tree.parts) {
		if (rest < part.size) return nodeAt(part, rest);
		rest -= part.size;
	}
	return tree;
}

/** The tree with the node at `position` changed. */
export function editAt(tree: Node, position: number, change: (found: Node) => Node): Node {
	if (position === 0) return change(tree);
	let rest = position - 1;
	for (const [i, part] of tree.parts.entries()) {
		if (rest < part.size) {
			const parts = tree.parts.with(i, editAt(part, rest, change));
			return { ...node(tree.major, parts, tree.content), head: tree.head };
		}
		rest -= part.size;
	}
	return tree;
}
