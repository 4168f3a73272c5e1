/**
 * Lengths of MQTT packets as they come, so that a long one is refused before its body is read.
 *
 * Every packet begins with a byte of its type and one to four bytes of its length (MQTT 3.1.1, section 2.2). The readers
 * of packets that we use collect a whole packet first, and MQTT allows 256 MiB.
 *
 *   type ──▶ length, a byte at a time ──▶ body, passed over ──▶ type
 */
import type { Bytes } from "../codec/index.ts";

/** bytes of a length at most (section 2.2.3) */
const lengthBytesMost = 4;

/** A reader of one connection: whether what came so far holds packets of at most `most` bytes of body, and no other. */
export function packetLengths(most: number): (chunk: Bytes) => boolean {
	/** bytes of the length that were read, or null while the type is awaited */
	let lengthBytes: number | null = null;
	let length = 0;
	let body = 0;
	return (chunk) => {
		let at = 0;
		while (at < chunk.length) {
			if (body > 0) {
				const passed = Math.min(body, chunk.length - at);
				body -= passed;
				at += passed;
				continue;
			}
			const byte = chunk[at++] as number;
			if (lengthBytes === null) {
				lengthBytes = 0;
				length = 0;
				continue;
			}
			length += (byte & 0x7f) * 128 ** lengthBytes;
			lengthBytes++;
			if (length > most) return false;
			if ((byte & 0x80) === 0) {
				body = length;
				lengthBytes = null;
			} else if (lengthBytes === lengthBytesMost) return false;
		}
		return true;
	};
}
