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
import { majorArray, majorByteString, readHead } from "./heads.ts";

/** Where a wallet takes bundles by HTTP, and what it calls them. */
export const handoverPath = "/v1/handover";
export const bundleType = "application/cose";

export const maximumMessages = 64;
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
