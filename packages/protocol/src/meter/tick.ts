/**
 * A tick as it travels: `[preimage, ticks]`, 36 to 40 bytes.
 *
 * It begins with a byte string and a message with a number, so neither is ever taken for the other. Written and
 * read by hand: the library takes longer than the hash that a tick is. A test holds both to the same bytes.
 *
 * A tick goes from payer to payee and never back: whoever has one can show it. What a payee says of the tick that it
 * has is a proof, which its payer makes, too, and from which nobody has the tick.
 */
import { type Bytes, type Refusal, refuse, ticksMost } from "../codec/index.ts";
import { taggedHash } from "../crypto/index.ts";

export type Tick = {
	/** how many ticks it pays, all before it included */
	readonly ticks: number;
	readonly preimage: Bytes;
};

/** What a payee shows that has this tick, of the meter of this id: 32 bytes. */
export function tickProof(meter: Bytes, { ticks, preimage }: Tick): Bytes {
	return taggedHash("tick-proof", [meter, ticks, preimage]);
}

/** An array of two, and a byte string of 32 (RFC 8949 section 3). */
const [pair, byteString, preimageBytes] = [0x82, 0x58, 32] as const;
const at = 3;
const numberAt = at + preimageBytes;

export function writeTick(ticks: number, preimage: Bytes): Bytes {
	const length = ticks < 24 ? 0 : ticks < 256 ? 1 : ticks < 65_536 ? 2 : 4;
	const written = new Uint8Array(numberAt + 1 + length);
	written[0] = pair;
	written[1] = byteString;
	written[2] = preimageBytes;
	written.set(preimage, at);
	written[numberAt] = length === 0 ? ticks : length === 4 ? 0x1a : 0x17 + length;
	for (let i = 0; i < length; i++) written[numberAt + length - i] = ticks >>> (8 * i);
	return written;
}

/** Whether these bytes can be a tick, and no message. */
export function isTick(bytes: Bytes): boolean {
	return bytes[0] === pair && bytes[1] === byteString;
}

/** The tick, with memory of its own. */
export function readTick(bytes: Bytes): Tick | Refusal {
	const first = bytes[numberAt];
	if (first === undefined || !isTick(bytes) || bytes[2] !== preimageBytes) return refuse("malformed", "tick");
	const length = first < 0x18 ? 0 : first <= 0x1a ? 1 << (first - 0x18) : Number.POSITIVE_INFINITY;
	if (bytes.length !== numberAt + 1 + length) return refuse("malformed", "tick");
	let ticks = length === 0 ? first : 0;
	for (let i = 1; i <= length; i++) ticks = ticks * 256 + (bytes[numberAt + i] as number);
	const shortest = [0, 24, 256, 0, 65_536][length] as number;
	if (ticks < Math.max(1, shortest) || ticks > ticksMost) return refuse("malformed", "ticks");
	return { ticks, preimage: bytes.slice(at, numberAt) };
}
