/**
 * Claims and their replies as they travel: an order with the tokens that follow it, and what became of each.
 *
 * A reply is stored and given again byte for byte, so a lost answer loses nothing.
 */
import {
	amount,
	amountOrZero,
	type Bytes,
	boolean,
	bytes,
	bytes32,
	integer,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refusals,
	serialize,
	type TypeOf,
	text,
	union,
} from "../codec/index.ts";
import { type IssueProof, issueProof, type Owner, type Token, token } from "../token/index.ts";
import { signedOrder } from "./order.ts";

/** Each token ends in a redeeming link for this order. */
export const claim = record({ order: signedOrder, tokens: list(token, limits.orderTokens, 1) });
export type Claim = TypeOf<typeof claim>;

/** Replies and case files may outgrow one message: each holds answers for sixteen tokens. */
export const maximumReplyBytes: number = (limits.orderTokens + 1) * limits.evidence;

const result = union({
	/** credited to the account */
	paid: [1, record({ amount })],
	/** among the new issues of this reply */
	refreshed: [2, record({ amount })],
	/** someone had consumed an output on its path already: evidence, and what the fork reserve paid */
	forked: [3, record({ evidence: bytes(1, limits.evidence), drawn: amountOrZero })],
	refused: [4, record({ code: text(32), transient: boolean })],
});
export type ClaimResult = TypeOf<typeof result>;

const newIssue = record({
	/** position among the order's outputs; null: the fallback owner */
	output: nullable(integer(0, limits.orderOutputs - 1)),
	proof: issueProof,
});
export type NewIssue = TypeOf<typeof newIssue>;

/** One result a token, in the order of the claim. A withdrawal has no results, only issues. */
export const reply = record({
	order: bytes32,
	results: list(result, limits.orderTokens),
	issues: list(newIssue, limits.orderOutputs + limits.orderTokens),
});
export type Reply = TypeOf<typeof reply>;

export const storedResult = result;
export const storedIssue = newIssue;

export function parseReply(encoded: Bytes): Reply | Refusal {
	return parse(reply, encoded, maximumReplyBytes);
}

export function serializeClaim(value: Claim): Bytes {
	return serialize(claim, value);
}

export function refusedResult({ code }: Refusal): ClaimResult {
	return { kind: "refused", code, transient: refusals[code][0] === "transient" };
}

/** The token of a new issue, for whoever can open its owner. */
export function tokenFromIssue(proof: IssueProof, owner: Owner): Token {
	const { certificate, purpose, request } = owner;
	return {
		issue: proof,
		opening: { certificate: 0, purpose, request },
		hops: [],
		certificates: [certificate.encoded],
	};
}
