/** The private keys of a key store, the row that keeps each, and those of an open software key store. */

import {
	type Bytes,
	bytes,
	bytes32,
	enumeration,
	keyId,
	type PublicKey,
	record,
	type Shape,
	type Signer,
	type SuiteName,
	toHex,
	union,
} from "@tenten/protocol";
import { platform } from "#platform";
import type { Cryptography, OpenDocument } from "../cryptography.ts";

const { zero } = platform;

export type PrivateKey =
	| {
			readonly kind: "signing";
			readonly suite: SuiteName;
			readonly publicKey: Bytes;
			readonly privateKey: Bytes;
	  }
	| { readonly kind: "document"; readonly publicKey: Bytes; readonly privateKey: Bytes };

export const privateKey: Shape<PrivateKey> = union({
	signing: [
		1,
		record({
			suite: enumeration({ Ed25519: 1, ES256: 2 }),
			publicKey: bytes(32, 33),
			privateKey: bytes32,
		}),
	],
	document: [2, record({ publicKey: bytes32, privateKey: bytes32 })],
});

/** What tells a key from others, without what it signs or opens with. */
type PublicHalf =
	| { readonly kind: "signing"; readonly suite: SuiteName; readonly publicKey: Bytes }
	| { readonly kind: "document"; readonly publicKey: Bytes };

export const publicHalf: Shape<PublicHalf> = union({
	signing: [1, record({ suite: enumeration({ Ed25519: 1, ES256: 2 }), publicKey: bytes(32, 33) })],
	document: [2, record({ publicKey: bytes32 })],
});

/** What a backup holds, whichever key store made it. */
export type Backup = { readonly stateKey: Bytes; readonly keys: readonly PrivateKey[] };
export const maximumKeys = 65_536;
export const maximumBytes: number = 256 * maximumKeys;

export const rowPrefix = "keys/";

export const rowOfId = {
	signing: (id: Bytes): string => `${rowPrefix}signing/${toHex(id)}`,
	document: (id: Bytes): string => `${rowPrefix}document/${toHex(id)}`,
};

/** Where a key is kept: signing keys by key id, document keys by themselves. */
export function rowOf(key: PublicHalf): string {
	return key.kind === "signing"
		? rowOfId.signing(keyId({ suite: key.suite, bytes: key.publicKey }))
		: rowOfId.document(key.publicKey);
}

export class HeldKeys {
	readonly #keys = new Map<string, PrivateKey>();
	// Made on first use, then kept: making one costs more than using it.
	readonly #signers = new Map<string, Signer>();
	readonly #openers = new Map<string, OpenDocument>();
	readonly #cryptography: Cryptography;

	constructor(cryptography: Cryptography) {
		this.#cryptography = cryptography;
	}

	add(key: PrivateKey): void {
		this.#keys.set(rowOf(key), key);
	}

	all(): readonly PrivateKey[] {
		return [...this.#keys.values()];
	}

	publicKeys(): readonly PublicKey[] {
		return this.all().flatMap((key) =>
			key.kind === "signing" ? [{ suite: key.suite, bytes: key.publicKey }] : [],
		);
	}

	signer(id: Bytes): Signer | undefined {
		const row = rowOfId.signing(id);
		const known = this.#signers.get(row);
		if (known !== undefined) return known;
		const key = this.#keys.get(row);
		if (key?.kind !== "signing") return undefined;
		const signer = this.#cryptography.signerFrom(key.privateKey, key.suite);
		this.#signers.set(row, signer);
		return signer;
	}

	async opener(publicKey: Bytes): Promise<OpenDocument | undefined> {
		const row = rowOfId.document(publicKey);
		const known = this.#openers.get(row);
		if (known !== undefined) return known;
		const key = this.#keys.get(row);
		if (key?.kind !== "document") return undefined;
		const opener = await this.#cryptography.openerFrom(key.privateKey, key.publicKey);
		this.#openers.set(row, opener);
		return opener;
	}

	/** Zeroes the key of this id, whichever kind it is of; the row that kept it. */
	remove(id: Bytes): string {
		const signingRow = rowOfId.signing(id);
		const row = this.#keys.has(signingRow) ? signingRow : rowOfId.document(id);
		const key = this.#keys.get(row);
		if (key !== undefined) zero(key.privateKey);
		for (const map of [this.#keys, this.#signers, this.#openers]) map.delete(row);
		return row;
	}

	close(): void {
		for (const { privateKey } of this.#keys.values()) zero(privateKey);
		for (const map of [this.#keys, this.#signers, this.#openers]) map.clear();
	}
}
