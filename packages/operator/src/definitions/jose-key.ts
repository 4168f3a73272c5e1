/**
 * Keys as JSON Web Keys (RFC 7517), for licences alone: ES256 and Ed25519, the suites that the protocol has too.
 *
 * Ed25519 goes through the suite that everything else goes through, so that one signature has one verdict. An
 * ES256 signature may have either s here: who signs licences follows RFC 7518, which asks for neither.
 */
import {
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	type JsonWebKey,
	sign,
	verify,
} from "node:crypto";
import type { Verify } from "@tenten/protocol";

export type JoseKey = JsonWebKey;

const es256 = (key: JoseKey): boolean => key.kty === "EC" && key.crv === "P-256";
const ed25519 = (key: JoseKey): boolean => key.kty === "OKP" && key.crv === "Ed25519";

/** The `alg` that a key signs under; undefined for a key of any other kind. */
export function algorithmOf(key: JoseKey): "ES256" | "EdDSA" | undefined {
	return es256(key) ? "ES256" : ed25519(key) ? "EdDSA" : undefined;
}

/** Whether this key signed `data`. `signature` is base64url; what cannot be read did not. */
export function signedBy(key: JoseKey, data: string, signature: string, suite: Verify): boolean {
	const bytes = Buffer.from(signature, "base64url");
	const message = Buffer.from(data, "ascii");
	if (bytes.length !== 64) return false;
	if (ed25519(key)) {
		const x = Uint8Array.from(Buffer.from(key.x ?? "", "base64url"));
		const isKey = x.length === 32;
		return isKey && suite({ suite: "Ed25519", bytes: x }, new Uint8Array(message), new Uint8Array(bytes));
	}
	if (!es256(key)) return false;
	try {
		const { kty, crv, x, y } = key;
		const named = createPublicKey({ key: { kty, crv, x, y }, format: "jwk" } as never);
		return verify("sha256", message, { key: named, dsaEncoding: "ieee-p1363" }, bytes);
	} catch {
		return false; // a point that is none
	}
}

export type JosePair = { readonly publicKey: JoseKey; readonly privateKey: JoseKey };

/** A fresh ES256 key. */
export function makeJoseKey(): JosePair {
	const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	return { publicKey: publicKey.export({ format: "jwk" }), privateKey: privateKey.export({ format: "jwk" }) };
}

/** Signs with a key of either kind, as base64url. */
export function joseSigner(privateKey: JoseKey): (data: string) => string {
	const key = createPrivateKey({ key: privateKey, format: "jwk" } as never);
	const hash = es256(privateKey) ? "sha256" : null;
	return (data) =>
		sign(hash, Buffer.from(data, "ascii"), { key, dsaEncoding: "ieee-p1363" }).toString("base64url");
}
