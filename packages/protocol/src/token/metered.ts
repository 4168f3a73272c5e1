/**
 * Metered outputs on a token's path: what may open a meter, and the one link that spends what it holds.
 *
 *   input ──two-phase link──▶ metered output ──Close──▶ the payee's part, and the payer's change
 *
 * A metered output is owned by its payer, so opening moves nothing: rules about payees bind the Close. A Close
 * is the payer's link over the payee's signed count: both have signed, and what is due follows from the terms.
 * What could go wrong is a Close that no payee could take: so a meter opens only if its dearest Close would pass.
 */
import { equalBytes, limits, type Refusal, refuse } from "../codec/index.ts";
import { verifySign1 } from "../crypto/index.ts";
import type { Trust } from "../identity/index.ts";
import { type FinalCount, type LinkBody, ownerHash } from "./link.ts";
import { chainsOf, dueFor, finalCountPayload } from "./meter.ts";
import { violations } from "./rules.ts";
import type { Meter, PathLink, VerifiedToken } from "./verify.ts";

/** The payee's count where this link is a Close. */
export function finalCountOf({ data }: Pick<LinkBody, "data">): FinalCount | undefined {
	return data === null || data instanceof Uint8Array ? undefined : data;
}

/** Why a link may not spend `state`, or pass value on through output `index`: a Close, or the lack of one. */
export function refuseSpending(state: VerifiedToken, link: PathLink, index: number): Refusal | undefined {
	const { meter } = state.owner;
	const count = finalCountOf(link.body);
	if (meter === undefined)
		return count === undefined ? undefined : refuse("meter-mismatch", "a Close without a meter");
	if (count === undefined) return refuse("meter-mismatch", "only a Close spends a metered output");
	const { lock, against, after, outputs } = link.body;
	if (lock !== null || against !== null || after.length > 0)
		return refuse("meter-mismatch", "a Close is a direct link");
	if (count.ticks > meter.terms.ticks) return refuse("meter-mismatch", "more ticks than the meter has");
	const { due, rest } = partsOf(state, meter, count.ticks);
	const paid = due > 0n ? outputs[0] : undefined;
	if (outputs.length !== (due > 0n ? 1 : 0) + (rest > 0n ? 1 : 0))
		return refuse("meter-mismatch", "the payee's part, and the payer's change");
	if (due > 0n && !(paid?.amount === due && isPayees(paid, state, meter)))
		return refuse("meter-mismatch", "the payee's part");
	const isChange = index > 0 || due === 0n;
	return isChange === (link.kind === "change") ? undefined : refuse("meter-mismatch", "the payer's change");
}

/** What a metered output comes to after so many ticks, in minor units. */
export function partsOf(
	{ amount }: Pick<VerifiedToken, "amount">,
	{ terms }: Pick<Meter, "terms">,
	ticks: number,
): { readonly due: bigint; readonly rest: bigint } {
	const due = dueFor(terms, ticks);
	return { due, rest: amount - due };
}

function isPayees(
	{ owner, caveats }: LinkBody["outputs"][number],
	{ owner: { purpose, request } }: VerifiedToken,
	{ payee }: Meter,
): boolean {
	return caveats.length === 0 && equalBytes(owner, ownerHash(payee.hash, purpose, request));
}

/** Why `next`, a token that a link has just made, may not be a metered output. `now`: see `WalkOptions`. */
export function refuseMetered(
	next: VerifiedToken,
	link: PathLink,
	index: number,
	now: number | undefined,
): Refusal | undefined {
	const { meter, purpose } = next.owner;
	if (meter === undefined) return undefined;
	const { terms, payee } = meter;
	if (index !== 0 || link.kind !== "change" || finalCountOf(link.body) !== undefined)
		return refuse("meter-mismatch", "a meter is its payer's, and stands first");
	if (link.body.lock === null || link.body.lock.payeeDecides || link.body.against !== null)
		return refuse("meter-mismatch", "a two-phase link opens a meter");
	if (equalBytes(payee.hash, next.owner.certificate.hash)) return refuse("meter-mismatch", "its own payee");
	const amount = dueFor(terms, terms.ticks);
	if (amount < 1n || amount > next.amount) return refuse("meter-mismatch", "its ticks are not covered");
	if (terms.anchors.length !== chainsOf(terms.ticks).chains)
		return refuse("meter-mismatch", "one anchor for each chain");
	if (terms.until > next.issue.spendUntil) return refuse("meter-mismatch", "it outlives its token");
	// The Close, and the link after it.
	if (next.path.length + 2 > limits.hops) return refuse("too-many", "links: refresh this token first");
	const dearest = { kind: "payment", payee, amount, purpose, against: null, hops: next.hops + 1 } as const;
	return violations(next.rules, { ...dearest, now })[0];
}

/** Whether the payee signed the count that this link closes its meter at. */
export function isCountSigned(state: VerifiedToken, body: LinkBody, trust: Trust): boolean {
	const { meter } = state.owner;
	const count = finalCountOf(body);
	if (meter === undefined || count === undefined) return true;
	const payload = finalCountPayload(state.outputId, count.ticks);
	return verifySign1(trust.verify, meter.payee.key, "final-count", payload, count.signature);
}
