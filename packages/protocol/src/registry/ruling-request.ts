/**
 * Asking for a ruling, and its answer (the ruling itself stands in `token/ruling.ts`).
 *
 *   release     shown by anybody: decides for the payee
 *   statement   by the payer, from redeem until and grace to the last day for it: asks for a refund of tokens
 *               whose fate nobody knows; by an owner whose wallet was restored from a backup, or
 *               by who answers for a lost device, after one grace more: of what nobody claimed
 *   evidence    of a fork, or of a cancel and a release of one lock: opens a case
 *   close       of a meter, by either side: it stands, whoever claims
 *   question    by a side in doubt: the ruling that stands, if there is one
 */
import {
	type Bytes,
	bytes,
	bytes32,
	equalBytes,
	isRefusal,
	limits,
	list,
	nullable,
	parse,
	type Refusal,
	record,
	refuse,
	serialize,
	type TypeOf,
	tickCount,
	union,
	unixSeconds,
} from "../codec/index.ts";
import type { AssetDefinition, Trust } from "../identity/index.ts";
import {
	type ConsumedOutput,
	consumedOutput,
	consumedOutputs,
	finalCountOf,
	type Issue,
	isAboutOutput,
	outputId,
	ownerHash,
	type PathLink,
	refundedOutput,
	type SignedStatement,
	signedRuling,
	signedStatement,
	type Token,
	token as tokenShape,
	type VerifiedStatement,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { isInTime, pathRows, type RegistryRow } from "./claim.ts";
import { maximumReplyBytes } from "./claim-shape.ts";
import { type Holding, holdingOf, type Terms, termsOf } from "./terms.ts";

export const rulingRequest = union({
	release: [1, record({ release: bytes32 })],
	/** each token ends in the link in question, as its payee would hold it */
	statement: [2, record({ statement: signedStatement, tokens: list(tokenShape, limits.orderTokens, 1) })],
	evidence: [3, record({ evidence: bytes(1, limits.evidence) })],
	/** a lock's hash, or the id of a direct link or of an output */
	question: [4, record({ subject: bytes32 })],
	/** ends in an output of a Close: from now on it stands, and what was claimed of its meter yields to it */
	close: [5, record({ token: tokenShape })],
});
export type RulingRequest = TypeOf<typeof rulingRequest>;

export const rulingReply = union({
	/** `reply` is an encoded `Reply`: what became of the tokens of a statement */
	ruled: [1, record({ ruling: signedRuling, reply: nullable(bytes(1, maximumReplyBytes)) })],
	/** a case was opened under this id */
	filed: [2, record({ caseId: bytes32 })],
	/** what was unclaimed, or lost with its device, had been spent, by this link */
	consumed: [3, record({ consumed: consumedOutput })],
	/** the deepest count that was claimed of a meter; paid from then on, unix seconds, unless a Close is shown */
	claimed: [4, record({ meter: bytes32, ticks: tickCount, from: unixSeconds })],
});
export type RulingReply = TypeOf<typeof rulingReply>;

/** Evidence outgrows a message; nothing else does, and what begins as anything else is not read that far. */
export function parseRulingRequest(encoded: Bytes): RulingRequest | Refusal {
	return parse(rulingRequest, encoded, beginsAsEvidence(encoded) ? longestEvidenceRequest : limits.message);
}

/** `[3, bstr]`: two bytes before the byte string, and at most five of its length. */
const longestEvidenceRequest = limits.evidence + 7;

function beginsAsEvidence([outer, kind, inner = 0]: Bytes): boolean {
	return outer === 0x82 && kind === 3 && inner >> 5 === 2;
}

export function serializeRulingRequest(value: RulingRequest): Bytes {
	return serialize(rulingRequest, value);
}

export function parseRulingReply(encoded: Bytes): RulingReply | Refusal {
	return parse(rulingReply, encoded, 2 * maximumReplyBytes);
}

/** What a statement may get back: an output that nobody is known to have received. */
export type Refund = {
	readonly kind: "refund";
	readonly token: VerifiedToken;
	/** the output that is paid */
	readonly output: Bytes;
	/** rows of all links that count, without the row of `output` */
	readonly path: readonly RegistryRow[];
	/** what the row of `output` keeps: encoded `RefundedOutput`, null where no lock is spoken of */
	readonly kept: Bytes | null;
	readonly amount: bigint;
	readonly hops: number;
	readonly terms: Terms;
	/** see `ownerHash` */
	readonly owner: Bytes;
	readonly holding: Holding;
	/** unix seconds: nothing is refunded before */
	readonly from: number;
	/** unix seconds: from then on nothing is that was not before */
	readonly until: number;
};

/** Five years: for whoever lost a device, or died. Seconds. */
const refundWindow = 5 * 365 * 86_400;

/**
 * When the time to ask for a refund of a token ends, unix seconds: five years, and as long as it could be redeemed,
 * after redeem until and grace. So tokens that were paid together have five years in common, whatever their dates.
 */
export function refundUntil(
	{ issuedAt, redeemUntil }: Pick<Issue, "issuedAt" | "redeemUntil">,
	grace: number,
): number {
	return redeemUntil + grace + (redeemUntil - issuedAt) + refundWindow;
}

/**
 * Checks one token of a statement. A locked link counts for nothing, so its whole input comes back; a direct
 * link is effective, so its row stands and its output 0 alone comes back. What is unclaimed, or lost, stands for itself.
 */
export function verifyRefund(
	value: Token,
	{ body: { says }, signer, signed }: VerifiedStatement,
	trust: Trust,
): Refund | Refusal {
	const token = verifyParsedToken(value, trust);
	if (isRefusal(token)) return token;
	if (says.kind === "ticked" || says.kind === "rest")
		return refuse("order-mismatch", "a claim on a meter is no refund");
	const held = isAboutOutput(says) ? endsIn(token, says.output) : heldBefore(value, token, says, trust);
	if (isRefusal(held)) return held;
	if (!equalBytes(held.owner.certificate.hash, signer.hash)) return refuse("owner-mismatch");
	const { certificate, purpose, request } = held.owner;
	const isLocked = token.pending !== null;
	const { outputId: output, amount } = says.kind === "noWord" ? token : held;
	// Verified under this list, so listed in it.
	const { grace } = trust.asset(token.asset) as AssetDefinition;
	return {
		kind: "refund",
		token,
		output,
		path: pathRows(token, trust),
		kept: isLocked ? keptOf(token, signed, trust) : null,
		amount,
		hops: held.hops + 1,
		terms: termsOf(held),
		owner: ownerHash(certificate.hash, purpose, request),
		holding: { ...holdingOf(held), amount },
		from: token.issue.redeemUntil + (isAboutOutput(says) ? 2 : 1) * grace,
		until: refundUntil(token.issue, grace),
	};
}

/** The token itself, where it is the output that the statement speaks of, and its owner's. */
function endsIn(token: VerifiedToken, output: Bytes): VerifiedToken | Refusal {
	if (token.pending !== null) return refuse("lock-pending");
	if (token.owner.meter !== undefined) return refuse("meter-mismatch", "the rest of a meter is claimed");
	return equalBytes(token.outputId, output) ? token : refuse("order-mismatch", "another output");
}

/** The token as it was before the link that the statement speaks of. */
function heldBefore(
	value: Token,
	token: VerifiedToken,
	says: AboutLink,
	trust: Trust,
): VerifiedToken | Refusal {
	const link = token.path.at(-1);
	if (link === undefined) return refuse("order-mismatch", "no link in question");
	const named = namesLink(says, token, link);
	if (named !== undefined) return named;
	return verifyParsedToken({ ...value, hops: value.hops.slice(0, -1) }, trust, { signatures: false });
}

/**
 * Whether a release that the operator has published answers a statement on these tokens. The decider of a lock
 * denies it falsely whenever it came. Whoever gave under another's lock is answered by it only if it came in
 * time for one of its tokens: later nobody can claim them, and they must come back.
 */
export function answersStatement(
	{ body: { says } }: VerifiedStatement,
	refunds: readonly Refund[],
	publishedAt: number,
): boolean {
	return (
		says.kind !== "noReleaseReached" ||
		refunds.some(({ token }) => isInTime(publishedAt, token.issue.redeemUntil))
	);
}

/** What convicts the signer where it had spent the input of this locked link all the same. */
function keptOf(token: VerifiedToken, statement: SignedStatement, trust: Trust): Bytes {
	const consumed = consumedOutputs(token, trust).at(-1) as ConsumedOutput;
	return serialize(refundedOutput, { consumed, statement });
}

type AboutLink = Exclude<
	VerifiedStatement["body"]["says"],
	{ readonly kind: "unclaimed" | "lost" | "ticked" | "rest" }
>;

/** Why the last link is not what the statement speaks of. */
function namesLink(
	says: AboutLink,
	{ pending, outputId: paid }: VerifiedToken,
	link: PathLink,
): Refusal | undefined {
	switch (says.kind) {
		case "neverReleased":
		case "noReleaseReached": {
			const decides = says.kind === "noReleaseReached";
			if (decides && !says.inputs.some((input) => equalBytes(input, link.input)))
				return refuse("order-mismatch", "the statement does not name this output");
			return pending !== null && equalBytes(pending.hash, says.lock) && pending.payeeDecides === decides
				? undefined
				: refuse("lock-mismatch");
		}
		case "noWord": {
			const isClose = finalCountOf(link.body) !== undefined;
			const isDirect = link.body.lock === null && link.kind !== "change" && !isClose;
			return isDirect && equalBytes(link.id, says.link) && equalBytes(paid, outputId(link.id, 0))
				? undefined
				: refuse("order-mismatch", "another link");
		}
		case "balance":
			return refuse("order-mismatch", "no statement about a link");
		default:
			return says satisfies never;
	}
}
