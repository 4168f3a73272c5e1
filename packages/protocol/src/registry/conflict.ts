/**
 * Conflicts: what it means that an output on a token's path was consumed already, by something else.
 *
 *   nothing there             free: the token is paid, its rows are written
 *   another link there        a fork. Both links are effective, so together they convict an owner. Who comes
 *                             later and is no culprit draws on the fork reserve; its rows are written too, so
 *                             that each output of the losing branch draws once
 *   a payout there            taken: a ruling or an order was paid for this very output
 *
 * Of several forks on one path the last counts for the draw: without it, the branch would have drawn already
 * under the one before. Nobody who caused any of them draws.
 */
import { type Bytes, equalBytes, isRefusal, parse, type Refusal, refuse, toHex } from "../codec/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import { type Conviction, consumedOutput, forkEvidenceFrom, verifyEvidence } from "../token/index.ts";
import type { RegistryRow } from "./claim.ts";

export type Fork = {
	readonly evidence: Bytes;
	readonly output: Bytes;
	readonly culprit: VerifiedCertificate;
};

export type Verdict =
	| { readonly kind: "free"; readonly missing: readonly RegistryRow[] }
	| {
			readonly kind: "forked";
			readonly missing: readonly RegistryRow[];
			readonly forks: readonly Fork[];
			/** the fork that deprived the claimant */
			readonly last: Fork;
			/** whether the claimant may draw, up to the limit of the last culprit */
			readonly draws: boolean;
	  }
	| { readonly kind: "refused"; readonly refusal: Refusal };

/**
 * `rows` are a path's, in its order; `stored` what the registry holds of them; `claimants` the hashes of the
 * certificates that would be paid.
 */
export function judgeRows(
	rows: readonly RegistryRow[],
	stored: readonly RegistryRow[],
	claimants: readonly Bytes[],
	trust: Trust,
): Verdict {
	const known = new Map(stored.map((row) => [toHex(row.output), row]));
	const missing: RegistryRow[] = [];
	const forks: Fork[] = [];
	for (const row of rows) {
		const before = known.get(toHex(row.output));
		if (before === undefined) missing.push(row);
		else if (!equalBytes(before.consumer, row.consumer)) {
			const fork = forkOf(before, row, trust);
			if (isRefusal(fork)) return { kind: "refused", refusal: fork };
			forks.push(fork);
		}
	}
	const last = forks.at(-1);
	if (last === undefined) return { kind: "free", missing };
	const isCulprit = forks.some(({ culprit }) => claimants.some((hash) => equalBytes(hash, culprit.hash)));
	return { kind: "forked", missing, forks, last, draws: !isCulprit };
}

function forkOf(before: RegistryRow, row: RegistryRow, trust: Trust): Fork | Refusal {
	if (before.consumed === null || row.consumed === null) return refuse("ruling-taken");
	const first = parse(consumedOutput, before.consumed, before.consumed.length);
	if (isRefusal(first)) return first;
	const second = parse(consumedOutput, row.consumed, row.consumed.length);
	if (isRefusal(second)) return second;
	const evidence = forkEvidenceFrom(first, second);
	const conviction: Conviction | Refusal = verifyEvidence(evidence, trust);
	return isRefusal(conviction) ? conviction : { evidence, output: row.output, culprit: conviction.culprit };
}
