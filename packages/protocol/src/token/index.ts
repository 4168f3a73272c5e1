/** Value itself: assets, issues, links, tokens, the rules that bind them, and proof of double spends. */
export * from "./appeal.ts";
export * from "./asset.ts";
export * from "./build.ts";
export * from "./changes.ts";
export * from "./condition.ts";
export * from "./evidence.ts";
export * from "./evidence-from.ts";
export {
	type ConsumedOutput,
	claimedPart,
	consumedOutput,
	type Evidence,
	evidence,
	type OpenedOwner,
	type RefundedOutput,
	refundedOutput,
} from "./evidence-shape.ts";
export * from "./excess.ts";
export * from "./frozen.ts";
export * from "./issue.ts";
export * from "./link.ts";
export * from "./meter.ts";
export * from "./metered.ts";
export * from "./rules.ts";
export * from "./ruling.ts";
export * from "./spent.ts";
export {
	isAboutOutput,
	type Saying,
	type SignedStatement,
	type StatementBody,
	signedStatement,
	signStatement,
	statementBody,
	type VerifiedStatement,
	verifyStatement,
} from "./statement.ts";
export * from "./token.ts";
export * from "./verify.ts";
export * from "./would-accept.ts";
