/**
 * Heads of CBOR items (RFC 8949 section 3), for what is too long to be given to the general decoder: what a
 * hostile peer states is judged before anything is made of it.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";

/** Major types (section 3.1). */
export const majorUnsigned = 0;
export const majorByteString = 2;
export const majorArray = 4;

/** The smallest number that each length of head is for, by its additional information (section 4.2.1). */
const heads: Readonly<Record<number, readonly [extraBytes: number, smallest: number]>> = {
	24: [1, 24],
	25: [2, 256],
	26: [4, 65_536],
};

/** The count in the head at `offset`, and where the head ends. Counts of 2^32 and more are never needed. */
export function readHead(
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
