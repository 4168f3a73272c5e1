/**
 * Claims: redeemed tokens come in, rows are taken, and what they are owed is paid exactly once.
 *
 *   verify ─▶ rows and payout records, one transaction ─▶ settle (settlement.ts) ─▶ reply, stored
 *
 * A crash between two steps loses nothing: records without a settlement are settled at the next start or by
 * the next retry, and a retry finds the rows to be its own. What could go wrong is answering twice in two
 * ways: a reply is therefore a function of what is stored, and stored itself.
 */
import {
	type Bytes,
	type Claim,
	claim as claimShape,
	compareBytes,
	isRefusal,
	lockHash,
	mayCredit,
	ownerHash,
	parse,
	type Redemption,
	type Refusal,
	redeemedHolding,
	refusals,
	registryRows,
	releasesOn,
	sha256,
	type Trust,
	toHex,
	type VerifiedCertificate,
	type VerifiedClaim,
	type VerifiedOrder,
	verifyClaim,
} from "@tenten/protocol";
import type { OperatorContext } from "./context.ts";
import { certificateOf } from "./enrol.ts";
import { type Claimed, recordPayout } from "./recording.ts";
import { keepReply, type Outcome, replyTo, storedReply } from "./replies.ts";
import { loadUnsettled, settle, type Unsettled } from "./settlement.ts";
import { publicationsOf, publishVouched } from "./store/releases.ts";
import type { Transaction } from "./store/store.ts";
import { refusedPayout } from "./watch.ts";

export async function claim(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const hash = sha256(encoded);
	const parsed = parse(claimShape, encoded);
	if (isRefusal(parsed)) return parsed;
	const trust = await context.trust();
	const known = await context.store.run((transaction) => look(transaction, context, parsed, hash));
	if (known.reply !== undefined) return known.reply;
	const publishedAt = (lock: Bytes): number | undefined => known.published.get(toHex(lock));
	const now = context.now();
	const verified = verifyClaim(parsed, { trust, operator: context.id, now, publishedAt });
	if (isRefusal(verified)) return verified;
	// All tokens of an order are decided together, so what may pass later holds up the rest.
	const passing = verified.tokens.find(
		(token) => isRefusal(token) && refusals[token.code][0] === "transient",
	);
	if (isRefusal(passing)) return passing;
	const account = usable(known.account, trust);
	const { digest } = verified.order;
	const recorded = await record({ ...context, now: () => now }, verified, account, trust);
	if (isRefusal(recorded)) return recorded;
	const { outcomes, unsettled } = recorded;
	return settle(
		context,
		digest,
		async (transaction) => {
			const before = await storedReply(transaction, hash);
			if (before !== undefined) return before;
			const made = await replyTo(transaction, digest, outcomes);
			// Kept unless nothing of the claim was: what is refused whole is refused again.
			if (outcomes.some((outcome) => !isRefusal(outcome))) await keepReply(transaction, hash, made);
			return made;
		},
		unsettled,
	);
}

type Known = {
	/** the same claim was answered before */
	readonly reply: Bytes | undefined;
	/** the encoded certificate behind the account that the order names */
	readonly account: Bytes | undefined;
	/** when the releases on the paths of late tokens were published, by the lock in hexadecimal */
	readonly published: ReadonlyMap<string, number>;
};

/** What is stored that a claim depends on. */
async function look(
	transaction: Transaction,
	{ now }: OperatorContext,
	{ order, tokens }: Claim,
	hash: Bytes,
): Promise<Known> {
	const { action } = order.order;
	const late = tokens.filter(({ issue: { issue } }) => now() >= issue.redeemUntil);
	const locks = late.flatMap(({ hops }) =>
		hops.flatMap(({ lock }) =>
			lock?.state === "released" || lock?.state === "releasedPayeeDecides" ? [lockHash(lock.bytes)] : [],
		),
	);
	return {
		reply: await storedReply(transaction, hash),
		account: action.kind === "account" ? await certificateOf(transaction, action.account) : undefined,
		published: await publicationsOf(transaction, locks),
	};
}

/**
 * Takes the rows of every token of a claim, and writes what each is owed. Its releases are published at the
 * time by which the claim was judged: what was in time for the one is in time for the other.
 */
async function record(
	context: OperatorContext,
	{ order, tokens }: VerifiedClaim,
	account: VerifiedCertificate | null,
	trust: Trust,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly unsettled: Unsettled } | Refusal> {
	const claimed = tokens.flatMap((token, position) =>
		isRefusal(token) ? [] : [{ ...claimedBy(order, token, account, context.now(), trust), position }],
	);
	const releases = tokens.flatMap((token) => (isRefusal(token) ? [] : releasesOn(token.token.path)));
	return context.commit(async (transaction) => {
		const stopped = await refusedPayout(transaction, context, order.order.asset.code);
		if (stopped !== undefined) return stopped;
		const outcomes: Outcome[] = [];
		for (const [position, token] of tokens.entries()) if (isRefusal(token)) outcomes[position] = token;
		// By issue, as every writer does: two that want the same rows in two orders would wait for each other.
		for (const one of claimed.toSorted((a, b) => compareBytes(a.issue, b.issue))) {
			const refusal = await recordPayout(transaction, context, one, trust);
			outcomes[one.position] = refusal ?? { issue: one.issue, output: one.output };
		}
		await publishVouched(transaction, releases, context.now());
		return { outcomes, unsettled: await loadUnsettled(transaction, order.digest) };
	});
}

function claimedBy(
	{ order, digest, signer }: VerifiedOrder,
	{ token, redeemer, terms, burned, closed }: Redemption,
	account: VerifiedCertificate | null,
	now: number,
	trust: Trust,
): Omit<Claimed, "position"> {
	const { certificate, purpose, request } = redeemer;
	return {
		order,
		digest,
		signer: signer.hash,
		issue: token.issueId,
		output: token.outputId,
		rows: registryRows(token, digest, trust),
		amount: token.amount,
		hops: token.hops,
		terms,
		owner: ownerHash(certificate.hash, purpose, request),
		redeemer: certificate.hash,
		creditable: account !== null && mayCredit(redeemedHolding(token), account, now),
		claimants: account === null ? [certificate.hash] : [certificate.hash, account.hash],
		source: "redeemed",
		burned,
		closed,
	};
}

/** An account's certificate; null where there is none that can be credited. */
export function usable(account: Bytes | undefined, trust: Trust): VerifiedCertificate | null {
	const certificate = account && trust.certificate(account);
	return certificate === undefined || isRefusal(certificate) ? null : certificate;
}
