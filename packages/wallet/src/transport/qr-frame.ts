/**
 * One QR code of a letter that is shown as many: what stands in it, as text (docs/spec/transports.md#qr-codes).
 *
 * Each frame says of which content it is and which parts of it are in it, so that a camera may begin anywhere and
 * miss any.
 */
import {
	type Bytes,
	bytes,
	equalBytes,
	integer,
	isRefusal,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
	sha256,
} from "@tenten/protocol";
import { fromBase45, toBase45 } from "./base45.ts";

/** The longest content: as many of the longest parts as there may be. */
export const maximumParts = 256;
const maximumPartBytes = 1_024;
export const maximumContentBytes: number = maximumParts * maximumPartBytes;

const prefix = "TENTEN:";
/** Characters; the longest frame has 1,582. */
const maximumTextLength = 2_048;
const checkBytes = 8;

export type QrFrame = {
	/** of the frame; those from 0 to `count` − 1 hold the part of this number alone */
	readonly number: number;
	/** of parts */
	readonly count: number;
	/** of the content, in bytes */
	readonly length: number;
	/** names the content, and is checked when it is whole */
	readonly check: Bytes;
	readonly part: Bytes;
};

export const qrFrame: Shape<QrFrame> = record({
	number: integer(0, 0xffff_ffff),
	count: integer(1, maximumParts),
	length: integer(1, maximumContentBytes),
	check: bytes(checkBytes),
	part: bytes(1, maximumPartBytes),
});

export function checkOf(content: Bytes): Bytes {
	return sha256(content).slice(0, checkBytes);
}

export function encodeQrFrame(frame: QrFrame): string {
	return prefix + toBase45(serialize(qrFrame, frame));
}

/** The frame in a QR code, or `type-unknown` where it is none of ours, `too-large`, `malformed`, `document-mismatch`. */
export function decodeQrFrame(text: string): QrFrame | Refusal {
	if (!text.startsWith(prefix)) return refuse("type-unknown", "no frame of ours");
	if (text.length > maximumTextLength) return refuse("too-large", `${text.length} characters`);
	const encoded = fromBase45(text.slice(prefix.length));
	if (encoded === undefined) return refuse("malformed", "not base45");
	const frame = parse(qrFrame, encoded);
	if (isRefusal(frame)) return frame;
	const { count, length, part, number, check } = frame;
	const isEven = part.length === Math.ceil(length / count) && count === Math.ceil(length / part.length);
	if (!isEven || (count === 1 && number !== 0))
		return refuse("malformed", "parts that do not make the content");
	if (count === 1 && !equalBytes(check, checkOf(part))) return refuse("document-mismatch", "check");
	return frame;
}

/** Which parts are in a frame, the first as the lowest bit: from `count` on what its number draws by SHA-256. */
export function partsIn({ number, count, check }: Pick<QrFrame, "number" | "count" | "check">): bigint {
	if (number < count) return 1n << BigInt(number);
	const seed = new Uint8Array(checkBytes + 4);
	seed.set(check);
	new DataView(seed.buffer).setUint32(checkBytes, number);
	const drawn = sha256(seed);
	let parts = 0n;
	for (let i = 0; i < count; i++) if (((drawn[i >> 3] as number) >> (i & 7)) & 1) parts |= 1n << BigInt(i);
	return parts === 0n ? (1n << BigInt(count)) - 1n : parts;
}

/** Adds bytes to others, bit by bit without carry. */
export function addInto(sum: Bytes, other: Bytes): void {
	for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) ^ (other[i] as number);
}
