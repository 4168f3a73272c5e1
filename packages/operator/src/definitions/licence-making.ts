/**
 * Making licences, and showing them: what a licensor does once, and an operator for each definition.
 *
 * Also the licensor that an operator makes of itself for trying things out: its licences allow nothing that a
 * regulator has allowed, and its name says so.
 */
import { SDJwtInstance } from "@sd-jwt/core";
import { createHeaderAndPayload, StatusList } from "@sd-jwt/jwt-status-list";
import type { Bytes } from "@tenten/protocol";
import { algorithmOf, type JoseKey, joseSigner } from "./jose-key.ts";
import { licenceAudience, licenceType, nonceOf, type StatusPlace, sdHash, subjectOf } from "./licence.ts";

/** Named in licences that stand for none: everything in them was made on the operator's own machine. */
export const localLicensor = "urn:tenten:licensor:local-trial";

export type LicenceTerms = {
	readonly iss: string;
	readonly operator: Bytes;
	/** the operator's key to which the licence is bound */
	readonly key: JoseKey;
	readonly assetKind: string;
	readonly codes?: readonly string[];
	readonly scale: number;
	/** minor units */
	readonly ceiling: bigint;
	/** unix seconds */
	readonly issuedAt: number;
	readonly until: number;
	readonly status?: StatusPlace;
};

/** A licence, signed by the licensor's private key, not yet bound to a definition. */
export function makeLicence(terms: LicenceTerms, licensor: JoseKey): Promise<string> {
	const { iss, operator, key, assetKind, codes, scale, ceiling, issuedAt, until, status } = terms;
	const instance = new Credential({
		hasher: sdHash,
		signer: joseSigner(licensor),
		signAlg: algorithmOf(licensor) ?? "",
		saltGenerator: () => "",
	});
	return instance.issue({
		vct: licenceType,
		iss,
		sub: subjectOf(operator),
		iat: issuedAt,
		nbf: issuedAt,
		exp: until,
		cnf: { jwk: key },
		asset_kind: assetKind,
		...(codes === undefined ? {} : { asset_codes: [...codes] }),
		scale,
		ceiling: ceiling.toString(),
		...(status === undefined ? {} : { status: { status_list: status } }),
	});
}

class Credential extends SDJwtInstance<Record<string, unknown>> {
	protected override readonly type = "dc+sd-jwt";
}

/** A licence with its key binding for one definition: the bytes that a definition's draft carries. */
export async function presentLicence(
	licence: string,
	definition: Bytes,
	privateKey: JoseKey,
	issuedAt: number,
): Promise<Bytes> {
	const instance = new SDJwtInstance({
		hasher: sdHash,
		kbSigner: joseSigner(privateKey),
		kbSignAlg: algorithmOf(privateKey) ?? "",
	});
	const payload = { iat: issuedAt, aud: licenceAudience, nonce: nonceOf(definition) };
	const presented = await instance.present(licence, everything, { kb: { payload } });
	return Uint8Array.from(presented, (character) => character.charCodeAt(0));
}

/** Every disclosure is shown: an auditor reads what the regulator wrote. */
const everything = undefined;

/** A status list token: `revoked` are the indices of the licences that count no more. */
export async function makeStatusList(
	{
		iss,
		uri,
		size,
		revoked,
		issuedAt,
		expiresAt,
	}: {
		readonly iss: string;
		readonly uri: string;
		readonly size: number;
		readonly revoked: readonly number[];
		readonly issuedAt: number;
		readonly expiresAt: number;
	},
	licensor: JoseKey,
): Promise<string> {
	const list = new StatusList(new Array(size).fill(0), 1);
	for (const index of revoked) list.setStatus(index, 1);
	const content = createHeaderAndPayload(
		list,
		{ iss, sub: uri, iat: issuedAt, exp: expiresAt },
		{ alg: algorithmOf(licensor) ?? "", typ: "statuslist+jwt" },
	);
	const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
	const unsigned = `${encode(content.header)}.${encode(content.payload)}`;
	return `${unsigned}.${joseSigner(licensor)(unsigned)}`;
}
