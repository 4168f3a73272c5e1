/**
 * Sealing at rest: XChaCha20-Poly1305 by libsodium, under a 32-byte key.
 *
 * A sealed value is `nonce ‖ ciphertext ‖ tag`. Nonces are 24 random bytes, so that nothing need be counted.
 * The place of a value is its associated data: what is moved elsewhere does not open.
 */
import { type Bytes, concatBytes } from "@tenten/protocol";
import sodium from "sodium-native";

export const secretBytes: number = sodium.crypto_aead_xchacha20poly1305_ietf_KEYBYTES;
export const nonceBytes: number = sodium.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
export const tagBytes: number = sodium.crypto_aead_xchacha20poly1305_ietf_ABYTES;

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

export function seal(key: Bytes, place: Bytes, plaintext: Bytes): Bytes {
	const nonce = randomBytes(nonceBytes);
	const ciphertext = new Uint8Array(plaintext.length + tagBytes);
	sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
		asBuffer(ciphertext),
		asBuffer(plaintext),
		asBuffer(place),
		null,
		asBuffer(nonce),
		asBuffer(key),
	);
	return concatBytes(nonce, ciphertext);
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
