/**
 * Bundles: several messages as one body, a CBOR array of byte strings: `[* bstr .size (1..65536)]`.
 *
 * A body may be 4 MiB, so it is not given to the general decoder, which would build every item that a hostile
 * body names before saying no. This reader stops at the first byte that is not of the one encoding.
 */
import {
	type Bytes,
	bytes,
	isRefusal,
	limits,
	list,
	type Refusal,
	refuse,
	type Shape,
	serialize,
} from "@tenten/protocol";

/** Where a wallet takes bundles by HTTP, and what it calls them. */
export const handoverPath = "/v1/handover";
export const bundleType = "application/cose";

const maximumMessages = 64;
const headBytes = 5;

/** The longest body: an array head of two bytes, then each message with its head. */
export const maximumBundleBytes: number = 2 + maximumMessages * (headBytes + limits.message);

const bundle: Shape<readonly Bytes[]> = list(bytes(1, limits.message), maximumMessages);

/** Throws on what no channel carries: that is a bug in the caller. */
export function encodeBundle(messages: readonly Bytes[]): Bytes {
	if (messages.length > maximumMessages) throw new RangeError(`${messages.length} messages in one bundle`);
	const wrong = messages.find(({ length }) => length < 1 || length > limits.message);
	if (wrong !== undefined) throw new RangeError(`a message of ${wrong.length} bytes`);
	return serialize(bundle, messages);
}

/** The messages in a body, or `malformed`, `too-many`, `too-large`. */
export function decodeBundle(body: Bytes): readonly Bytes[] | Refusal {
	if (body.length > maximumBundleBytes) return refuse("too-large", `a bundle of ${body.length} bytes`);
	const array = readHead(body, 0, majorArray);
	if (isRefusal(array)) return array;
	if (array.count > maximumMessages) return refuse("too-many", `${array.count} messages in one bundle`);
	const messages: Bytes[] = [];
	let offset = array.end;
	for (let i = 0; i < array.count; i++) {
		const head = readHead(body, offset, majorByteString);
		if (isRefusal(head)) return head;
		offset = head.end + head.count;
		if (head.count < 1) return refuse("malformed", "an empty message");
		if (head.count > limits.message) return refuse("too-large", `a message of ${head.count} bytes`);
		if (offset > body.length) return refuse("malformed", "a message cut short");
		messages.push(Uint8Array.from(body.subarray(head.end, offset)));
	}
	return offset === body.length ? messages : refuse("malformed", "bytes after the last message");
}

/** Major types (RFC 8949 section 3.1). */
const majorByteString = 2;
const majorArray = 4;

/** The smallest number that each length of head is for, by its additional information (section 4.2.1). */
const heads: Readonly<Record<number, readonly [extraBytes: number, smallest: number]>> = {
	24: [1, 24],
	25: [2, 256],
	26: [4, 65_536],
};

/** The count in the head at `offset`, and where the head ends. Counts of 2^32 and more are never needed. */
function readHead(
	body: Bytes,
	offset: number,
	major: number,
): { readonly count: number; readonly end: number } | Refusal {
	const first = body[offset];
	if (first === undefined || first >> 5 !== major) return refuse("malformed", `major type ${major} expected`);
	const information = first & 0x1f;
	if (information < 24) return { count: information, end: offset + 1 };
	const [extraBytes, smallest] = heads[information] ?? [0, 0];
	const end = offset + 1 + extraBytes;
	if (extraBytes === 0 || end > body.length) return refuse("malformed", "a length that is never used");
	let count = 0;
	for (let i = offset + 1; i < end; i++) count = count * 256 + (body[i] as number);
	return count >= smallest ? { count, end } : refuse("malformed", "not the shortest encoding");
}
