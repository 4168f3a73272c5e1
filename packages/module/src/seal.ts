/**
 * Sealing at rest in Node: XChaCha20-Poly1305 by libsodium, under a 32-byte key.
 *
 * A sealed value is `nonce ‖ ciphertext ‖ tag`. Nonces are 24 random bytes, so that nothing need be counted.
 * The place of a value is its associated data: what is moved elsewhere does not open.
 */
import type { Bytes } from "@tenten/protocol";
import sodium from "sodium-native";
import { nonceBytes, tagBytes } from "./sizes.ts";

/** The binding's types ask for Buffer, its code for any Uint8Array. */
export const asBuffer = (bytes: Bytes): Buffer => bytes as Buffer;

export function randomBytes(length: number): Bytes {
	const random = new Uint8Array(length);
	sodium.randombytes_buf(asBuffer(random));
	return random;
}

/** Overwrites secrets that are needed no more, in a way that is not optimised away. */
export function zero(...secrets: readonly Bytes[]): void {
	for (const secret of secrets) sodium.sodium_memzero(asBuffer(secret));
}

/** Random nonces are asked for many at a time: they are no secret, and asking is a system call. */
const noncePool = new Uint8Array(nonceBytes * 128);
let noncesUsed = noncePool.length;

function nextNonce(): Bytes {
	if (noncesUsed === noncePool.length) {
		sodium.randombytes_buf(asBuffer(noncePool));
		noncesUsed = 0;
	}
	noncesUsed += nonceBytes;
	return noncePool.subarray(noncesUsed - nonceBytes, noncesUsed);
}

export function seal(key: Bytes, place: Bytes, plaintext: Bytes): Bytes {
	const sealed = new Uint8Array(nonceBytes + plaintext.length + tagBytes);
	sealed.set(nextNonce());
	sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
		asBuffer(sealed.subarray(nonceBytes)),
		asBuffer(plaintext),
		asBuffer(place),
		null,
		asBuffer(sealed.subarray(0, nonceBytes)),
		asBuffer(key),
	);
	return sealed;
}

/** What was sealed under this key at this place, or undefined. */
export function openSealed(key: Bytes, place: Bytes, sealed: Bytes): Bytes | undefined {
	if (sealed.length < nonceBytes + tagBytes) return undefined;
	const plaintext = new Uint8Array(sealed.length - nonceBytes - tagBytes);
	try {
		sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
			asBuffer(plaintext),
			null,
			asBuffer(sealed.subarray(nonceBytes)),
			asBuffer(place),
			asBuffer(sealed.subarray(0, nonceBytes)),
			asBuffer(key),
		);
	} catch {
		// The binding throws where the tag does not fit; lengths, its other reason, are right by construction.
		return undefined;
	}
	return plaintext;
}
