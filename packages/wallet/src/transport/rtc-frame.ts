/**
 * What two pages say to each other by WebRTC: offers and answers before there is a connection, and letters cut into
 * chunks that every data channel carries (docs/spec/transports.md#webrtc).
 */
import {
	type Bytes,
	bytes,
	concatBytes,
	equalBytes,
	integer,
	isRefusal,
	malformed,
	mapped,
	parse,
	type Refusal,
	record,
	refuse,
	type Shape,
	serialize,
	text,
} from "@tenten/protocol";
import { maximumBundleBytes } from "./bundle.ts";
import { type Letter, letterIdBytes } from "./letters.ts";

type SignalKind = "rtc-offer" | "rtc-answer";

/** `sdp` as the browser wrote it (RFC 8829), its candidates in it. */
export type RtcSignal = { readonly kind: SignalKind; readonly sdp: string };

const kind: Shape<SignalKind> = mapped(
	text(16),
	(word) => (word === "rtc-offer" || word === "rtc-answer" ? word : malformed("no signal")),
	(word) => word,
);

export const rtcSignal: Shape<RtcSignal> = record({ kind, sdp: text(16_384) });

/** As one more entry of a bundle. */
export function encodeSignal(signal: RtcSignal): Bytes {
	return serialize(rtcSignal, signal);
}

/** The first signal of this kind among the entries of a bundle. */
export function signalIn(messages: readonly Bytes[], wanted: SignalKind): RtcSignal | undefined {
	for (const message of messages) {
		const read = parse(rtcSignal, message);
		if (!isRefusal(read) && read.kind === wanted) return read;
	}
	return undefined;
}

/** Every data channel carries so much (RFC 8831, section 6.6). */
const chunkBytes = 16_384;

export type RtcChunk = { readonly id: Bytes; readonly length: number; readonly part: Bytes };

export const rtcChunk: Shape<RtcChunk> = record({
	id: bytes(letterIdBytes),
	length: integer(1, maximumBundleBytes),
	part: bytes(1, chunkBytes),
});

export function* chunksOf({ id, body }: Letter): Iterable<Bytes> {
	for (let at = 0; at < body.length; at += chunkBytes)
		yield serialize(rtcChunk, { id, length: body.length, part: body.subarray(at, at + chunkBytes) });
}

/** Puts letters together again: their chunks come in order, one letter after another. */
export class ChunkReader {
	#parts: Bytes[] = [];
	#have = 0;
	#letter: Pick<RtcChunk, "id" | "length"> | undefined;

	/** The letter that is whole with this chunk, or nothing yet; `malformed` where it does not follow. */
	take(encoded: Bytes): Letter | undefined | Refusal {
		const chunk = parse(rtcChunk, encoded);
		if (isRefusal(chunk)) return chunk;
		const { id, length, part } = chunk;
		this.#letter ??= { id: Uint8Array.from(id), length };
		const isNext = equalBytes(id, this.#letter.id) && length === this.#letter.length;
		if (!isNext || this.#have + part.length > length) return refuse("malformed", "a chunk out of order");
		this.#parts.push(part);
		this.#have += part.length;
		if (this.#have < length) return undefined;
		const whole = { id: this.#letter.id, body: concatBytes(...this.#parts) };
		[this.#parts, this.#have, this.#letter] = [[], 0, undefined];
		return whole;
	}
}
