/**
 * ES256 (ECDSA on P-256 with SHA-256) by node:crypto: compressed keys, signatures as r and s of 32 bytes.
 *
 * For every signature (r, s) the pair (r, n − s) verifies too, and node:crypto makes the higher half of the
 * time. Only s at most n/2 counts here: the higher is refused on verifying and never leaves signing.
 */
import { createPrivateKey, createPublicKey, verify as cryptoVerify, type KeyObject, sign } from "node:crypto";
import { type Bytes, compareBytes, suites, toHex } from "@tenten/protocol";
import { compressPoint, groupOrder, hasLowS, scalarOf, withLowS } from "./p256.ts";

const { keyBytes, signatureBytes } = suites.ES256;
const scalarBytes = 32;

const ecKey = { asymmetricKeyType: "ec", namedCurve: "P-256" } as const;
const dsaEncoding = "ieee-p1363";

const cacheEntries = 4096;
/** null: no point of the curve */
const cache = new Map<string, KeyObject | null>();

export function verifyEs256(key: Bytes, message: Bytes, signature: Bytes): boolean {
	if (key.length !== keyBytes || signature.length !== signatureBytes || !hasLowS(signature)) return false;
	const publicKey = keyObject(key);
	return publicKey !== null && cryptoVerify("sha256", message, { key: publicKey, dsaEncoding }, signature);
}

function keyObject(key: Bytes): KeyObject | null {
	const name = toHex(key);
	const known = cache.get(name);
	if (known !== undefined) return known;
	if (cache.size >= cacheEntries) cache.clear();
	const opened = openPublic(key);
	cache.set(name, opened);
	return opened;
}

function openPublic(key: Bytes): KeyObject | null {
	try {
		return createPublicKey({ key: Buffer.from(key), format: "raw-public", ...ecKey });
	} catch {
		return null;
	}
}

/** A fresh private key: the scalar, 32 bytes big-endian, by rejection (FIPS 186-5, appendix A.2.2). */
export function generateEs256(random: (bytes: number) => Bytes): Bytes {
	for (;;) {
		const drawn = random(scalarBytes);
		if (isPrivateScalar(drawn)) return drawn;
	}
}

/** Whether it is from one to the order less one. node:crypto takes zero and numbers above the order too. */
function isPrivateScalar(value: Bytes): boolean {
	return compareBytes(value, scalarOf(1n)) >= 0 && compareBytes(value, scalarOf(groupOrder)) < 0;
}

/** The public key of a scalar, and what signs with it. */
export function openEs256(privateScalar: Bytes): {
	readonly publicKey: Bytes;
	readonly sign: (message: Bytes) => Bytes;
} {
	if (privateScalar.length !== scalarBytes || !isPrivateScalar(privateScalar))
		throw new RangeError("an ES256 private key is a scalar of 32 bytes below the order of the group");
	const key = createPrivateKey({ key: Buffer.from(privateScalar), format: "raw-private", ...ecKey });
	return {
		publicKey: compressPoint(createPublicKey(key).export({ format: "raw-public" })),
		sign: (message) => withLowS(new Uint8Array(sign("sha256", message, { key, dsaEncoding }))),
	};
}

/** The public point 04 ‖ x ‖ y of a scalar. */
export function pointOf(privateScalar: Bytes): Bytes {
	const key = createPrivateKey({ key: Buffer.from(privateScalar), format: "raw-private", ...ecKey });
	return new Uint8Array(createPublicKey(key).export({ format: "raw-public" }));
}
