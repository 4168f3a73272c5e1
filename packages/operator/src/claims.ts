/**
 * A claim on its own: redeemed tokens come in, rows are taken, and what they are owed is paid exactly once.
 *
 *   judged ─▶ rows and payout records, one transaction ─▶ settle (settlement.ts) ─▶ reply, stored
 *
 * This is the long way: it knows forks, draws, orders that come in parts and values that burn. Claims that find
 * all their rows free are taken together (`claiming/`), with the same outcome.
 *
 * A crash between two steps loses nothing: records without a settlement are settled at the next start or by
 * the next retry, and a retry finds the rows to be its own. What could go wrong is answering twice in two
 * ways: a reply is therefore a function of what is stored, and stored itself.
 */
import { type Bytes, isRefusal, type Refusal, type Trust, type VerifiedCertificate } from "@tenten/protocol";
import { releasesIn, statesTaken, type Taking } from "./claiming/taking.ts";
import type { OperatorContext } from "./context.ts";
import type { JudgedClaim } from "./judging/judge.ts";
import { recordPayouts } from "./recording.ts";
import { keepReply, type Outcome, replyTo, storedReply } from "./replies.ts";
import { loadUnsettled, settle, type Unsettled } from "./settlement.ts";
import { refusedFrozen } from "./store/freezes.ts";
import { publishVouched } from "./store/releases.ts";
import { refusedPayout } from "./watch.ts";

/** `takings` are of the tokens of `judged`, under the same trust; `hash` is of the claim's bytes. */
export async function claimAlone(
	context: OperatorContext,
	judged: JudgedClaim,
	takings: readonly Taking[],
	hash: Bytes,
	trust: Trust,
): Promise<Bytes | Refusal> {
	const before = await context.store.read((transaction) => storedReply(transaction, hash));
	if (before !== undefined) return before;
	const { digest } = judged;
	const recorded = await record(context, judged, takings, trust);
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

/**
 * Takes the rows of every token of a claim, and writes what each is owed. Its releases are published at the
 * time by which the claim was judged: what was in time for the one is in time for the other.
 */
async function record(
	context: OperatorContext,
	{ order, digest, tokens }: JudgedClaim,
	takings: readonly Taking[],
	trust: Trust,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly unsettled: Unsettled } | Refusal> {
	return context.commit(async (transaction) => {
		const stopped = await refusedPayout(transaction, context, order.asset.code);
		if (stopped !== undefined) return stopped;
		const frozen = await refusedFrozen(transaction, context, takings.map(statesTaken));
		if (frozen !== undefined) return frozen;
		const outcomes = await recordPayouts(transaction, context, takings, trust);
		for (const [position, token] of tokens.entries()) if (isRefusal(token)) outcomes[position] = token;
		await publishVouched(transaction, releasesIn(takings, context.now()));
		return { outcomes, unsettled: await loadUnsettled(transaction, digest) };
	});
}

/** An account's certificate; null where there is none that can be credited. */
export function usable(account: Bytes | undefined, trust: Trust): VerifiedCertificate | null {
	const certificate = account && trust.certificate(account);
	return certificate === undefined || isRefusal(certificate) ? null : certificate;
}
