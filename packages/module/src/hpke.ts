/**
 * Documents sealed to the other side's document key: HPKE (RFC 9180), base mode, single shot, with
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305.
 *
 * The library does the scheme and WebCrypto the curve. The cipher comes from node:crypto, because WebCrypto's
 * is still experimental. What can go wrong: a public key of low order (`key-refused`), and anything altered,
 * sealed to another key or for another place (`document-mismatch`, whichever of them it was).
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Bytes, concatBytes, type Refusal, refuse } from "@tenten/protocol";
import {
	type AEADFactory,
	CipherSuite,
	type CryptoKey,
	DecapError,
	EncapError,
	KDF_HKDF_SHA256,
	KEM_DHKEM_X25519_HKDF_SHA256,
	type KeyPair,
	OpenError,
} from "hpke";
import sodium from "sodium-native";
import type { OpenDocument, SealedDocument } from "./cryptography.ts";
import { asBuffer } from "./seal.ts";

const documentKeyBytes = 32;

/** A private document key that can be used and not read. */
type DocumentKey = KeyPair<CryptoKey>;

/** Keeps keys agreed on here apart from those of any other use of HPKE. */
const info = Buffer.from("tenten/1/document", "latin1");

const cipher = "chacha20-poly1305";
const tagLength = { authTagLength: 16 };

const chacha20Poly1305: AEADFactory = () => ({
	id: 0x0003,
	type: "AEAD",
	name: "ChaCha20Poly1305",
	Nk: 32,
	Nn: 12,
	Nt: tagLength.authTagLength,
	async Seal(key, nonce, associatedData, plaintext) {
		const sealing = createCipheriv(cipher, key, nonce, tagLength);
		sealing.setAAD(associatedData, { plaintextLength: plaintext.length });
		return concatBytes(sealing.update(plaintext), sealing.final(), sealing.getAuthTag());
	},
	async Open(key, nonce, associatedData, ciphertext) {
		const plaintextLength = ciphertext.length - tagLength.authTagLength;
		const opening = createDecipheriv(cipher, key, nonce, tagLength);
		opening.setAAD(associatedData, { plaintextLength });
		opening.setAuthTag(ciphertext.subarray(plaintextLength));
		return concatBytes(opening.update(ciphertext.subarray(0, plaintextLength)), opening.final());
	},
});

/** Exported for the vectors of the RFC. */
export const documentSuite: CipherSuite<CryptoKey> = new CipherSuite(
	KEM_DHKEM_X25519_HKDF_SHA256,
	KDF_HKDF_SHA256,
	chacha20Poly1305,
);

export function documentPublicKey(privateKey: Bytes): Bytes {
	const publicKey = new Uint8Array(documentKeyBytes);
	sodium.crypto_scalarmult_base(asBuffer(publicKey), asBuffer(privateKey));
	return publicKey;
}

/** Brings a kept key into WebCrypto, from where it does not come out. */
export async function openerFrom(privateKey: Bytes, publicKey: Bytes): Promise<OpenDocument> {
	const key = {
		privateKey: await documentSuite.DeserializePrivateKey(privateKey, false),
		publicKey: await documentSuite.DeserializePublicKey(publicKey),
	};
	return (associatedData, sealed) => openDocument(key, associatedData, sealed);
}

/** Seals to `recipient`, 32 bytes that a peer gave. `associatedData` must be the same on opening. */
export async function sealDocument(
	recipient: Bytes,
	associatedData: Bytes,
	plaintext: Bytes,
): Promise<SealedDocument | Refusal> {
	if (recipient.length !== documentKeyBytes) return refuse("key-refused", "a document key has 32 bytes");
	try {
		const key = await documentSuite.DeserializePublicKey(recipient);
		const sealed = await documentSuite.Seal(key, plaintext, { info, aad: associatedData });
		return { enc: sealed.encapsulatedSecret, ciphertext: sealed.ciphertext };
	} catch (error) {
		if (error instanceof EncapError) return refuse("key-refused", "a document key of low order");
		throw error;
	}
}

async function openDocument(
	key: DocumentKey,
	associatedData: Bytes,
	{ enc, ciphertext }: SealedDocument,
): Promise<Bytes | Refusal> {
	if (enc.length !== documentKeyBytes || ciphertext.length < tagLength.authTagLength)
		return refuse("malformed", "a sealed document");
	try {
		return await documentSuite.Open(key, enc, ciphertext, { info, aad: associatedData });
	} catch (error) {
		if (error instanceof DecapError || error instanceof OpenError) return refuse("document-mismatch");
		throw error;
	}
}
