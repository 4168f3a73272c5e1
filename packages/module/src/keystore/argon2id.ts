/** Argon2id (RFC 9106) by libsodium: a key of 32 bytes from a passphrase. */
import type { Bytes } from "@tenten/protocol";
import sodium from "sodium-native";
import { asBuffer } from "../seal.ts";
import { secretBytes } from "../sizes.ts";

/** Runs on a thread of its own: it takes from a tenth of a second to several. `memory` in bytes. */
export function argon2id(passphrase: Bytes, salt: Bytes, operations: number, memory: number): Promise<Bytes> {
	const key = new Uint8Array(secretBytes);
	const algorithm = sodium.crypto_pwhash_ALG_ARGON2ID13;
	return new Promise((resolve, reject) => {
		const done = (error: Error | null): void => (error === null ? resolve(key) : reject(error));
		sodium.crypto_pwhash_async(
			asBuffer(key),
			asBuffer(passphrase),
			asBuffer(salt),
			operations,
			memory,
			algorithm,
			done,
		);
	});
}
