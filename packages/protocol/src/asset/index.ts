/** Asset definitions: proposed, approved by two, signed by the operator. */
export {
	type ApprovalPart,
	approvalPayload,
	type DefinitionBody,
	type DefinitionDraft,
	definition,
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
	verifyDefinition,
	verifyDraft,
} from "./verify.ts";
