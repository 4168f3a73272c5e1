/**
 * The port to whatever keeps the private keys: a sealed file, WebCrypto, a PKCS#11 token.
 *
 * Private keys never cross it. What does: public keys, signatures, opened documents, the key of the sealed
 * state, and backups that are sealed. A new key is used at once but durable only when its row is: whoever
 * needs the key commits `write` together with what needs it, in any order with other writes.
 */
import type { assurance, Bytes, PublicKey, Refusal, Signer, SuiteName, TypeOf } from "@tenten/protocol";
import type { SealedDocument } from "../cryptography.ts";
import type { StoreWrite } from "../store.ts";
import type { PassphraseCost } from "./envelope.ts";

export type KeyStore = {
	/** How well keys are kept here; what an authority may certify. */
	readonly assurance: TypeOf<typeof assurance>;
	/** Opens and seals the module's rows (`openState`). Zeroed by `close`. */
	readonly stateKey: Bytes;
	/** The signing keys held. */
	readonly keys: () => readonly PublicKey[];
	readonly createKey: (suite: SuiteName) => Promise<{ readonly key: PublicKey; readonly write: StoreWrite }>;
	/** Takes a key whose row was kept elsewhere than with the others: one that this key store made, or `state-damaged`. */
	readonly adopt: (row: StoreWrite) => Refusal | undefined;
	/** Signs with the key of this id (`keyId`), or `key-unknown`. */
	readonly signer: (keyId: Bytes) => Signer | Refusal;
	/** A fresh X25519 key for documents sealed to this side. */
	readonly createDocumentKey: () => Promise<{ readonly publicKey: Bytes; readonly write: StoreWrite }>;
	/** The document sealed to this public key, or `key-unknown`, `malformed`, `document-mismatch`. */
	readonly openDocument: (
		publicKey: Bytes,
		associatedData: Bytes,
		sealed: SealedDocument,
	) => Promise<Bytes | Refusal>;
	/** Forgets a key that signs or opens nothing any more, by its key id or document key; a row to commit. */
	readonly forget: (id: Bytes) => StoreWrite;
	/**
	 * Every key and the state key, sealed: under a passphrase, or without one under the recovery code with which
	 * the key store was made. Throws where it is given the other.
	 */
	readonly exportBackup: (passphrase?: string, cost?: PassphraseCost) => Promise<Bytes>;
	/** Zeroes what can be zeroed. Nothing works afterwards. */
	readonly close: () => void;
};

/** A new key store, open; its rows are for the caller to commit. */
export type NewKeyStore = { readonly keyStore: KeyStore; readonly writes: readonly StoreWrite[] };
