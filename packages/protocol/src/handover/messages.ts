/**
 * The messages of a hand-over, each an array that begins with its number (docs/spec/handover.md).
 *
 * A message is at most 64 KiB and stands alone: an interrupted hand-over goes on over another channel.
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	decodeItem,
	encodeItem,
	integer,
	isRefusal,
	limits,
	list,
	malformed,
	nullable,
	parse,
	type Refusal,
	record,
	type Shape,
	serialize,
	type TypeOf,
	text,
	union,
} from "../codec/index.ts";
import { signature, taggedHash } from "../crypto/index.ts";
import { signedRuling, token } from "../token/index.ts";
import { manifest, maximumDocumentBytes } from "./document.ts";
import { signedRequest } from "./request.ts";

const tokens = list(token, limits.tokens, 1);
const linkIds = list(bytes32, limits.tokens, 1);

/** What the payee signs when it holds the reservation, or (direct) the value. */
const reservedBody = record({
	request: bytes32,
	links: linkIds,
	/** null in the direct mode */
	lock: nullable(bytes32),
	amount,
	/** see `dataHash` */
	reply: nullable(bytes32),
});
export type ReservedBody = TypeOf<typeof reservedBody>;

/** What the non-decider of an exchange signs: its reservation, and the links that it gives. */
const counterBody = record({ reserved: reservedBody, counterLinks: linkIds });
export type CounterBody = TypeOf<typeof counterBody>;

export const message = union({
	/** with the payee's documents, unsealed: no one is known to seal them to */
	request: [1, record({ request: signedRequest, invoice: nullable(manifest) })],
	transfer: [
		2,
		record({
			request: bytes32,
			tokens,
			data: nullable(manifest),
			/** in an exchange: the decider's own request for the other leg */
			counterRequest: nullable(signedRequest),
			/** X25519: documents of the answer are sealed to it */
			documentKey: nullable(bytes32),
		}),
	],
	reserved: [3, record({ attempt: bytes32, body: reservedBody, reply: nullable(manifest), signature })],
	release: [4, record({ attempt: bytes32, secret: bytes32 })],
	/** `signature` over the lock alone; `certificate` is the hash of its signer's */
	cancel: [5, record({ attempt: bytes32, lock: bytes32, certificate: bytes32, signature })],
	/** `about` is an attempt or a request */
	refused: [6, record({ about: bytes32, code: text(32), detail: text(256) })],
	done: [7, record({ attempt: bytes32 })],
	status: [8, record({ attempt: bytes32 })],
	counterTransfer: [
		9,
		record({ attempt: bytes32, body: counterBody, tokens, reply: nullable(manifest), signature }),
	],
	/** `bundle` is the hash of the manifest that lists it; the content is sealed to the other side's document key */
	document: [
		10,
		record({
			bundle: bytes32,
			position: integer(0, limits.documents - 1),
			content: bytes(0, maximumDocumentBytes + 64),
		}),
	],
	/** a direct transfer sent back to its payer */
	returned: [11, record({ attempt: bytes32, tokens })],
	ruling: [12, record({ ruling: signedRuling })],
});
export type Message = TypeOf<typeof message>;
export type MessageOf<K extends Message["kind"]> = Extract<Message, { readonly kind: K }>;

export function parseMessage(encoded: Bytes): Message | Refusal {
	return parse(message, encoded);
}

const encodings = new WeakMap<Message, Bytes>();

/** Encoded once: a message is weighed, kept and sent, and sent again, as the same bytes. */
export function serializeMessage(value: Message): Bytes {
	const known = encodings.get(value);
	if (known !== undefined) return known;
	const encoded = serialize(message, value);
	encodings.set(value, encoded);
	return encoded;
}

/** A message inside what is kept: the very bytes that were sent. */
export const keptMessage: Shape<Message> = {
	read: (item) => {
		const encoded = bytes(1, limits.message).read(item);
		const decoded = decodeItem(encoded);
		if (isRefusal(decoded)) return malformed(decoded.detail, decoded.code);
		const value = message.read(decoded);
		encodings.set(value, encoded);
		return value;
	},
	write: serializeMessage,
};

export function reservedPayload(body: ReservedBody): Bytes {
	return encodeItem(reservedBody.write(body));
}

export function counterPayload(body: CounterBody): Bytes {
	return encodeItem(counterBody.write(body));
}

/** Names one try at paying one request with these links. */
export function attemptId(request: Bytes, links: readonly Bytes[]): Bytes {
	return taggedHash("attempt", [request, links]);
}
