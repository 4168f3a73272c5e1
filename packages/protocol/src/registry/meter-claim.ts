/**
 * Claims on a meter that was not closed by both: the payee's by its deepest preimage, the payer's of the rest; and of
 * a payer that is lost the party's that answers for it, of the rest, too, once nobody can redeem what came of it.
 *
 *   until          until + grace                                    refund until
 *     │  ticked: kept, the deepest stands  │  ticked and rest: paid        │
 *
 * A metered output has two parts, each with a row of its own in the registry: what the payee is paid takes the
 * first, what comes back to the payer the second, and a Close both. So either is paid once, and never both ways.
 * A Close that was shown in time stands: the payee that claimed is paid its part of that, since it spends nothing.
 */
import {
	type Bytes,
	equalBytes,
	isRefusal,
	parseOwn,
	type Refusal,
	refuse,
	serialize,
} from "../codec/index.ts";
import type { AssetDefinition, Trust } from "../identity/index.ts";
import {
	type ConsumedOutput,
	claimedPart,
	consumedOutput,
	finalCountOf,
	linkId,
	liveRules,
	type Meter,
	outputId,
	ownerHash,
	partsOf,
	provesTicks,
	type StatementBody,
	signedLink,
	type Token,
	type VerifiedStatement,
	type VerifiedToken,
	verifyParsedToken,
} from "../token/index.ts";
import { meterPart, meterRows, pathRows, type RegistryRow } from "./claim.ts";

import { refundUntil } from "./ruling-request.ts";
import { type Holding, type Terms, termsOf } from "./terms.ts";

/** A claim that holds, as far as the registry does not say otherwise. */
export type MeterClaim = {
	readonly kind: "meterClaim";
	/** ends in the metered output */
	readonly token: VerifiedToken;
	readonly meter: Meter;
	readonly statement: VerifiedStatement;
	/** proved by the preimage; of a claim on the rest none */
	readonly ticks: number | null;
	/** unix seconds: `until` and grace, of what is lost later; the payee's claim counts before, and nothing is paid before */
	readonly from: number;
	/** unix seconds: from then on nothing is paid that was not before */
	readonly until: number;
};

/** Whether a statement with these tokens claims of a meter. */
export function isMeterClaim({ kind }: StatementBody["says"], [first]: readonly Token[]): boolean {
	const opening = first && (first.hops.at(-1)?.opening ?? first.opening);
	return kind === "ticked" || kind === "rest" || (kind === "lost" && opening?.meter !== undefined);
}

/** Checks a statement `ticked`, `rest` or `lost` on the token that ends in its metered output. */
export function verifyMeterClaim(
	value: Token,
	statement: VerifiedStatement,
	trust: Trust,
): MeterClaim | Refusal {
	const { says } = statement.body;
	if (says.kind !== "ticked" && says.kind !== "rest" && says.kind !== "lost")
		return refuse("order-mismatch", "no claim on a meter");
	const token = verifyParsedToken(value, trust);
	if (isRefusal(token)) return token;
	const { meter, certificate: payer } = token.owner;
	if (meter === undefined) return refuse("meter-mismatch", "no metered output");
	if (token.pending !== null) return refuse("lock-pending");
	if (!equalBytes(token.outputId, says.kind === "lost" ? says.output : says.meter))
		return refuse("order-mismatch", "another meter");
	const claimant = says.kind === "ticked" ? meter.payee : payer;
	if (!equalBytes(statement.signer.hash, claimant.hash)) return refuse("owner-mismatch");
	if (says.kind === "ticked" && !provesTicks(meter.id, meter.terms, says.ticks, says.preimage))
		return refuse("tick-invalid");
	// Verified under this list, so listed in it.
	const { grace } = trust.asset(token.asset) as AssetDefinition;
	const unclaimed = token.issue.redeemUntil + 2 * grace;
	return {
		kind: "meterClaim",
		token,
		meter,
		statement,
		ticks: says.kind === "ticked" ? says.ticks : null,
		from: says.kind === "lost" ? unclaimed : meter.terms.until + grace,
		until: refundUntil(token.issue, grace),
	};
}

/** What is paid on a claim. */
export type MeterPayout = {
	readonly output: Bytes;
	readonly path: readonly RegistryRow[];
	/** null where it is lost: that is no word of the payer's */
	readonly kept: Bytes | null;
	readonly amount: bigint;
	readonly hops: number;
	readonly terms: Terms;
	readonly owner: Bytes;
	readonly holding: Holding;
};

/**
 * What the payee is paid: by its own count, or by `close`, where one that its claim does not contradict stands in
 * the registry.
 */
export function payeesPayout(claim: MeterClaim, close: ConsumedOutput | null, trust: Trust): MeterPayout {
	const { token, meter, ticks, statement } = claim;
	const { purpose, request } = token.owner;
	const closed = close && closedAt(close);
	const { due } = partsOf(token, meter, closed?.ticks ?? ticks ?? 0);
	const holding = payeesHolding(token, meter, due);
	const { rules, hops } = holding;
	return {
		output: closed === null ? meterPart(token.outputId, "payee") : outputId(closed.id, 0),
		path: [...pathRows(token, trust), ...(close === null ? [] : closeRows(token.outputId, close))],
		kept: serialize(claimedPart, { statement: statement.signed }),
		amount: due,
		hops: hops + 1,
		terms: termsOf({ issue: token.issue, rules }),
		owner: ownerHash(meter.payee.hash, purpose, request),
		holding,
	};
}

/** How the payee holds its part of a metered output, `amount` in minor units, where it is to become a credit. */
export function payeesHolding(
	token: VerifiedToken,
	{ payee }: Pick<Meter, "payee">,
	amount: bigint,
): Holding {
	const { purpose } = token.owner;
	const rules = liveRules(token.rules, payee);
	return { rules, amount, hops: token.hops + 1, received: "payment", purpose };
}

/** What comes back to the payer, or to who answers for it, where its payee claimed so many ticks. */
export function payersPayout(claim: MeterClaim, claimedTicks: number, trust: Trust): MeterPayout {
	const { token, meter, statement } = claim;
	const { certificate, request } = token.owner;
	const { rest } = partsOf(token, meter, claimedTicks);
	return {
		output: meterPart(token.outputId, "payer"),
		path: pathRows(token, trust),
		kept:
			statement.body.says.kind === "lost" ? null : serialize(claimedPart, { statement: statement.signed }),
		amount: rest,
		hops: token.hops + 1,
		terms: termsOf(token),
		owner: ownerHash(certificate.hash, null, request),
		holding: payersHolding(token, rest),
	};
}

/** As `payeesHolding`, of what comes back to the payer. */
export function payersHolding({ rules, hops }: VerifiedToken, amount: bigint): Holding {
	return { rules, amount, hops, received: "change", purpose: null };
}

/** What a claimant's own row says, beside what it is paid. */
export function ownRow({ output, kept }: MeterPayout, meter: Bytes, digest: Bytes): RegistryRow {
	return { output, consumer: digest, consumed: kept, meter: { output: meter, yields: false } };
}

function closeRows(meter: Bytes, close: ConsumedOutput): readonly RegistryRow[] {
	return meterRows(meter, linkId(close.link.payload), serialize(consumedOutput, close), false);
}

/** The count of a Close that the registry holds. */
function closedAt({ link: { payload } }: ConsumedOutput): { readonly id: Bytes; readonly ticks: number } {
	const link = parseOwn(signedLink, payload);
	const count = isRefusal(link) ? undefined : finalCountOf(link.body);
	if (count === undefined) throw new Error("a row of a meter without its Close");
	return { id: linkId(payload), ticks: count.ticks };
}
