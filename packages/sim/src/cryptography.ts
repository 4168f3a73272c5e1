/**
 * What the simulator's modules compute with: real signatures and sealing, or toys that are fast.
 *
 * A toy signature is a hash over the private key and the message; only the simulator, which keeps all private
 * keys, can verify it, and a party can sign with its own keys alone. Rows are sealed in the open. Of real work,
 * what other threads do is awaited (`offThread`), ES256 signs repeatably, and passphrases are not stretched: that
 * takes seconds.
 */
import { hash } from "node:crypto";
import { p256 } from "@noble/curves/nist.js";
import { type Cryptography, platformCryptography } from "@tenten/module";
import {
	type Bytes,
	concatBytes,
	equalBytes,
	refuse,
	type Signer,
	type SuiteName,
	sha256,
	sigStructure,
	toHex,
	type Verify,
} from "@tenten/protocol";

export type Suite = "toy" | "real";

export const suites: readonly Suite[] = ["toy", "real"];

/** Cryptography, and what was sealed in a row as it is stored: how an observer reads durable rows. */
export type Computing = Cryptography & { readonly unsealed: (sealed: Bytes) => Bytes | undefined };

type OffThread = <T>(work: Promise<T>) => Promise<T>;

export function computing(suite: Suite, offThread: OffThread): Computing {
	const sealedFrom = new WeakMap<Bytes, Bytes>();
	const base = suite === "toy" ? toyCryptography() : realCryptography(offThread);
	return {
		...base,
		seal: (key, place, plaintext) => {
			const sealed = base.seal(key, place, plaintext);
			sealedFrom.set(sealed, plaintext);
			return sealed;
		},
		unsealed: (sealed) => sealedFrom.get(sealed),
	};
}

async function quickStretch(passphrase: Bytes, salt: Bytes): Promise<Bytes> {
	return sha256(concatBytes(salt, passphrase));
}

function realCryptography(offThread: OffThread): Cryptography {
	return {
		...platformCryptography,
		signerFrom: (privateKey, suite) =>
			suite === "ES256" ? repeatableEs256(privateKey) : platformCryptography.signerFrom(privateKey, suite),
		openerFrom: async (privateKey, publicKey) => {
			const open = await offThread(platformCryptography.openerFrom(privateKey, publicKey));
			return (place, sealed) => offThread(open(place, sealed));
		},
		sealDocument: (...args) => offThread(platformCryptography.sealDocument(...args)),
		stretch: quickStretch,
	};
}

/** node:crypto draws a nonce for each signature; by RFC 6979 it follows from the message. Both verify alike. */
function repeatableEs256(privateKey: Bytes): Signer {
	const kept = privateKey.slice();
	const { key } = platformCryptography.signerFrom(kept, "ES256");
	return {
		key,
		sign: async (type, payload) => p256.sign(sigStructure(type, "ES256", payload), kept, { lowS: true }),
	};
}

const nonceBytes = 24;
const tagBytes = 16;

function toyCryptography(): Cryptography {
	const privateKeys = new Map<string, Bytes>();
	const verify: Verify = (key, message, signature) => {
		const privateKey = privateKeys.get(nameOf(key.suite, key.bytes));
		return privateKey !== undefined && equalBytes(signature, toySignature(privateKey, message));
	};
	const signerFrom = (privateKey: Bytes, suite: SuiteName): Signer => {
		const kept = privateKey.slice();
		const bytes = toyPublicKey(kept, suite);
		privateKeys.set(nameOf(suite, bytes), kept);
		return {
			key: { suite, bytes },
			sign: async (type, payload) => toySignature(kept, sigStructure(type, suite, payload)),
		};
	};
	let nonces = 0;
	return {
		verify,
		signerFrom,
		generateKey: (suite, random) => {
			const privateKey = random(32);
			return { privateKey, publicKey: signerFrom(privateKey, suite).key };
		},
		documentPublicKey: (privateKey) => sha256(privateKey),
		openerFrom:
			async (_, publicKey) =>
			async (place, { enc, ciphertext }) =>
				equalBytes(enc, sha256(concatBytes(publicKey, place, ciphertext.subarray(tagBytes))))
					? ciphertext.slice(tagBytes)
					: refuse("document-mismatch"),
		sealDocument: async (recipient, place, plaintext) => ({
			enc: sha256(concatBytes(recipient, place, plaintext)),
			ciphertext: concatBytes(new Uint8Array(tagBytes), plaintext),
		}),
		seal: (_key, _place, plaintext) => {
			const sealed = new Uint8Array(nonceBytes + plaintext.length + tagBytes);
			new DataView(sealed.buffer).setFloat64(0, ++nonces);
			sealed.set(plaintext, nonceBytes);
			return sealed;
		},
		openSealed: (_key, _place, sealed) =>
			sealed.length < nonceBytes + tagBytes ? undefined : sealed.slice(nonceBytes, -tagBytes),
		stretch: quickStretch,
	};
}

function nameOf(suite: SuiteName, key: Bytes): string {
	return `${suite} ${toHex(key)}`;
}

function toyPublicKey(privateKey: Bytes, suite: SuiteName): Bytes {
	const key = sha256(privateKey);
	return suite === "Ed25519" ? key : concatBytes(Uint8Array.of(2), key);
}

function toySignature(privateKey: Bytes, message: Bytes): Bytes {
	return new Uint8Array(hash("sha512", Buffer.concat([privateKey, message]), "buffer"));
}
