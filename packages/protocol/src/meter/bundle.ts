/**
 * A meter's frames on a channel that carries payments, too: a bundle that begins with whom it is about.
 *
 *   [about, frame, frame, …]      about: 32 bytes, the meter's id, or where there is no meter yet its request's digest
 *
 * Ticks say no meter and messages share their numbers with those of a hand-over, so the first entry says it for the
 * rest. It is a byte string, and every message of a hand-over an array: neither is ever taken for the other.
 */
import { type Bytes, concatBytes } from "../codec/index.ts";

/** A byte string of 32 (RFC 8949 section 3). */
const head = Uint8Array.of(0x58, 0x20);
const aboutBytes = 32;

export type MeterBundle = {
	/** a meter's id, or a request's digest */
	readonly about: Bytes;
	/** ticks and encoded messages */
	readonly frames: readonly Bytes[];
};

/** The entries of a bundle; none where there is nothing to say. */
export function writeMeterBundle(about: Bytes, frames: readonly Bytes[]): readonly Bytes[] {
	return frames.length === 0 ? [] : [concatBytes(head, about), ...frames];
}

/** Undefined where these entries are of something else. */
export function readMeterBundle([first, ...frames]: readonly Bytes[]): MeterBundle | undefined {
	if (first?.length !== head.length + aboutBytes || first[0] !== head[0] || first[1] !== head[1])
		return undefined;
	return { about: first.subarray(head.length), frames };
}
