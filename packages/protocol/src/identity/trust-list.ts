/**
 * Trust lists: which operators an ecosystem accepts, with their keys and assets.
 *
 * Signed by one operator's root key, versioned, expiring. Any peer may hand one on. A device pins the id of
 * its own operator's root key and never goes back to an older version.
 */
import {
	type Bytes,
	bytes,
	encodeItem,
	enumeration,
	equalBytes,
	integer,
	isRefusal,
	list,
	parse,
	type Refusal,
	record,
	refuse,
	type TypeOf,
	text,
	unixSeconds,
} from "../codec/index.ts";
import { coseKey, keyId, signature, type Verify, verifySign1 } from "../crypto/index.ts";

/** What one operator issues under one code. Windows in seconds from issue; amounts have `scale` decimals. */
export const assetDefinition = record({
	code: text(16),
	scale: integer(0, 18),
	name: text(64),
	spendWindow: integer(1, 2 ** 32),
	redeemWindow: integer(1, 2 ** 32),
	grace: integer(0, 2 ** 32),
});
export type AssetDefinition = TypeOf<typeof assetDefinition>;

/** A key stays listed as `retired` after use, so that what it signed before still counts. */
const listedKey = record({
	purpose: enumeration({ authority: 1, issuing: 2, ruling: 3 }),
	status: enumeration({ current: 1, retired: 2 }),
	key: coseKey,
});
export type ListedKey = TypeOf<typeof listedKey>;

export const operatorEntry = record({
	root: coseKey,
	name: text(64),
	url: text(256),
	keys: list(listedKey, 64),
	/** the certificate to which redeeming links pay, encoded */
	desk: bytes(1, 1024),
	assets: list(assetDefinition, 64),
});
export type OperatorEntry = TypeOf<typeof operatorEntry>;

const trustListBody = record({
	version: integer(1, Number.MAX_SAFE_INTEGER),
	issuedAt: unixSeconds,
	expiresAt: unixSeconds,
	operators: list(operatorEntry, 256),
});
export type TrustListBody = TypeOf<typeof trustListBody>;

const signedTrustList = record({ body: trustListBody, signer: coseKey, signature });

/** What the list's signer signs. */
export function trustListPayload(body: TrustListBody): Bytes {
	return encodeItem(trustListBody.write(body));
}

export const trustList = signedTrustList;

/**
 * The list that `encoded` holds, if the pinned signer signed it and it has not expired.
 *
 * `pinnedSigner` is the key id of that root; `minimumVersion` the newest version seen so far.
 */
export function verifyTrustList(
	encoded: Bytes,
	context: {
		readonly verify: Verify;
		readonly pinnedSigner: Bytes;
		readonly minimumVersion: number;
		readonly now: number;
	},
): TrustListBody | Refusal {
	const signed = parse(signedTrustList, encoded);
	if (isRefusal(signed)) return signed;
	if (!equalBytes(keyId(signed.signer), context.pinnedSigner))
		return refuse("authority-unknown", "trust list of another signer");
	const payload = trustListPayload(signed.body);
	if (!verifySign1(context.verify, signed.signer, "trust-list", payload, signed.signature))
		return refuse("signature-invalid", "trust list");
	if (signed.body.version < context.minimumVersion) return refuse("trust-list-rollback");
	if (signed.body.expiresAt <= context.now) return refuse("trust-list-expired");
	return signed.body;
}
