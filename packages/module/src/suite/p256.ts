/**
 * P-256 without a platform: compressed points, and signatures with the lower s. For every (r, s) the pair (r, n − s)
 * verifies too, and only s at most n/2 counts here; every platform's signer makes the higher half of the time.
 */
import { type Bytes, compareBytes, concatBytes, fromHex, toHex } from "@tenten/protocol";

const scalarBytes = 32;

/** The order n of the group of P-256 (SEC 2, section 2.4.2). */
export const groupOrder = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const halfOrder = scalarOf(groupOrder >> 1n);

/** Whether s of `r ‖ s` is at most n/2. */
export function hasLowS(signature: Bytes): boolean {
	return compareBytes(signature.subarray(scalarBytes), halfOrder) <= 0;
}

/** The signature of the same act whose s is at most n/2. */
export function withLowS(signature: Bytes): Bytes {
	if (hasLowS(signature)) return signature;
	const s = BigInt(`0x${toHex(signature.subarray(scalarBytes))}`);
	const low = signature.slice();
	low.set(scalarOf(groupOrder - s), scalarBytes);
	return low;
}

/** A number below 2²⁵⁶ as 32 bytes, big-endian. */
export function scalarOf(number: bigint): Bytes {
	return fromHex(number.toString(16).padStart(2 * scalarBytes, "0")) as Bytes;
}

/** A point 04 ‖ x ‖ y as 02 or 03 ‖ x (SEC 1, section 2.3.3). */
export function compressPoint(point: Bytes): Bytes {
	const isOdd = ((point.at(-1) ?? 0) & 1) === 1;
	return concatBytes(Uint8Array.of(isOdd ? 3 : 2), point.subarray(1, 1 + scalarBytes));
}
