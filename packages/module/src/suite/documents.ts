/** Sealing documents in Node: ChaCha20-Poly1305 of node:crypto, X25519 keys of libsodium. The scheme is in hpke.ts. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Bytes, concatBytes } from "@tenten/protocol";
import sodium from "sodium-native";
import { type Cipher, type DocumentSealing, documentSealing } from "../hpke.ts";
import { asBuffer } from "../seal.ts";

const name = "chacha20-poly1305";
const tagLength = { authTagLength: 16 };

const cipher: Cipher = {
	seal: (key, nonce, associatedData, plaintext) => {
		const sealing = createCipheriv(name, key, nonce, tagLength);
		sealing.setAAD(associatedData, { plaintextLength: plaintext.length });
		return concatBytes(sealing.update(plaintext), sealing.final(), sealing.getAuthTag());
	},
	open: (key, nonce, associatedData, ciphertext) => {
		const plaintextLength = ciphertext.length - tagLength.authTagLength;
		const opening = createDecipheriv(name, key, nonce, tagLength);
		opening.setAAD(associatedData, { plaintextLength });
		opening.setAuthTag(ciphertext.subarray(plaintextLength));
		return concatBytes(opening.update(ciphertext.subarray(0, plaintextLength)), opening.final());
	},
};

const sealing: DocumentSealing = documentSealing(cipher);

/** Exported for the vectors of the RFC. */
export const documentSuite: DocumentSealing["suite"] = sealing.suite;
export const openerFrom: DocumentSealing["openerFrom"] = sealing.openerFrom;
export const sealDocument: DocumentSealing["sealDocument"] = sealing.sealDocument;

export function documentPublicKey(privateKey: Bytes): Bytes {
	const publicKey = new Uint8Array(sodium.crypto_scalarmult_BYTES);
	sodium.crypto_scalarmult_base(asBuffer(publicKey), asBuffer(privateKey));
	return publicKey;
}
