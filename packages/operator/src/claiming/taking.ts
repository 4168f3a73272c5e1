/**
 * Takings: what each token of a judged claim takes of the registry, and what it is owed for it.
 */
import { type Bytes, isRefusal, mayCredit, type VerifiedCertificate } from "@tenten/protocol";
import type { JudgedClaim, JudgedToken } from "../judging/judge.ts";
import type { Claimed } from "../recording.ts";
import type { Published } from "../store/releases.ts";

/** One token of a claim as it is to be recorded. */
export type Taking = Claimed & Pick<JudgedToken, "releases">;

/** What is taken of each token that holds; `account` is the certificate that may be credited, null where none is. */
export function takingsOf(
	{ order, digest, signer, tokens }: JudgedClaim,
	account: VerifiedCertificate | null,
	now: number,
): readonly Taking[] {
	return tokens.flatMap((token, position) => {
		if (isRefusal(token)) return [];
		const { kind: _, holding, redeemer, ...judged } = token;
		const creditable = account !== null && mayCredit(holding, account, now);
		const claimants = account === null ? [redeemer] : [redeemer, account.hash];
		return [
			{ ...judged, order, digest, position, signer, redeemer, creditable, claimants, source: "redeemed" },
		];
	});
}

/** The outputs on a token's path, the one that is paid last. */
export function statesTaken({ rows }: Pick<Taking, "rows">): readonly Bytes[] {
	return rows.flatMap(({ output, meter }) => (meter === undefined ? [output] : [output, meter.output]));
}

/** The releases on the paths of what is taken, published `at` unix seconds. */
export function releasesIn(takings: readonly Taking[], at: number): readonly Published[] {
	return takings.flatMap(({ releases }) => releases.map((shown) => ({ ...shown, publishedAt: at })));
}
