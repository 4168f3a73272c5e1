/**
 * Which answers of an operator end what was asked of it: a claim (ordering.ts), or a statement (paid-back.ts).
 *
 *   paid        what is owed, to an account that may take it
 *   refreshed   what is owed, and as much in tokens under the same terms
 *   forked      by evidence about an output on the token's path; no more was drawn than the reserve may pay
 *   refused     for good, because its time was over or its condition burned it, as far as that is known here too
 *
 * No other answer ends anything: the token stays its holder's, and the same bytes are sent again. An operator that lies
 * can keep what it owes, as one can that is silent; it cannot make its holder give it up.
 *
 * What is not known here: how much of a culprit's limit others drew before, and the operator's own limit where the
 * culprit's certificate names none, so that little, or nothing, may be all that the reserve pays; and whether an account
 * was credited, which is the operator's word.
 */
import {
	type ClaimResult,
	type Condition,
	equalBytes,
	isRefusal,
	type Refusal,
	refusals,
	refuse,
	sumOf,
	type Terms,
	type Trust,
	termsKey,
	termsOf,
	toHex,
	type VerifiedToken,
	verifyEvidence,
} from "@tenten/protocol";
import type { Core } from "./core.ts";
import { lastDay } from "./redeemable.ts";

/** What whoever asked knows of itself, and of the time. */
export type Knowing = Pick<Core, "everOwned" | "ownCertificate" | "ownClock" | "surelyPast">;

/** What is owed for one token. Amounts in minor units. */
export type Owed = {
	/** as it was shown: its path, and the output in which it ends */
	readonly token: VerifiedToken;
	readonly least: bigint;
	readonly most: bigint;
	/** what goes on binding it in tokens */
	readonly terms: Terms;
	/** `hopsUsed` of these tokens, at most */
	readonly hops: number;
	/** whether it comes in tokens, if it comes: no account may take it, or none was named */
	readonly isInTokens: boolean;
	/** when its claim was signed, unix seconds; null of a statement, which no date to redeem closes */
	readonly claimedAt: number | null;
};

/** What answers come to. */
export type Ended = {
	/** minor units */
	readonly amount: bigint;
	/** positions of tokens that are still their holder's */
	readonly open: readonly number[];
	/** of the others: codes with which the operator refused them for good */
	readonly refused: readonly string[];
};

/**
 * What these answers, one for each token, and the tokens that came beside them end: nothing, if some go on and more came
 * than is for the others. Where it is nothing:
 * `attempt-pending` if one says that it comes later, `sum-mismatch` if less came than is owed or more was drawn,
 * `not-evidence` if a fork is none (transient codes where a newer trust list may judge it otherwise), `answer-disputed`
 * if nothing that is known here bears out a refusal.
 */
export function endedBy(
	knowing: Knowing,
	results: readonly ClaimResult[],
	owed: readonly Owed[],
	came: readonly VerifiedToken[],
	trust: Trust,
): Ended | Refusal {
	if (results.length !== owed.length) return refuse("request-mismatch", "no result for each token");
	if (results.some((result) => result.kind === "refused" && result.transient))
		return refuse("attempt-pending", "the operator will answer later");
	const inTokens = new Map<string, Expected>();
	const refused: string[] = [];
	const open: number[] = [];
	let [amount, inTokensMost, not] = [0n, 0n, undefined as Refusal | undefined];
	for (const [position, result] of results.entries()) {
		const one = owed[position] as Owed;
		const why = disputed(knowing, result, one, trust);
		if (why !== undefined) {
			not ??= why;
			open.push(position);
		} else if (result.kind === "refused") refused.push(result.code);
		else {
			const paid = result.kind === "forked" ? result.drawn : result.amount;
			amount += paid;
			if (result.kind === "refreshed" || one.isInTokens) expect(inTokens, one, paid);
			if (result.kind !== "paid" || one.isInTokens) inTokensMost += paid;
		}
	}
	// What came for those that go on must not be taken before them: no later answer could bring it again.
	if (not !== undefined && (open.length === owed.length || sumOf(came) > inTokensMost)) return not;
	return lacks(inTokens, came) ?? { amount, refused, open };
}

/** Of tokens under the same terms, by these. */
type Expected = { readonly sum: bigint; readonly hops: number };

function expect(inTokens: Map<string, Expected>, { terms, hops }: Owed, amount: bigint): void {
	const key = toHex(termsKey(terms));
	const before = inTokens.get(key) ?? { sum: 0n, hops: 0 };
	inTokens.set(key, { sum: before.sum + amount, hops: Math.max(before.hops, hops) });
}

/** Why an answer does not end what was asked about a token. */
function disputed(knowing: Knowing, result: ClaimResult, owed: Owed, trust: Trust): Refusal | undefined {
	switch (result.kind) {
		case "paid":
		case "refreshed":
			return result.amount < owed.least || result.amount > owed.most
				? refuse("sum-mismatch", `${result.amount} is not what must come back`)
				: undefined;
		case "forked":
			return noFork(result, owed, trust);
		case "refused":
			return isBorneOut(knowing, result.code, owed, trust)
				? undefined
				: refuse("answer-disputed", `the operator says ${result.code}`);
		default:
			return result satisfies never;
	}
}

type Forked = Extract<ClaimResult, { readonly kind: "forked" }>;

/** Why this is no fork on the way of a token, or draws what no reserve pays. */
function noFork({ evidence, drawn }: Forked, { token, most }: Owed, trust: Trust): Refusal | undefined {
	const conviction = verifyEvidence(evidence, trust);
	if (isRefusal(conviction))
		return refusals[conviction.code][0] === "transient"
			? conviction
			: refuse("not-evidence", conviction.code);
	const { kind, culprit, input } = conviction;
	const isOnPath = [...token.path.map((link) => link.input), token.outputId].some((output) =>
		equalBytes(output, input),
	);
	// Whoever decides a lock twice is no reason why what it released is not paid.
	if (!isOnPath || kind === "doubleDecision") return refuse("not-evidence", "of no fork of this token");
	const limit = culprit.profile.limits?.offlineTotal ?? most;
	return drawn > most || drawn > limit
		? refuse("sum-mismatch", "more than the reserve may pay for it")
		: undefined;
}

/** Clocks differ, and a claim takes its time: an operator may have had it that much after it was signed. Seconds. */
const late_s = 86_400;

/** Whether what is known here bears out that an operator refuses a token for good. */
function isBorneOut(knowing: Knowing, code: string, { token, claimedAt }: Owed, trust: Trust): boolean {
	// From then on nobody has to know of it any more.
	if (Math.min(knowing.ownClock(), knowing.surelyPast()) >= lastDay([token.token], trust)) return true;
	if (claimedAt === null) return false;
	if (code === "redeem-closed") return claimedAt + late_s >= token.issue.redeemUntil;
	return (
		code === "condition-expired" &&
		token.rules.some(({ condition }) => isBurned(condition, knowing.ownClock()))
	);
}

function isBurned(condition: Condition, now: number): boolean {
	return condition.kind === "expires" && condition.atExpiry === "burn" && now >= condition.time;
}

/** What is missing of tokens that answers speak of: under other terms, or nearer their end, they are others. */
function lacks(expected: ReadonlyMap<string, Expected>, came: readonly VerifiedToken[]): Refusal | undefined {
	for (const [terms, { sum, hops }] of expected) {
		const fitting = new Map<string, bigint>();
		for (const token of came) {
			const isFit = toHex(termsKey(termsOf(token))) === terms && token.issue.hopsUsed <= hops;
			if (isFit) fitting.set(toHex(token.outputId), token.amount);
		}
		const found = [...fitting.values()].reduce((total, amount) => total + amount, 0n);
		if (found < sum) return refuse("sum-mismatch", "the operator's answer lacks tokens that it speaks of");
	}
	return undefined;
}
