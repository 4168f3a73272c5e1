/**
 * A letter as QR codes: one where it fits, else frames without end, to be shown one after another.
 *
 * The first frames are the parts themselves; each later one is a sum of parts that its number draws. Whoever saw
 * all of the first is done; whoever missed some, or came late, needs as many later ones as parts are missing and,
 * on average, fewer than two more, whichever they are (docs/adr/0043-channels-of-two-pages.md).
 */
import {
	type Bytes,
	bytes,
	nullable,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
} from "@tenten/protocol";
import { encodeBundle } from "./bundle.ts";
import { letterIdBytes } from "./letters.ts";
import { addInto, checkOf, encodeQrFrame, maximumContentBytes, maximumParts, partsIn } from "./qr-frame.ts";

/** What a screen says: a letter, or without an id something that waits for no answer. */
export type QrLetter = { readonly id: Bytes | null; readonly messages: readonly Bytes[] };

export const qrContent: Shape<{ readonly id: Bytes | null; readonly bundle: Bytes }> = record({
	id: nullable(bytes(letterIdBytes)),
	bundle: bytes(1, maximumContentBytes),
});

export type QrFrames = {
	/** of parts: so many frames are the least that is enough, and one is all there is of it */
	readonly count: number;
	/** The text of a QR code; numbers go on for as long as it is shown. */
	readonly text: (number: number) => string;
};

/** A code that cameras still read well from a phone: 97 modules a side, and 73 where there are many. */
const singleBytes = 800;
const usualPartBytes = 400;

/** Frames of a letter, or `too-large`. */
export function qrFrames({ id, messages }: QrLetter, partBytes?: number): QrFrames | Refusal {
	const content = serialize(qrContent, { id, bundle: encodeBundle(messages) });
	const { length } = content;
	if (length > maximumContentBytes) return refuse("too-large", `${length} bytes for a screen`);
	const wished = partBytes ?? (length <= singleBytes ? length : usualPartBytes);
	const size = Math.max(wished, Math.ceil(length / maximumParts));
	// As even as can be: the last part is filled up by as little as possible.
	const count = Math.ceil(length / Math.ceil(length / Math.ceil(length / size)));
	const even = Math.ceil(length / count);
	const padded = new Uint8Array(count * even);
	padded.set(content);
	const check = checkOf(content);
	return {
		count,
		text: (number) => {
			const frame = { number: count === 1 ? 0 : number, count, length, check };
			return encodeQrFrame({ ...frame, part: sumOf(padded, even, partsIn(frame)) });
		},
	};
}

function sumOf(padded: Bytes, size: number, parts: bigint): Bytes {
	const sum = new Uint8Array(size);
	for (let i = 0; parts >> BigInt(i) > 0n; i++)
		if ((parts >> BigInt(i)) & 1n) addInto(sum, padded.subarray(i * size, (i + 1) * size));
	return sum;
}
