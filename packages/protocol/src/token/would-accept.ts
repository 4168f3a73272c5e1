/**
 * Asked before anything is signed: would this token, or part of it, be accepted by this payee?
 *
 * The payer's module runs it on a request and shows every reason at once; the payee's own run of the same
 * rules decides. Reasons carry the condition they stem from, for whoever makes words of it.
 */
import { limits, type Refusal, refuse } from "../codec/index.ts";
import { currentlyValid, type VerifiedCertificate } from "../identity/index.ts";
import { serializeToken } from "./build.ts";
import type { Condition } from "./condition.ts";
import type { Against } from "./link.ts";
import { linksAllowed, liveRules, type Transfer, type TransferKind, violations } from "./rules.ts";
import { kindOf, type VerifiedToken } from "./verify.ts";

export type ProposedTransfer = {
	readonly token: VerifiedToken;
	readonly payee: VerifiedCertificate;
	/** minor units to the payee */
	readonly amount: bigint;
	/** unix seconds */
	readonly now: number;
	/** from the request's terms */
	readonly purpose: string | null;
	readonly against: Against | null;
	/** without a lock: such a link to the previous owner is a return */
	readonly direct?: boolean;
};

/** `condition` is what forbids it, or null where the protocol itself does. */
export type Reason = Refusal & { readonly condition: Condition | null };

/** Every reason why not; none means yes. */
export function wouldAccept(proposed: ProposedTransfer): readonly Reason[] {
	const { token, payee, amount, now, purpose, against } = proposed;
	const kind = kindOf(token, payee, proposed.direct === true);
	const hops = token.hops + (kind === "change" ? 0 : 1);
	const transfer = { kind, payee, amount, purpose, against, hops, now };
	return [
		...protocolReasons(proposed, kind).map((refusal) => ({ ...refusal, condition: null })),
		...ruleReasons(token, transfer),
	];
}

function ruleReasons(token: VerifiedToken, transfer: Transfer): readonly Reason[] {
	return liveRules(token.rules, transfer.payee).flatMap((rule) =>
		violations([rule], transfer).map((refusal) => ({ ...refusal, condition: rule.condition })),
	);
}

function protocolReasons(proposed: ProposedTransfer, kind: TransferKind): readonly Refusal[] {
	const { token, payee, amount, now } = proposed;
	const reasons: (Refusal | undefined | false)[] = [
		token.pending !== null && refuse("lock-pending"),
		amount <= 0n && refuse("amount-invalid"),
		amount > token.amount && refuse("funds-insufficient", `${token.amount}`),
		currentlyValid(payee, now),
		...(kind === "operator" ? [isTooLateToRedeem(proposed)] : payersReasons(proposed)),
		isTooLong(proposed, kind),
	];
	return reasons.filter((reason) => reason !== undefined && reason !== false);
}

/** What binds a payer, and not an owner who only redeems or refreshes. */
function payersReasons({ token, amount, now }: ProposedTransfer): readonly (Refusal | undefined | false)[] {
	const { certificate } = token.owner;
	const cap = certificate.profile.limits?.perTransfer ?? null;
	const { spendUntil } = token.issue;
	return [
		now >= spendUntil && refuse("expired", `${spendUntil}`),
		currentlyValid(certificate, now),
		cap !== null && amount > cap && refuse("limit-exceeded", `${cap}`),
	];
}

function isTooLateToRedeem({ token, now }: ProposedTransfer): Refusal | false {
	return now >= token.issue.redeemUntil && refuse("redeem-closed", `${token.issue.redeemUntil}`);
}

/** A released link with change and data, its certificate apart. */
const bytesOfOneMore = 512;

function isTooLong({ token, payee }: ProposedTransfer, kind: TransferKind): Refusal | undefined {
	const { hops, certificates } = token.token;
	if (hops.length + 1 > linksAllowed(kind)) return refuse("too-many", "links: refresh this token first");
	// A payee takes nothing that it could not bring back: see `lacksRoom`.
	const isRedeemed = kind === "operator";
	const table = 2 * limits.hops - (isRedeemed ? 0 : limits.redeemingCertificates);
	if (certificates.length + 1 > table) return refuse("too-many", "certificates: refresh this token first");
	const room = limits.message - (isRedeemed ? 0 : limits.redeemingBytes);
	const bytes = serializeToken(token).length + payee.encoded.length + bytesOfOneMore;
	return bytes > room ? refuse("too-large", "refresh this token first") : undefined;
}
