/**
 * CWTs as others write and read them (RFC 8392): a COSE_Sign1 (RFC 9052, section 4.2) over claims, carried whole.
 *
 * Status lists and attestation are in this form, since their formats are other people's. What is verified is what
 * stands there, byte for byte; nothing of ours is ever signed so, because `external_aad` is empty here.
 */
import {
	type Bytes,
	decodeForeignItem,
	encodeItem,
	type Item,
	isRefusal,
	type Refusal,
	refuse,
} from "../codec/index.ts";
import { verifySign1 } from "./sign1.ts";
import { type PublicKey, type Signer, type SuiteName, suites, type Verify } from "./suite.ts";

export type Claims = ReadonlyMap<number | string, Item>;

export type Cwt = {
	readonly claims: Claims;
	/** media type (RFC 9596), or none */
	readonly type: string | null;
	/** COSE algorithm */
	readonly algorithm: number;
	readonly keyId: Bytes | null;
	/** what the signature is over */
	readonly signed: Bytes;
	readonly signature: Bytes;
};

/** Polymorphic algorithms (RFC 9053) with a suite's key are read as its own (RFC 9864). */
const algorithms: Readonly<Record<SuiteName, readonly number[]>> = {
	Ed25519: [suites.Ed25519.algorithm, -8],
	ES256: [suites.ES256.algorithm, -7],
};

/** Tags that may stand before one: 61 for a CWT (RFC 8392, section 6), 18 for a COSE_Sign1. */
const tagOfCwt = [0xd8, 61] as const;
const tagOfSign1 = 0xd2;

function untagged(encoded: Bytes): Bytes {
	const isCwt = encoded[0] === tagOfCwt[0] && encoded[1] === tagOfCwt[1];
	const inner = isCwt ? encoded.subarray(2) : encoded;
	return inner[0] === tagOfSign1 ? inner.subarray(1) : inner;
}

/** The parts of a CWT, tagged as COSE_Sign1 or not, its signature not checked: `malformed`, `too-large`, … */
export function parseCwt(encoded: Bytes, maximumBytes: number): Cwt | Refusal {
	const sign1 = decodeForeignItem(untagged(encoded), maximumBytes);
	if (isRefusal(sign1)) return sign1;
	if (!Array.isArray(sign1) || sign1.length !== 4) return refuse("malformed", "no COSE_Sign1");
	const [header, unprotected, payload, signature] = sign1 as readonly Item[];
	if (!(header instanceof Uint8Array && payload instanceof Uint8Array && signature instanceof Uint8Array))
		return refuse("malformed", "no COSE_Sign1");
	const protectedHeader = decodeForeignItem(header, maximumBytes);
	const claims = decodeForeignItem(payload, maximumBytes);
	if (!(protectedHeader instanceof Map && unprotected instanceof Map && claims instanceof Map))
		return refuse("malformed", "headers and claims are maps");
	// `crit` (2) names headers that must be understood: there is none that is.
	if (protectedHeader.has(2)) return refuse("malformed", "a critical header");
	const algorithm = protectedHeader.get(1);
	if (typeof algorithm !== "number") return refuse("malformed", "no algorithm");
	const type = protectedHeader.get(16);
	const keyId = protectedHeader.get(4) ?? unprotected.get(4);
	return {
		claims,
		type: typeof type === "string" ? type : null,
		algorithm,
		keyId: keyId instanceof Uint8Array ? keyId : null,
		signed: encodeItem(["Signature1", header, new Uint8Array(), payload]),
		signature,
	};
}

/** Whether this key signed it. */
export function verifyCwt(verify: Verify, key: PublicKey, { algorithm, signed, signature }: Cwt): boolean {
	return algorithms[key.suite].includes(algorithm) && verifySign1(verify, key, "cwt", signed, signature);
}

/** A CWT of these claims, tagged, with the signer's algorithm and `type` in its protected header. */
export async function signCwt(
	claims: Claims,
	{ type, keyId, signer }: { readonly type: string; readonly keyId: Bytes; readonly signer: Signer },
): Promise<Bytes> {
	const header = encodeItem(
		new Map<number, Item>([
			[1, suites[signer.key.suite].algorithm],
			[16, type],
		]),
	);
	const payload = encodeItem(claims);
	const signed = encodeItem(["Signature1", header, new Uint8Array(), payload]);
	const signature = await signer.sign("cwt", signed);
	const sign1 = encodeItem([header, new Map([[4, keyId]]), payload, signature]);
	return Uint8Array.of(tagOfSign1, ...sign1);
}
