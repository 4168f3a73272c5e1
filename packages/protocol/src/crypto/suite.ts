/**
 * Signature suites: the suite is part of the key, so a third fits without a change of format.
 *
 * Verification is synchronous and injected; signing is asynchronous, because hardware is. Implementations
 * live in the module; all must give one verdict on every edge case (docs/spec/crypto.md): low-order keys
 * and R refused, canonical S, and for ES256 s at most n/2.
 */
import {
	type Bytes,
	boolean,
	bytes,
	concatBytes,
	constant,
	labelled,
	mapped,
	type Shape,
} from "../codec/index.ts";
import { taggedHash } from "./hash.ts";
import type { Signable } from "./sign1.ts";

/** COSE algorithm numbers (RFC 9864) and lengths in bytes. ES256 keys are compressed points (SEC 1, 2.3.3). */
export const suites = {
	Ed25519: { algorithm: -19, keyBytes: 32, signatureBytes: 64 },
	ES256: { algorithm: -9, keyBytes: 33, signatureBytes: 64 },
} as const;

export type SuiteName = keyof typeof suites;

export type PublicKey = { readonly suite: SuiteName; readonly bytes: Bytes };

/** Whether `signature` over `message` is this key's. Never throws; lengths are checked by the caller too. */
export type Verify = (key: PublicKey, message: Bytes, signature: Bytes) => boolean;

/** Holds one private key and signs typed payloads with it. */
export type Signer = {
	readonly key: PublicKey;
	readonly sign: (type: Signable, payload: Bytes) => Promise<Bytes>;
};

/** The raw bytes of a signature; which suite made it, the key says. */
export const signature: Shape<Bytes> = bytes(64);

/** The full id of a key: names operators, authorities and list signers. */
export function keyId(key: PublicKey): Bytes {
	return taggedHash("key", coseKey.write(key));
}

const okp = mapped(
	labelled({ kty: [1, constant(1)], crv: [-1, constant(6)], x: [-2, bytes(32)] }),
	({ x }): PublicKey => ({ suite: "Ed25519", bytes: x }),
	(key) => ({ kty: 1, crv: 6, x: key.bytes }),
);

const ec2 = mapped(
	labelled({ kty: [1, constant(2)], crv: [-1, constant(1)], x: [-2, bytes(32)], ySign: [-3, boolean] }),
	({ x, ySign }): PublicKey => ({ suite: "ES256", bytes: concatBytes(Uint8Array.of(ySign ? 3 : 2), x) }),
	(key) => ({ kty: 2, crv: 1, x: key.bytes.subarray(1), ySign: key.bytes[0] === 3 }),
);

/** COSE_Key (RFC 9052 section 7, RFC 9053 section 7): OKP with Ed25519, or EC2 with a compressed P-256 point. */
export const coseKey: Shape<PublicKey> = {
	read: (item) => (item instanceof Map && item.get(1) === 2 ? ec2 : okp).read(item),
	write: (key) => (key.suite === "Ed25519" ? okp : ec2).write(key),
};
