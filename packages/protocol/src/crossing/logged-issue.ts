/**
 * Issues of another ecosystem: taken only while others see its operator's log, and once old only if they are in it.
 *
 *   issue id ──item proof──▶ batch ──entry of the log──▶ checkpoint ──quorum of the payee's policy──▶ fresh?
 *
 * An operator that issues beside its log can be found out by nobody, so such value must not travel far: an hour after
 * its issue a payee of another ecosystem wants the proof. A proof holds for ever, since a log only grows; that its log
 * is still watched is asked anew each time, of the newest checkpoint that the payee has. What could go wrong: an issue
 * that is dated ahead, to look new for long (it needs its proof at once), a proof under the log of another operator
 * (the policy names this one's), and a log that nobody has cosigned for long (nothing is taken until somebody has).
 */
import {
	aheadMost_s,
	type Bytes,
	equalBytes,
	isRefusal,
	limits,
	parse,
	type Refusal,
	refuse,
} from "../codec/index.ts";
import { leafHash, type Verify } from "../crypto/index.ts";
import {
	type Freshness,
	openUnderPolicy,
	type Policy,
	parsePortableProof,
	quorumSince,
	refuseForValue,
	type VerifiedCheckpoint,
	verifyInclusion,
} from "../log/index.ts";
import { proofIn } from "../seal/index.ts";
import { leafOf, loggedProof } from "./logged-proof.ts";

/** seconds after its issue for which value of another ecosystem is taken without its proof */
export const unloggedMost_s = 3600;

/** What a proof must be of. */
export type ForeignIssue = {
	/** its id */
	readonly id: Bytes;
	/** asset hash */
	readonly asset: Bytes;
	/** minor units */
	readonly amount: bigint;
	/** unix seconds, by its operator's clock */
	readonly issuedAt: number;
};

/** Whether it is taken with its proof alone: it is older than an hour, or dated ahead of every clock. */
export function needsProof({ issuedAt }: Pick<ForeignIssue, "issuedAt">, now: number): boolean {
	return !(issuedAt <= now + aheadMost_s && now - issuedAt <= unloggedMost_s);
}

/**
 * The checkpoint under which an issue is logged by a `loggedProof` of its item, which the policy's quorum cosigned at whatever time. `policy` names
 * the log of the issue's operator, and no other.
 *
 * Refused with `malformed`, `proof-invalid`, `not-logged`, `quorum-missing`, or as `openUnderPolicy` does.
 */
export function verifyLoggedIssue(
	encoded: Bytes,
	issue: ForeignIssue,
	policy: Policy,
	verify: Verify,
): VerifiedCheckpoint | Refusal {
	const file = parse(loggedProof, encoded, 2 * limits.message);
	if (isRefusal(file)) return file;
	const { proof } = file;
	if (proof.kind !== "item" || proof.batch.kind !== "issues" || !equalBytes(proof.batch.asset, issue.asset))
		return refuse("proof-invalid", "no item of issues of this asset");
	if (!equalBytes(proof.proof.owner, issue.id) || proof.proof.amount !== issue.amount)
		return refuse("proof-invalid", "another issue");
	const item = proofIn(proof);
	if (isRefusal(item)) return item;
	const place = parsePortableProof(file.place);
	if (isRefusal(place)) return place;
	const checkpoint = openUnderPolicy(place.checkpoint, policy, verify);
	if (isRefusal(checkpoint)) return checkpoint;
	const leaf = leafHash(leafOf(proof));
	if (!verifyInclusion(leaf, place.index, checkpoint.size, place.path, checkpoint.root))
		return refuse("not-logged", `entry ${place.index} of ${checkpoint.size}`);
	const isCosigned = policy.quorum.kind !== "none" && quorumSince(policy.quorum, checkpoint.cosignatures);
	return isCosigned === false || isCosigned === undefined
		? refuse("quorum-missing", "too few witnesses cosigned the proof's checkpoint")
		: checkpoint;
}

/** What a payee has of another ecosystem when it is asked. */
export type ForeignEvidence = {
	/** verified, of the issue's operator's log: the newest checkpoint that is known; null where none is */
	readonly newest: VerifiedCheckpoint | null;
	/** the checkpoint that `verifyLoggedIssue` answered with, null where there is no proof */
	readonly logged: VerifiedCheckpoint | null;
};

/** Why value of another ecosystem is not taken now: `quorum-missing`, `quorum-stale`, `issue-unlogged`. */
export function refuseForeign(
	issue: ForeignIssue,
	{ newest, logged }: ForeignEvidence,
	policy: Policy,
	freshness: Freshness,
): Refusal | undefined {
	if (newest === null) return refuse("quorum-missing", "no checkpoint of its operator's log");
	const stale = refuseForValue(newest, policy, freshness);
	if (stale !== undefined) return stale;
	if (logged !== null || !needsProof(issue, freshness.now)) return undefined;
	return refuse("issue-unlogged", `issued at ${issue.issuedAt}`);
}
