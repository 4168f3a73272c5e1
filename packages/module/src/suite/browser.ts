/**
 * The suites of the protocol in a browser: one `verify` for both, software keys, signers over them, and documents.
 *
 * Ed25519 is libsodium, as in Node, here compiled to WebAssembly: one implementation, one verdict. A page that
 * loads it needs `'wasm-unsafe-eval'` in its Content-Security-Policy. P-256 is @noble/curves, whose verdict on
 * every vector is that of node:crypto once s is held to n/2 (docs/adr/0023-vectors-and-browser-suite.md).
 *
 * Documents are sealed as in Node (hpke.ts): WebCrypto does the curve, libsodium the cipher.
 *
 * WebAssembly starts asynchronously, and `verify` does not wait: `openBrowserSuites` gives the suites when they
 * are ready.
 */
import { p256 } from "@noble/curves/nist.js";
import { type Bytes, type Signer, type SuiteName, sigStructure, suites, type Verify } from "@tenten/protocol";
import sodium from "libsodium-wrappers";
import type { Cryptography, KeyPair, Random } from "../cryptography.ts";
import { type Cipher, documentSealing } from "../hpke.ts";

/** What a module asks of its platform, as far as the suites go. */
export type BrowserSuites = Pick<
	Cryptography,
	"verify" | "generateKey" | "signerFrom" | "documentPublicKey" | "openerFrom" | "sealDocument"
>;

export async function openBrowserSuites(): Promise<BrowserSuites> {
	await sodium.ready;
	const { openerFrom, sealDocument } = documentSealing(cipher);
	const documentPublicKey = (privateKey: Bytes): Bytes => sodium.crypto_scalarmult_base(privateKey);
	return { verify, generateKey, signerFrom, documentPublicKey, openerFrom, sealDocument };
}

const cipher: Cipher = {
	seal: (key, nonce, associatedData, plaintext) =>
		sodium.crypto_aead_chacha20poly1305_ietf_encrypt(plaintext, associatedData, null, nonce, key),
	open: (key, nonce, associatedData, ciphertext) =>
		sodium.crypto_aead_chacha20poly1305_ietf_decrypt(null, ciphertext, associatedData, nonce, key),
};

const verify: Verify = ({ suite, bytes: key }, message, signature) => {
	const { keyBytes, signatureBytes } = suites[suite];
	if (key.length !== keyBytes || signature.length !== signatureBytes) return false;
	return suite === "Ed25519"
		? sodium.crypto_sign_verify_detached(signature, message, key)
		: verifyP256(key, message, signature);
};

/** noble throws on what is no point of the curve. */
function verifyP256(key: Bytes, message: Bytes, signature: Bytes): boolean {
	try {
		return p256.verify(signature, message, key, { lowS: true, prehash: true, format: "compact" });
	} catch {
		return false;
	}
}

function generateKey(suite: SuiteName, random: Random): KeyPair {
	const privateKey = suite === "Ed25519" ? random(sodium.crypto_sign_SEEDBYTES) : drawnScalar(random);
	return { privateKey, publicKey: { suite, bytes: openers[suite](privateKey).publicKey } };
}

/** By rejection (FIPS 186-5, appendix A.2.2), as in Node: the same chance makes the same key. */
function drawnScalar(random: Random): Bytes {
	for (;;) {
		const drawn = random(32);
		if (p256.utils.isValidSecretKey(drawn)) return drawn;
	}
}

function signerFrom(privateKey: Bytes, suite: SuiteName): Signer {
	// A copy: the caller may zero what it passed.
	const { publicKey, sign } = openers[suite](Uint8Array.from(privateKey));
	return {
		key: { suite, bytes: publicKey },
		sign: async (type, payload) => sign(sigStructure(type, suite, payload)),
	};
}

/** The public point 04 ‖ x ‖ y of a scalar. */
export const pointOf = (privateScalar: Bytes): Bytes => p256.getPublicKey(privateScalar, false);

type Opened = { readonly publicKey: Bytes; readonly sign: (message: Bytes) => Bytes };

const openers: Readonly<Record<SuiteName, (privateKey: Bytes) => Opened>> = {
	Ed25519: (seed) => {
		const { publicKey, privateKey } = sodium.crypto_sign_seed_keypair(seed);
		return { publicKey, sign: (message) => sodium.crypto_sign_detached(message, privateKey) };
	},
	ES256: (scalar) => ({
		publicKey: p256.getPublicKey(scalar, true),
		sign: (message) => p256.sign(message, scalar, { lowS: true, prehash: true, format: "compact" }),
	}),
};
