/**
 * The port to whatever computes: signatures, the sealing of documents and of rows, the stretching of passphrases.
 *
 * It is given all its chance but for nonces and ephemeral keys, which name nothing and are never compared: so
 * the keys of a module follow from the entropy that the module was given. Whoever gives none gets the platform's.
 */

import type { Bytes, PublicKey, Refusal, Signer, SuiteName, Verify } from "@tenten/protocol";
import { platform } from "#platform";
import type { ShelfKey } from "./keystore/shelf.ts";

/** This many random bytes, fit for keys. */
export type Random = (bytes: number) => Bytes;

export type KeyPair = { readonly privateKey: Bytes; readonly publicKey: PublicKey };

/** `enc` is the sender's ephemeral public key, 32 bytes. */
export type SealedDocument = { readonly enc: Bytes; readonly ciphertext: Bytes };

/** Opens what was sealed to one key: the document, or `malformed`, `document-mismatch`. */
export type OpenDocument = (associatedData: Bytes, sealed: SealedDocument) => Promise<Bytes | Refusal>;

export type Cryptography = {
	readonly verify: Verify;
	readonly generateKey: (suite: SuiteName, random: Random) => KeyPair;
	/** Throws where `privateKey` is no private key of this suite. */
	readonly signerFrom: (privateKey: Bytes, suite: SuiteName) => Signer;
	/** The X25519 public key of 32 private bytes. */
	readonly documentPublicKey: (privateKey: Bytes) => Bytes;
	/** `privateKey` as 32 bytes, or held by WebCrypto. */
	readonly openerFrom: (privateKey: Bytes | ShelfKey, publicKey: Bytes) => Promise<OpenDocument>;
	/** Seals to `recipient`, 32 bytes that a peer gave, or `key-refused`. */
	readonly sealDocument: (
		recipient: Bytes,
		associatedData: Bytes,
		plaintext: Bytes,
	) => Promise<SealedDocument | Refusal>;
	/** Seals a row at its place, under a key of 32 bytes. */
	readonly seal: (key: Bytes, place: Bytes, plaintext: Bytes) => Bytes;
	/** What was sealed under this key at this place, or undefined. */
	readonly openSealed: (key: Bytes, place: Bytes, sealed: Bytes) => Bytes | undefined;
	/** A key of 32 bytes from a passphrase; `memory` in bytes. `part-missing`: what does it was not loaded. */
	readonly stretch: (
		passphrase: Bytes,
		salt: Bytes,
		operations: number,
		memory: number,
	) => Promise<Bytes | Refusal>;
};

export const platformCryptography: Cryptography = platform.cryptography;
export const { signerFrom, verify } = platformCryptography;

/** A fresh key pair, out of the entropy that is given: the system's without. */
export function generateKey(suite: SuiteName, random: Random = platform.randomBytes): KeyPair {
	return platformCryptography.generateKey(suite, random);
}

/** Where a key store gets its keys from, and what computes with them. */
export type KeySource = { readonly random: Random; readonly cryptography: Cryptography };

export const platformKeySource: KeySource = {
	random: platform.randomBytes,
	cryptography: platformCryptography,
};
