/**
 * Ed25519 (RFC 8032) by libsodium, and by nothing else: libraries disagree on the edge cases.
 *
 * libsodium refuses keys and R of low order, keys that are not canonical, and S at or above the group's
 * order. Its Node binding accepts longer signatures and throws on shorter ones, so lengths are checked first.
 */
import { type Bytes, suites } from "@tenten/protocol";
import sodium from "sodium-native";

const { keyBytes, signatureBytes } = suites.Ed25519;

/** The binding's types ask for Buffer, its code for any Uint8Array. */
const asBuffer = (bytes: Bytes): Buffer => bytes as Buffer;

export function verifyEd25519(key: Bytes, message: Bytes, signature: Bytes): boolean {
	if (key.length !== keyBytes || signature.length !== signatureBytes) return false;
	return sodium.crypto_sign_verify_detached(asBuffer(signature), asBuffer(message), asBuffer(key));
}

/** A fresh private key: the 32-byte seed of RFC 8032. */
export function generateEd25519(random: (bytes: number) => Bytes): Bytes {
	return random(sodium.crypto_sign_SEEDBYTES);
}

/** The public key of a seed, and what signs with it. */
export function openEd25519(seed: Bytes): {
	readonly publicKey: Bytes;
	readonly sign: (message: Bytes) => Bytes;
} {
	if (seed.length !== sodium.crypto_sign_SEEDBYTES) throw new RangeError("an Ed25519 seed has 32 bytes");
	const publicKey = Buffer.alloc(sodium.crypto_sign_PUBLICKEYBYTES);
	const secretKey = Buffer.alloc(sodium.crypto_sign_SECRETKEYBYTES);
	sodium.crypto_sign_seed_keypair(publicKey, secretKey, asBuffer(seed));
	return {
		publicKey: new Uint8Array(publicKey),
		sign: (message) => {
			const signature = new Uint8Array(signatureBytes);
			sodium.crypto_sign_detached(asBuffer(signature), asBuffer(message), secretKey);
			return signature;
		},
	};
}
