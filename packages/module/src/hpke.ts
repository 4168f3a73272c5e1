/**
 * Documents sealed to the other side's document key: HPKE (RFC 9180), base mode, single shot, with
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20-Poly1305.
 *
 * The library does the scheme and WebCrypto the curve, in Node as in a browser. The cipher is the platform's,
 * because WebCrypto's is still experimental. What can go wrong: a public key of low order (`key-refused`), and
 * anything altered, sealed to another key or for another place (`document-mismatch`, whichever of them it was).
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import {
	type AEADFactory,
	CipherSuite,
	type CryptoKey,
	DecapError,
	EncapError,
	KDF_HKDF_SHA256,
	KEM_DHKEM_X25519_HKDF_SHA256,
	OpenError,
} from "hpke";
import type { Cryptography, OpenDocument } from "./cryptography.ts";
import type { ShelfKey } from "./keystore/shelf.ts";

/** ChaCha20-Poly1305 (RFC 8439): the tag stands after the ciphertext; `open` throws where it does not fit. */
export type Cipher = {
	readonly seal: (key: Bytes, nonce: Bytes, associatedData: Bytes, plaintext: Bytes) => Bytes;
	readonly open: (key: Bytes, nonce: Bytes, associatedData: Bytes, ciphertext: Bytes) => Bytes;
};

export type DocumentSealing = Pick<Cryptography, "openerFrom" | "sealDocument"> & {
	/** for the vectors of the RFC */
	readonly suite: CipherSuite<CryptoKey>;
};

const documentKeyBytes = 32;
const tagBytes = 16;

/** Keeps keys agreed on here apart from those of any other use of HPKE: `tenten/1/document` in ASCII. */
const info: Bytes = Uint8Array.from("tenten/1/document", (letter) => letter.charCodeAt(0));

/** Sealing and opening with a platform's cipher. */
export function documentSealing(cipher: Cipher): DocumentSealing {
	const suite = new CipherSuite(KEM_DHKEM_X25519_HKDF_SHA256, KDF_HKDF_SHA256, aeadOf(cipher));
	return {
		suite,
		openerFrom: (privateKey, publicKey) => openerOf(suite, privateKey, publicKey),
		sealDocument: async (recipient, associatedData, plaintext) => {
			if (recipient.length !== documentKeyBytes) return refuse("key-refused", "a document key has 32 bytes");
			try {
				const key = await suite.DeserializePublicKey(recipient);
				const sealed = await suite.Seal(key, plaintext, { info, aad: associatedData });
				return { enc: sealed.encapsulatedSecret, ciphertext: sealed.ciphertext };
			} catch (error) {
				if (error instanceof EncapError) return refuse("key-refused", "a document key of low order");
				throw error;
			}
		},
	};
}

function aeadOf({ seal, open }: Cipher): AEADFactory {
	return () => ({
		id: 0x0003,
		type: "AEAD",
		name: "ChaCha20Poly1305",
		Nk: 32,
		Nn: 12,
		Nt: tagBytes,
		Seal: async (key, nonce, associatedData, plaintext) => seal(key, nonce, associatedData, plaintext),
		Open: async (key, nonce, associatedData, ciphertext) => open(key, nonce, associatedData, ciphertext),
	});
}

/** Brings a kept key into WebCrypto, from where it does not come out. */
async function openerOf(
	suite: CipherSuite<CryptoKey>,
	privateKey: Bytes | ShelfKey,
	publicKey: Bytes,
): Promise<OpenDocument> {
	const key = {
		privateKey:
			privateKey instanceof Uint8Array ? await suite.DeserializePrivateKey(privateKey, false) : privateKey,
		publicKey: await suite.DeserializePublicKey(publicKey),
	};
	return async (associatedData, { enc, ciphertext }): Promise<Bytes | Refusal> => {
		if (enc.length !== documentKeyBytes || ciphertext.length < tagBytes)
			return refuse("malformed", "a sealed document");
		try {
			return await suite.Open(key, enc, ciphertext, { info, aad: associatedData });
		} catch (error) {
			if (error instanceof DecapError || error instanceof OpenError) return refuse("document-mismatch");
			throw error;
		}
	};
}
