/**
 * Asset definitions: what an operator says of an asset that it issues, before it issues any of it.
 *
 *   body ──▶ id ──▶ proposed and approved by people of the operator ──▶ signed by its root
 *
 * The licence beside it is a credential from outside (docs/spec/definitions.md#licences), of which the body
 * holds the hash; here it is bytes. What could go wrong: an approval that is moved to another definition or
 * counted as another part (both are in what is signed), and one person who stands for two (`verify.ts`).
 */
import {
	amount,
	type Bytes,
	bytes,
	bytes32,
	concatBytes,
	encodeItem,
	enumeration,
	integer,
	list,
	record,
	serialize,
	type TypeOf,
	text,
	unixSeconds,
} from "../codec/index.ts";
import { type Signer, sha256, signature, taggedHash } from "../crypto/index.ts";
import type { AssetDefinition } from "../identity/index.ts";
import { conditions } from "../token/index.ts";

const largestWindow = 2 ** 32;
const maximumApprovals = 9;
const maximumLicenceBytes = 16_384;

export const definitionBody = record({
	operator: bytes32,
	code: text(16),
	/** grows by one with each definition of the code */
	version: integer(1, 2 ** 32),
	/** nothing is issued under it before */
	validFrom: unixSeconds,
	/** e.g. `currency`, `ticket`, `energy-certificate`, `game-item`: what the licence speaks of */
	assetKind: text(32),
	nameJa: text(64),
	nameEn: text(64),
	scale: integer(0, 18),
	spendWindow: integer(1, largestWindow),
	redeemWindow: integer(1, largestWindow),
	grace: integer(0, largestWindow),
	/** minor units in circulation at once */
	ceiling: amount,
	/** of everything that accounts withdraw */
	conditions,
	/** see `licenceHash` */
	licence: bytes32,
});
export type DefinitionBody = TypeOf<typeof definitionBody>;

const approvalPart = enumeration({ proposed: 1, approved: 2 });
export type ApprovalPart = TypeOf<typeof approvalPart>;

export const approval = record({ part: approvalPart, certificate: bytes(1, 1024), signature });
export type Approval = TypeOf<typeof approval>;

/** A definition while people sign it. */
export const definitionDraft = record({
	body: definitionBody,
	/** the licence with its key binding: ASCII */
	licence: bytes(1, maximumLicenceBytes),
	approvals: list(approval, maximumApprovals),
});
export type DefinitionDraft = TypeOf<typeof definitionDraft>;

export const definition = record({ draft: definitionDraft, signature });

/** The definition's id: what people approve, and what the licence's key binding names. */
export function definitionId(body: DefinitionBody): Bytes {
	return taggedHash("definition", definitionBody.write(body));
}

/** What a person signs. `certificate` is the hash of the certificate that it signs under. */
export function approvalPayload(part: ApprovalPart, id: Bytes, certificate: Bytes): Bytes {
	return encodeItem([approvalPart.write(part), id, certificate]);
}

/** What the operator's root signs: the definition, and whose approvals it counted. */
export function definitionPayload({ body, approvals }: DefinitionDraft): Bytes {
	return encodeItem([
		definitionId(body),
		sha256(concatBytes(...approvals.map((each) => serialize(approval, each)))),
	]);
}

/** Signs a complete draft. `root` must be the key that is the operator's id. */
export async function signDefinition(draft: DefinitionDraft, root: Signer): Promise<Bytes> {
	return serialize(definition, { draft, signature: await root.sign("definition", definitionPayload(draft)) });
}

const tilde = 0x7e;

/** The hash of a licence without its key binding: of all up to its last `~`, as `sd_hash` of RFC 9901 4.3.1. */
export function licenceHash(licence: Bytes): Bytes {
	return sha256(licence.subarray(0, licence.lastIndexOf(tilde) + 1));
}

/** What stands of a definition in the trust list. */
export function listedAsset(body: DefinitionBody): AssetDefinition {
	const { code, scale, nameEn, spendWindow, redeemWindow, grace } = body;
	return { code, scale, name: nameEn, spendWindow, redeemWindow, grace };
}
