/** Signatures of ECDSA as authenticators write them: two whole numbers in DER (RFC 3279, section 2.2.3). */
import { type Bytes, toHex } from "@tenten/protocol";
import { groupOrder, scalarOf, withLowS } from "../suite/p256.ts";

/** `r ‖ s` with the lower s, or undefined where this is not the one encoding of two scalars. */
export function signatureOfDer(encoded: Bytes): Bytes | undefined {
	const [sequence, length] = encoded;
	if (sequence !== 0x30 || length !== encoded.length - 2 || length > 0x7f) return undefined;
	const r = readScalar(encoded.subarray(2));
	const s = r && readScalar(encoded.subarray(2 + r.length));
	if (r === undefined || s === undefined || 2 + r.length + s.length !== encoded.length) return undefined;
	const plain = new Uint8Array(64);
	plain.set(r.scalar);
	plain.set(s.scalar, 32);
	// An authenticator does not hold s to n/2. What it signed counts once, so either half is the same act.
	return withLowS(plain);
}

function readScalar(bytes: Bytes): { readonly scalar: Bytes; readonly length: number } | undefined {
	const [tag, length = 0] = bytes;
	const content = bytes.subarray(2, 2 + length);
	if (tag !== 0x02 || length === 0 || length > 33 || content.length !== length) return undefined;
	const [first = 0, second = 0] = content;
	const isPadded = first === 0 && length > 1;
	if (first > 0x7f || (isPadded && second <= 0x7f)) return undefined;
	const number = BigInt(`0x${toHex(content)}`);
	if (number === 0n || number >= groupOrder) return undefined;
	return { scalar: scalarOf(number), length: 2 + length };
}
