/**
 * Conflicts: what it means that an output on a token's path was consumed already, by something else.
 *
 *   nothing there             free: the token is paid, its rows are written
 *   another link there        a fork. Both links are effective, so together they convict an owner. Who comes
 *                             later and is no culprit draws on the fork reserve; its rows are written too, so
 *                             that each output of the losing branch draws once
 *   a refund there            its owner had stated that no link of its own consumed this output. Where this is
 *                             a lie, it is a fork like any other; otherwise it is taken
 *   a claim on a meter there  a lie of its claimant, beside a Close that it signed away; otherwise it is taken, or
 *                             stands beside the Close, where the path goes on through the payer's change
 *   a payout there            taken: a ruling or an order was paid for this very output
 *
 * Of several forks on one path the last counts for the draw: without it, the branch would have drawn already
 * under the one before. Nobody who caused any of them draws.
 */
import { type Bytes, equalBytes, isRefusal, parse, type Refusal, refuse, toHex } from "../codec/index.ts";
import type { Trust, VerifiedCertificate } from "../identity/index.ts";
import {
	type ConsumedOutput,
	type Conviction,
	claimedPart,
	consumedOutput,
	deniedEvidenceFrom,
	forkEvidenceFrom,
	meteredEvidenceFrom,
	type RefundedOutput,
	refundedOutput,
	verifyEvidence,
} from "../token/index.ts";
import type { RegistryRow } from "./claim.ts";

export type Fork = {
	readonly kind: Conviction["kind"];
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
	for (const [position, row] of rows.entries()) {
		const before = known.get(toHex(row.output));
		if (before === undefined) missing.push(row);
		else if (!equalBytes(before.consumer, row.consumer)) {
			// After both parts of a meter stands what spent the payee's.
			const fork = forkOf(before, row, trust) ?? spentBesides(before, row, rows[position + 2], trust);
			if (isRefusal(fork) && row.meter?.yields) continue;
			if (isRefusal(fork)) return { kind: "refused", refusal: fork };
			forks.push(fork);
		}
	}
	const last = forks.at(-1);
	if (last === undefined) return { kind: "free", missing };
	const isCulprit = forks.some(({ culprit }) => claimants.some((hash) => equalBytes(hash, culprit.hash)));
	return { kind: "forked", missing, forks, last, draws: !isCulprit };
}

/** Undefined where the two stand beside each other, as far as they go: a Close, and a claim that it does not contradict. */
function forkOf(before: RegistryRow, row: RegistryRow, trust: Trust): Fork | Refusal | undefined {
	if (before.consumed === null || row.consumed === null) return taken;
	const metered = claimBeside(before.consumed, row.consumed) ?? claimBeside(row.consumed, before.consumed);
	if (metered !== undefined) {
		const convicted = convict(metered, trust);
		return isRefusal(convicted) ? undefined : convicted;
	}
	const second = parse(consumedOutput, row.consumed, row.consumed.length);
	if (isRefusal(second)) return taken;
	const refunded = parse(refundedOutput, before.consumed, before.consumed.length);
	if (!isRefusal(refunded)) return denialOf(refunded, second, trust);
	const first = parse(consumedOutput, before.consumed, before.consumed.length);
	if (isRefusal(first)) return first;
	return convict(forkEvidenceFrom(first, second), trust);
}

const taken: Refusal = refuse("ruling-taken");

/** A payee that was paid on its claim, and spent its part of a Close as well. */
function spentBesides(
	before: RegistryRow,
	row: RegistryRow,
	spent: RegistryRow | undefined,
	trust: Trust,
): Fork | Refusal {
	if (row.meter === undefined || row.meter.yields || before.consumed === null || !spent?.consumed)
		return taken;
	const evidence = claimBeside(before.consumed, spent.consumed);
	const convicted = evidence && convict(evidence, trust);
	return convicted === undefined || isRefusal(convicted) ? taken : convicted;
}

/** Where one of two rows is a claim on a meter, and the other a link: what may convict the claimant. */
function claimBeside(claim: Bytes, link: Bytes): Bytes | undefined {
	const claimed = parse(claimedPart, claim, claim.length);
	const consumed = parse(consumedOutput, link, link.length);
	if (isRefusal(claimed) || isRefusal(consumed)) return undefined;
	return meteredEvidenceFrom(claimed.statement, consumed);
}

/** Whether who took the output back had spent it: by what it stated, or by the release of what it showed. */
function denialOf(refunded: RefundedOutput, spent: ConsumedOutput, trust: Trust): Fork | Refusal {
	const denied = convict(deniedEvidenceFrom(refunded, spent), trust);
	if (!isRefusal(denied)) return denied;
	const { consumed } = refunded;
	const opened = { ...consumed, link: { ...consumed.link, release: spent.link.release } };
	const forked = convict(forkEvidenceFrom(opened, spent), trust);
	return isRefusal(forked) ? taken : forked;
}

function convict(evidence: Bytes, trust: Trust): Fork | Refusal {
	const conviction = verifyEvidence(evidence, trust);
	if (isRefusal(conviction)) return conviction;
	const { kind, culprit, input: output } = conviction;
	return { kind, evidence, output, culprit };
}
