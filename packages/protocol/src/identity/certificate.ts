/**
 * Certificates: an authority's statement of who a key is, what it may do and how well it is kept.
 *
 * A certificate is a CWT (RFC 8392) in compact form: `[claims, signature]`. The claim `iss` holds only the
 * first 8 bytes of the authority's key id, as a hint; the full id is in the signed payload, as the input id
 * is in a link's. The certificate's hash covers that payload, not the signature.
 */
import {
	amount,
	type Bytes,
	bytes,
	encodeItem,
	enumeration,
	integer,
	labelled,
	nullable,
	record,
	type TypeOf,
	text,
	unixSeconds,
} from "../codec/index.ts";
import { coseKey, signature, taggedHashOfEncoded } from "../crypto/index.ts";
import { bound } from "./delegation.ts";

export const role = enumeration({
	holder: 1,
	device: 2,
	merchant: 3,
	fog: 4,
	issuer: 5,
	witness: 6,
	auditor: 7,
});
export type Role = TypeOf<typeof role>;

/** How well the private key is kept (identity of the key store, certified at enrolment). */
export const assurance = enumeration({ software: 1, tee: 2, secureElement: 3, hsm: 4 });

/** What the authority certifies beside the key. Amounts in minor units of the authority's own asset. */
const profile = record({
	role,
	/** e.g. `person`, `shop`, `transit` */
	class: nullable(text(32)),
	/** ISO 18245 merchant category code */
	merchantCategory: nullable(integer(0, 9999)),
	/** ISO 3166-1 or 3166-2 code */
	region: nullable(text(8)),
	assurance,
	limits: nullable(
		record({ perTransfer: nullable(amount), offlineTotal: nullable(amount), holding: nullable(amount) }),
	),
	/** of a device: who answers for it, and what it may do for them */
	responsible: nullable(bound),
});
export type Profile = TypeOf<typeof profile>;

export const authorityHintBytes = 8;

/** Claims by their CWT numbers: 1 iss, 4 exp, 5 nbf, 7 cti, 8 cnf (RFC 8747), and one private claim. */
const claims = labelled({
	/** first 8 bytes of the authority's key id */
	authorityHint: [1, bytes(authorityHintBytes)],
	expiresAt: [4, unixSeconds],
	notBefore: [5, nullable(unixSeconds)],
	serial: [7, bytes(1, 16)],
	confirmation: [8, labelled({ key: [1, coseKey] })],
	profile: [-65537, profile],
});
export type Claims = TypeOf<typeof claims>;

export const certificate = record({ claims, signature });
export type Certificate = TypeOf<typeof certificate>;

/** What the authority signs: its full key id, then the claims. */
export function certificatePayload(authorityId: Bytes, value: Claims): Bytes {
	return encodeItem([authorityId, claims.write(value)]);
}

/** The certificate's hash: names it in owners and in evidence. */
export function certificateHash(payload: Bytes): Bytes {
	return taggedHashOfEncoded("certificate", payload);
}
