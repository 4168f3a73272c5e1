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
	type ClaimContext,
	claim as claimShape,
	isRefusal,
	lockHash,
	mayCredit,
	type Order,
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
import { settle } from "./settlement.ts";
import { publishedLocks, publishReleases } from "./store/releases.ts";

export async function claim(context: OperatorContext, encoded: Bytes): Promise<Bytes | Refusal> {
	const { store } = context;
	const hash = sha256(encoded);
	const stored = await store.run((transaction) => storedReply(transaction, hash));
	if (stored !== undefined) return stored;
	const parsed = parse(claimShape, encoded);
	if (isRefusal(parsed)) return parsed;
	const trust = await context.trust();
	const verified = verifyClaim(parsed, await claimContext(context, parsed, trust));
	if (isRefusal(verified)) return verified;
	// All tokens of an order are decided together, so what may pass later holds up the rest.
	const passing = verified.tokens.find(
		(token) => isRefusal(token) && refusals[token.code][0] === "transient",
	);
	if (isRefusal(passing)) return passing;
	const outcomes = await record(context, verified, trust);
	await settle(context, verified.order.digest);
	return store.run(async (transaction) => {
		const made = await replyTo(transaction, verified.order.digest, outcomes);
		// Kept unless nothing of the claim was: what is refused whole is refused again.
		if (outcomes.some((outcome) => !isRefusal(outcome))) await keepReply(transaction, hash, made);
		return made;
	});
}

async function claimContext(
	{ store, id, now }: OperatorContext,
	{ tokens }: Claim,
	trust: Trust,
): Promise<ClaimContext> {
	const locks = tokens.flatMap(({ hops }) => {
		const lock = hops.at(-2)?.lock;
		return lock?.state === "released" || lock?.state === "releasedPayeeDecides" ? [lockHash(lock.bytes)] : [];
	});
	const late = tokens.some(({ issue: { issue } }) => now() >= issue.redeemUntil);
	const published = late ? await store.run((transaction) => publishedLocks(transaction, locks)) : [];
	const known = new Set(published.map(toHex));
	return { trust, operator: id, now: now(), isPublished: (lock) => known.has(toHex(lock)) };
}

/** Takes the rows of every token of a claim, and writes what each is owed. */
async function record(
	context: OperatorContext,
	{ order, tokens }: VerifiedClaim,
	trust: Trust,
): Promise<readonly Outcome[]> {
	const account = await accountOf(context, order.order, trust);
	return context.store.run(async (transaction) => {
		const outcomes: Outcome[] = [];
		for (const [position, token] of tokens.entries()) {
			if (isRefusal(token)) {
				outcomes.push(token);
				continue;
			}
			const claimed = { ...claimedBy(order, token, account, context.now(), trust), position };
			const refusal = await recordPayout(transaction, context, claimed, trust);
			await publishReleases(transaction, releasesOn(token.token.path));
			outcomes.push(refusal ?? { issue: claimed.issue, output: claimed.output });
		}
		return outcomes;
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
		creditable: account !== null && mayCredit(redeemedHolding(token), account, now),
		claimants: account === null ? [certificate.hash] : [certificate.hash, account.hash],
		source: "redeemed",
		burned,
		closed,
	};
}

/** The certificate behind the account that an order names; null where it names none that can be credited. */
export async function accountOf(
	{ store }: OperatorContext,
	{ action }: Order,
	trust: Trust,
): Promise<VerifiedCertificate | null> {
	if (action.kind !== "account") return null;
	const encoded = await store.run((transaction) => certificateOf(transaction, action.account));
	const certificate = encoded && trust.certificate(encoded);
	return certificate === undefined || isRefusal(certificate) ? null : certificate;
}
