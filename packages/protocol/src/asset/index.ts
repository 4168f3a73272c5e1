/** Asset definitions: proposed, approved by two, signed by the operator. */
export {
	type Approval,
	type ApprovalPart,
	approval,
	approvalPayload,
	type DefinitionBody,
	type DefinitionDraft,
	definition,
	definitionBody,
	definitionDraft,
	definitionId,
	definitionPayload,
	licenceHash,
	listedAsset,
	signDefinition,
} from "./definition.ts";
export {
	brokenSuccession,
	classOfPart,
	inForce,
	maximumDefinitionBytes,
	type VerifiedDefinition,
	type VerifiedProposal,
	verifyDefinition,
	verifyDraft,
	verifyProposal,
} from "./verify.ts";
