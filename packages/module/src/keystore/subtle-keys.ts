/**
 * Keys inside WebCrypto: private keys go in and never come out, signatures and opened documents do.
 *
 * Imported as PKCS #8 (RFC 5208; RFC 8410 for curves 25519, RFC 5915 for P-256, with the public point, which not
 * every browser computes). WebCrypto does not hold s of ES256 to n/2: the lower one is taken here.
 */
import {
	type Bytes,
	concatBytes,
	fromHex,
	type PublicKey,
	type Signer,
	type SuiteName,
	sigStructure,
} from "@tenten/protocol";
import { platform } from "#platform";
import { withLowS } from "../suite/p256.ts";
import type { PrivateKey } from "./held-keys.ts";
import type { ShelfKey } from "./shelf.ts";

const { zero, pointOf } = platform;
const { subtle } = crypto;

const hex = (text: string): Bytes => fromHex(text) as Bytes;
const ed25519Head = hex("302e020100300506032b657004220420");
const x25519Head = hex("302e020100300506032b656e04220420");
const p256Head = hex("308187020100301306072a8648ce3d020106082a8648ce3d030107046d306b0201010420");
const p256Middle = hex("a144034200");

/** The key in WebCrypto, from where it does not come out. The caller zeroes its bytes. */
export async function importKey(key: PrivateKey): Promise<ShelfKey> {
	if (key.kind === "document")
		return importPkcs8(concatBytes(x25519Head, key.privateKey), "X25519", "deriveBits");
	return key.suite === "Ed25519"
		? importPkcs8(concatBytes(ed25519Head, key.privateKey), "Ed25519", "sign")
		: importPkcs8(
				concatBytes(p256Head, key.privateKey, p256Middle, pointOf(key.privateKey)),
				{ name: "ECDSA", namedCurve: "P-256" },
				"sign",
			);
}

async function importPkcs8(
	encoded: Bytes,
	algorithm: string | { readonly name: string; readonly namedCurve: string },
	usage: "sign" | "deriveBits",
): Promise<ShelfKey> {
	const key = await subtle.importKey("pkcs8", encoded, algorithm, false, [usage]);
	zero(encoded);
	return key;
}

const algorithms: Readonly<Record<SuiteName, { readonly name: string; readonly hash?: string }>> = {
	Ed25519: { name: "Ed25519" },
	ES256: { name: "ECDSA", hash: "SHA-256" },
};

export function signerOver(key: PublicKey, shelfKey: ShelfKey): Signer {
	const { suite } = key;
	return {
		key,
		sign: async (type, payload) => {
			const message = sigStructure(type, suite, payload);
			const signature = new Uint8Array(await subtle.sign(algorithms[suite], shelfKey, message));
			return suite === "ES256" ? withLowS(signature) : signature;
		},
	};
}

const ivBytes = 12;

/** A fresh key of AES-256-GCM that seals here and never comes out. */
export function generateSealingKey(): Promise<ShelfKey> {
	return subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

/** `iv ‖ ciphertext ‖ tag`, at its place. */
export async function sealWith(key: ShelfKey, place: Bytes, plaintext: Bytes): Promise<Bytes> {
	const iv = crypto.getRandomValues(new Uint8Array(ivBytes));
	const algorithm = { name: "AES-GCM", iv, additionalData: place };
	return concatBytes(iv, new Uint8Array(await subtle.encrypt(algorithm, key, plaintext)));
}

/** What was sealed with this key at this place, or undefined. */
export async function openWith(key: ShelfKey, place: Bytes, sealed: Bytes): Promise<Bytes | undefined> {
	const algorithm = { name: "AES-GCM", iv: sealed.subarray(0, ivBytes), additionalData: place };
	try {
		return new Uint8Array(await subtle.decrypt(algorithm, key, sealed.subarray(ivBytes)));
	} catch (error) {
		// Nothing else is thrown as this where the key and the lengths are right (Web Cryptography, AES-GCM).
		if ((error as Error).name === "OperationError") return undefined;
		throw error;
	}
}
