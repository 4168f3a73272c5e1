/**
 * Definitions verified: who proposed, who approved, and that the operator's root signed just that.
 *
 * A trust list suffices. What the licence allows is the operator's to check when it adopts and issues, and any
 * auditor's; here it is only held to be the one that was approved.
 */
import { type Bytes, equalBytes, isRefusal, parse, type Refusal, refuse, toHex } from "../codec/index.ts";
import { keyId, verifySign1 } from "../crypto/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import {
	type Approval,
	type ApprovalPart,
	approvalPayload,
	type DefinitionBody,
	type DefinitionDraft,
	definition,
	definitionId,
	definitionPayload,
	licenceHash,
} from "./definition.ts";

export const maximumDefinitionBytes = 32_768;
const approversNeeded = 2;

/** The class that the operator certifies, in the role of an auditor, for each part. */
export const classOfPart: Readonly<Record<ApprovalPart, string>> = {
	proposed: "proposer",
	approved: "approver",
};

/** A draft that one person proposed, and some have approved: few or many. Only `verifyProposal` makes one. */
export type VerifiedProposal = {
	readonly verified: "proposal";
	readonly id: Bytes;
	readonly body: DefinitionBody;
	/** the licence with its key binding */
	readonly licence: Bytes;
	readonly proposer: VerifiedCertificate;
	readonly approvers: readonly VerifiedCertificate[];
};

/** A definition that the operator's people and its root signed. Only `verifyDefinition` makes one. */
export type VerifiedDefinition = {
	readonly verified: "definition";
	readonly id: Bytes;
	readonly body: DefinitionBody;
	/** the licence with its key binding */
	readonly licence: Bytes;
	readonly proposer: VerifiedCertificate;
	readonly approvers: readonly VerifiedCertificate[];
};

/** The definition that `encoded` holds, of the operator of this id, under a list on which it stands. */
export function verifyDefinition(
	encoded: Bytes,
	operator: Bytes,
	trust: Trust,
): VerifiedDefinition | Refusal {
	const parsed = parse(definition, encoded, maximumDefinitionBytes);
	if (isRefusal(parsed)) return parsed;
	const verified = verifyDraft(parsed.draft, operator, trust);
	if (isRefusal(verified)) return verified;
	const root = trust.operator(operator)?.entry.root;
	const payload = definitionPayload(parsed.draft);
	if (root === undefined || !verifySign1(trust.verify, root, "definition", payload, parsed.signature))
		return refuse("signature-invalid", "definition");
	return verified;
}

/** All but the root's signature: what the operator checks before it signs. */
export function verifyDraft(
	draft: DefinitionDraft,
	operator: Bytes,
	trust: Trust,
): VerifiedDefinition | Refusal {
	const proposal = verifyProposal(draft, operator, trust);
	if (isRefusal(proposal)) return proposal;
	const { approvers } = proposal;
	if (approvers.length < approversNeeded)
		return refuse("approval-missing", `${approvers.length} of ${approversNeeded} approvers`);
	return { ...proposal, verified: "definition" };
}

/** All but the root's signature and the number of approvers: while people sign. */
export function verifyProposal(
	{ body, licence, approvals }: DefinitionDraft,
	operator: Bytes,
	trust: Trust,
): VerifiedProposal | Refusal {
	if (!equalBytes(body.operator, operator)) return refuse("asset-unknown", "another operator's");
	if (trust.operator(operator) === undefined) return refuse("issuer-unknown");
	if (body.spendWindow > body.redeemWindow) return refuse("malformed", "spent longer than redeemed");
	if (!equalBytes(licenceHash(licence), body.licence)) return refuse("licence-invalid", "another licence");
	const id = definitionId(body);
	const signers: VerifiedCertificate[] = [];
	for (const approval of approvals) {
		const signer = signerOf(approval, id, operator, trust);
		if (isRefusal(signer)) return signer;
		signers.push(signer);
	}
	if (new Set(signers.map(({ key }) => toHex(keyId(key)))).size < signers.length)
		return refuse("approval-missing", "one key twice");
	const [proposer, ...more] = signers.filter((_, i) => approvals[i]?.part === "proposed");
	if (proposer === undefined || more.length > 0) return refuse("approval-missing", "one proposer");
	const approvers = signers.filter((_, i) => approvals[i]?.part === "approved");
	return { verified: "proposal", id, body, licence, proposer, approvers };
}

/** Whoever signed an approval, if it may: a person whom this operator certified for the part. */
function signerOf(
	{ part, certificate: encoded, signature }: Approval,
	id: Bytes,
	operator: Bytes,
	trust: Trust,
): VerifiedCertificate | Refusal {
	const certificate = trust.certificate(encoded);
	if (isRefusal(certificate)) return certificate;
	if (!equalBytes(certificate.operatorId, operator))
		return refuse("authority-unknown", "another operator's person");
	const { role, class: name } = certificate.profile;
	if (role !== "auditor" || name !== classOfPart[part]) return refuse("certificate-role", part);
	const payload = approvalPayload(part, id, certificate.hash);
	return verifySign1(trust.verify, certificate.key, "approval", payload, signature)
		? certificate
		: refuse("signature-invalid", "approval");
}

/**
 * Why `next` may not follow `last`, the newest definition of its code (undefined where there is none). What an
 * amount means never changes, and nobody who waits is given less time than was promised.
 */
export function brokenSuccession(
	next: DefinitionBody,
	last: DefinitionBody | undefined,
): Refusal | undefined {
	if (next.version !== (last?.version ?? 0) + 1) return refuse("order-mismatch", `version ${next.version}`);
	if (last === undefined) return undefined;
	if (next.scale !== last.scale || next.assetKind !== last.assetKind)
		return refuse("asset-mismatch", "kind and decimals stay");
	if (next.grace < last.grace) return refuse("asset-mismatch", "grace never shortens");
	return next.validFrom < last.validFrom ? refuse("order-mismatch", "valid before the last one") : undefined;
}

/** The body that is in force at `now` among those of one code: of those that are valid, the newest. */
export function inForce(bodies: readonly DefinitionBody[], now: number): DefinitionBody | undefined {
	return bodies
		.filter(({ validFrom }) => validFrom <= now)
		.reduce<DefinitionBody | undefined>(
			(best, body) => (best === undefined || body.version > best.version ? body : best),
			undefined,
		);
}
