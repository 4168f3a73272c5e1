/**
 * Definitions for trying things out: licensor, proposer and approvers are all made here, on one machine, by one
 * program. They show how a definition comes to be, and nothing of them is anybody's permission.
 *
 * A fresh licensor at each opening, of which only the public half is ever written, and only if something was
 * licensed: so no key lies about that could license more.
 */

import { randomUUID } from "node:crypto";
import { generateKey, signerFrom } from "@tenten/module";
import {
	type JosePair,
	type Licensor,
	localLicensor,
	makeJoseKey,
	makeLicence,
	type Operator,
	presentLicence,
} from "@tenten/operator";
import {
	type ApprovalPart,
	type AssetDefinition,
	approvalPayload,
	type DefinitionBody,
	definitionDraft,
	definitionId,
	isRefusal,
	licenceHash,
	limits,
	parse,
	serialize,
	definition as signedDefinition,
} from "@tenten/protocol";
import { now } from "../surroundings.ts";

const validity_s = 10 * 365 * 86_400;

export type TrialLicensor = { readonly known: Licensor; readonly pair: JosePair };

export function makeTrialLicensor(): TrialLicensor {
	const pair = makeJoseKey();
	return { pair, known: { iss: `${localLicensor}:${randomUUID()}`, key: pair.publicKey } };
}

/** The configured assets that nothing defines yet. */
export function undefinedAssets(
	operator: Operator,
	assets: readonly AssetDefinition[],
): readonly AssetDefinition[] {
	const defined = new Set(
		operator.definitions().flatMap((encoded) => {
			const read = parse(signedDefinition, encoded);
			return isRefusal(read) ? [] : [read.draft.body.code];
		}),
	);
	return assets.filter(({ code }) => !defined.has(code));
}

/** Defines an asset as it is configured, for what it is worth. */
export async function defineForTrial(
	operator: Operator,
	asset: AssetDefinition,
	{ known, pair }: TrialLicensor,
): Promise<void> {
	const binding = makeJoseKey();
	const issuedAt = now();
	const licence = await makeLicence(
		{
			iss: known.iss,
			operator: operator.id,
			key: binding.publicKey,
			assetKind: "currency",
			codes: [asset.code],
			scale: asset.scale,
			ceiling: limits.amount,
			issuedAt,
			until: issuedAt + validity_s,
		},
		pair.privateKey,
	);
	const { name, ...listed } = asset;
	const body: DefinitionBody = {
		...listed,
		operator: operator.id,
		version: 1,
		validFrom: issuedAt,
		assetKind: "currency",
		nameJa: name,
		nameEn: name,
		ceiling: limits.amount,
		conditions: [],
		licence: licenceHash(Buffer.from(licence, "ascii")),
	};
	const shown = await presentLicence(licence, definitionId(body), binding.privateKey, issuedAt);
	const parts: readonly ApprovalPart[] = ["proposed", "approved", "approved"];
	const approvals = [];
	for (const part of parts) approvals.push(await approvedHere(operator, body, part));
	const adopted = await operator.adoptDefinition(
		serialize(definitionDraft, { body, licence: shown, approvals }),
	);
	if (isRefusal(adopted)) throw new Error(`${adopted.code} ${adopted.detail}`);
}

/** By a person who exists for this alone. */
async function approvedHere(operator: Operator, body: DefinitionBody, part: ApprovalPart) {
	const signer = signerFrom(generateKey("Ed25519").privateKey, "Ed25519");
	const { encoded: certificate, hash } = await operator.certifyPerson(signer.key, part);
	const payload = approvalPayload(part, definitionId(body), hash);
	return { part, certificate, signature: await signer.sign("approval", payload) };
}
