/**
 * What the module computes with in a browser: libsodium as WebAssembly, WebCrypto, @noble/curves for P-256,
 * and @noble/hashes for Argon2id.
 *
 * WebAssembly starts asynchronously: whoever imports this waits for it once, here.
 */
import { type Bytes, type Refusal, refuse } from "@tenten/protocol";
import sodium from "libsodium-wrappers";
import { nonceBytes, secretBytes, tagBytes } from "../sizes.ts";
import { openBrowserSuites, pointOf } from "../suite/browser.ts";
import type { Platform } from "./port.ts";

const suites = await openBrowserSuites();

export const platform: Platform = {
	cryptography: { ...suites, seal, openSealed, stretch },
	randomBytes: (length) => sodium.randombytes_buf(length),
	zero: (...secrets) => {
		for (const secret of secrets) sodium.memzero(secret);
	},
	keyedHash: (key, content) => sodium.crypto_generichash(32, content, key),
	pointOf,
};

function seal(key: Bytes, place: Bytes, plaintext: Bytes): Bytes {
	const nonce = sodium.randombytes_buf(nonceBytes);
	const sealed = new Uint8Array(nonceBytes + plaintext.length + tagBytes);
	sealed.set(nonce);
	sealed.set(
		sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, place, null, nonce, key),
		nonceBytes,
	);
	return sealed;
}

function openSealed(key: Bytes, place: Bytes, sealed: Bytes): Bytes | undefined {
	if (sealed.length < nonceBytes + tagBytes) return undefined;
	try {
		return sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
			null,
			sealed.subarray(nonceBytes),
			place,
			sealed.subarray(0, nonceBytes),
			key,
		);
	} catch {
		// It throws where the tag does not fit; lengths, its other reason, are right by construction.
		return undefined;
	}
}

/**
 * In JavaScript, since libsodium's WebAssembly has no Argon2id but in a build twice its size: a second or two for
 * `interactive`. It gives way to whatever else this thread, which is the worker's, has to do. It is loaded when it is
 * needed: a browser's own wallet is sealed by no passphrase, and a backup's may be.
 */
async function stretch(
	passphrase: Bytes,
	salt: Bytes,
	operations: number,
	memory: number,
): Promise<Bytes | Refusal> {
	const loaded = await import("@noble/hashes/argon2.js").catch(() => undefined);
	if (loaded === undefined) return refuse("part-missing", "what stretches passphrases");
	return loaded.argon2idAsync(passphrase, salt, {
		t: operations,
		m: memory / 1024,
		p: 1,
		dkLen: secretBytes,
	});
}
