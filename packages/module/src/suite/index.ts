/**
 * The suites of the protocol in Node: one `verify` for all of them, software keys, and signers over them.
 *
 * A private key is 32 bytes in either suite: the seed of Ed25519, the scalar of ES256. A signer keeps its own
 * copy of what it needs, so the caller may zero the bytes that it passed.
 */
import { hash } from "node:crypto";
import {
	type Bytes,
	type Signer,
	type SuiteName,
	sigStructure,
	useSha256,
	type Verify,
} from "@tenten/protocol";
import sodium from "sodium-native";
import type { KeyPair, Random } from "../cryptography.ts";
import { asBuffer, randomBytes } from "../seal.ts";
import { generateEd25519, openEd25519, verifyEd25519 } from "./ed25519.ts";
import { generateEs256, openEs256, verifyEs256 } from "./es256.ts";

/** Up to here libsodium's call, which asks for no memory, is the faster one; beyond it OpenSSL's instructions are. */
const shortInput = 128;
const digest = new Uint8Array(32);

useSha256((bytes, into) => {
	if (bytes.length > shortInput) {
		into.set(hash("sha256", bytes, "buffer"));
		return;
	}
	// By way of memory that stands outside the engine's heap: a new array would be moved there for the call.
	sodium.crypto_hash_sha256(asBuffer(digest), asBuffer(bytes));
	into.set(digest);
});

const verifiers: Readonly<Record<SuiteName, (key: Bytes, message: Bytes, signature: Bytes) => boolean>> = {
	Ed25519: verifyEd25519,
	ES256: verifyEs256,
};

const generators: Readonly<Record<SuiteName, (random: Random) => Bytes>> = {
	Ed25519: generateEd25519,
	ES256: generateEs256,
};

const openers: Readonly<Record<SuiteName, typeof openEd25519>> = {
	Ed25519: openEd25519,
	ES256: openEs256,
};

export const verify: Verify = (key, message, signature) =>
	verifiers[key.suite](key.bytes, message, signature);

/** A fresh key pair, out of the entropy that is given: libsodium's without. */
export function generateKey(suite: SuiteName, random: Random = randomBytes): KeyPair {
	const privateKey = generators[suite](random);
	return { privateKey, publicKey: { suite, bytes: openers[suite](privateKey).publicKey } };
}

/** Throws where `privateKey` is no private key of this suite: it never comes from a peer. */
export function signerFrom(privateKey: Bytes, suite: SuiteName): Signer {
	const { publicKey, sign } = openers[suite](privateKey);
	return {
		key: { suite, bytes: publicKey },
		sign: async (type, payload) => sign(sigStructure(type, suite, payload)),
	};
}
